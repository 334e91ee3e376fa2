"""The same application as in `bench submit`, made by another system through `/api/v1`: step by step, or at once."""

import http.client
import json
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

from tongban.foundation.ids import new_id
from tongban.people.api import services as tokens
from tongban.people.api.scopes import SCOPES
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account

TOKEN_DAYS = 1
TOKENS = 8
"""Used in turn: the interface lets one token ask 600 times a minute, and that is not what is measured."""


class Machine:
    """A system that acts for one account, at one connection."""

    def __init__(self, port: int, account: Account) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        actor = identity.actor_of(account)
        assert actor.subject_id is not None
        texts = [
            tokens.issue_token(
                actor.subject_id, label="bench submit", scopes=list(SCOPES), days=TOKEN_DAYS, actor=actor
            )[1]
            for _ in range(TOKENS)
        ]
        self.tokens = cycle(texts)
        self.stamp: str | None = None

    def send(self, method: str, path: str, body: dict[str, Any], *, once: bool = False) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {next(self.tokens)}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": str(new_id())} if once else {}
        self.connection.request(method, f"/api/v1/{path}", json.dumps(body), headers)
        answer = self.connection.getresponse()
        content: dict[str, Any] = json.loads(answer.read())
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {content}")
        return content


def apply(machine: Machine, item: str, answers: dict[str, str], taken: dict[str, list[float]]) -> None:
    """One application, each request timed."""

    def call(name: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        began = time.perf_counter()
        content = act()
        taken[name].append((time.perf_counter() - began) * 1000)
        return content

    started = {"kind": "item", "service": item}
    draft = call("start", lambda: machine.send("POST", "applications", started, once=True))
    own = f"applications/{draft['id']}"
    if answers:
        draft = call("answers", lambda: machine.send("PATCH", f"{own}/answers", {"answers": answers}))
    checked = {"checked": draft["stamp"]}
    call("submission", lambda: machine.send("POST", f"{own}/submission", checked, once=True))


def apply_at_once(machine: Machine, item: str, answers: dict[str, str], taken: dict[str, list[float]]) -> None:
    """One application in one request, by the stamp of what is asked, which a draft has told before."""
    if machine.stamp is None:
        draft = machine.send("POST", "applications", {"kind": "item", "service": item})
        machine.stamp = draft["stamp"]
        machine.send("DELETE", f"applications/{draft['id']}", {})
    body = {"kind": "item", "service": item, "answers": answers, "checked": machine.stamp}
    began = time.perf_counter()
    machine.send("POST", "applications", body, once=True)
    taken["submission"].append((time.perf_counter() - began) * 1000)
