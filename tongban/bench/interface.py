"""The application of `bench submit`, made by another system through `/api/v1`: step by step, or in one request."""

import http.client
import json
import time
from collections.abc import Callable, Mapping
from itertools import cycle
from typing import TypedDict

from tongban.foundation.ids import new_id
from tongban.people.api import services as tokens
from tongban.people.api.scopes import SCOPES
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account

TOKEN_DAYS = 1
TOKENS = 8
"""The number of tokens used in turn, because the interface allows 600 calls per minute and token."""


class Answer(TypedDict):
    """The parts of an answer that the benchmark uses."""

    id: str
    stamp: str


class Machine:
    """A system that acts for one account over one connection."""

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

    def send(self, method: str, path: str, body: Mapping[str, object], *, once: bool = False) -> Answer:
        """Send a request, with an idempotency key if `once` is set. Raises RuntimeError for a status of 400 or more."""
        headers = {"Authorization": f"Bearer {next(self.tokens)}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": str(new_id())} if once else {}
        self.connection.request(method, f"/api/v1/{path}", json.dumps(body), headers)
        answer = self.connection.getresponse()
        content: Answer = json.loads(answer.read())
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {content}")
        return content


def apply(machine: Machine, item: str, answers: dict[str, str], taken: dict[str, list[float]]) -> None:
    """Make one application and add the milliseconds of each request to `taken`."""

    def call(name: str, act: Callable[[], Answer]) -> Answer:
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
    """Make one application in one request, with the stamp of the form that an earlier draft returned."""
    if machine.stamp is None:
        draft = machine.send("POST", "applications", {"kind": "item", "service": item})
        machine.stamp = draft["stamp"]
        machine.send("DELETE", f"applications/{draft['id']}", {})
    body = {"kind": "item", "service": item, "answers": answers, "checked": machine.stamp}
    began = time.perf_counter()
    machine.send("POST", "applications", body, once=True)
    taken["submission"].append((time.perf_counter() - began) * 1000)
