"""Three ways to make one application: by the pages, step by step through the interface, and there in one request."""

import json
import re
from collections.abc import Callable, Mapping
from itertools import cycle
from typing import TypeAlias, TypedDict

from tongban.bench.browser import Browser, Refused, Transport, links
from tongban.bench.load import PASSWORD, Timings
from tongban.bench.pages.walking import name_of
from tongban.foundation.ids import new_id
from tongban.people.api import services as tokens
from tongban.people.api.scopes import SCOPES
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account

TOKEN_DAYS = 1
TOKENS = 8
"""The number of tokens used in turn, because the interface allows 600 calls per minute and token."""
TEXT = "办事使用"
ASIDE = ("/discard/", "/facts/", "/removal/")
"""Pages of a draft that do not lead to its receipt."""
LONGEST = 20
"""Requests after which an application by pages counts as lost."""

Apply: TypeAlias = Callable[[Timings], str]
"""Makes one application, adds the milliseconds of each request, and returns its number. Raises Refused."""


class Case(TypedDict):
    """The part of a case that the benchmark uses."""

    number: str


class Body(TypedDict, total=False):
    """The parts of an answer of the interface that the benchmark uses."""

    id: str
    stamp: str
    number: str
    state: str
    cases: list[Case]


class ByPages:
    """A person who opens each page, fills in its form and sends it, until the receipt is on the screen."""

    def __init__(self, transport: Transport, account: Account, item: str, answers: Mapping[str, str]) -> None:
        self.browser, self.item, self.answers = Browser(transport), item, dict(answers)
        self.browser.sign_in(account.login_name, PASSWORD)

    def __call__(self, taken: Timings) -> str:
        address, opened = f"/apply/item/{self.item}/", set[str]()
        for _ in range(LONGEST):
            address = address.partition("#")[0]
            name = name_of(address)
            page = self.browser.get(address)
            taken[f"open {name}"].append(page.ms)
            if page.status in {302, 303}:
                address = page.location
                continue
            if page.status != 200:
                raise Refused(f"{name} answered {page.status}")
            opened.add(address)
            if name == "cases:receipt":
                return _number_on(page.text, address)
            form = self.browser.form_like(name, page.text, address)
            if form is None:
                address = _onward(page.text, address, opened)
                continue
            ticked = form.boxes if name == "cases:check" else {}  # the statement that all is true
            answer = self.browser.post(address, form.filled(self.answers | ticked, TEXT))
            taken[f"send {name}"].append(answer.ms)
            if answer.status not in {302, 303}:
                raise Refused(f"sending {name} answered {answer.status}: {_complaints(answer.text)}")
            address = answer.location
        raise Refused(f"no receipt after {LONGEST} requests")


def _complaints(page: str) -> str:
    """Return what a page says about its form, at most 200 characters."""
    found = re.findall(r"error-(?:summary|message)[^>]*>(.*?)</(?:div|p|span)>", page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", " ".join(found)).split())[:200]


def _number_on(receipt: str, address: str) -> str:
    number = address.split("/")[2]
    if number not in receipt:
        raise Refused(f"the receipt of {number} does not show its number")
    return number


def _onward(page: str, address: str, opened: set[str]) -> str:
    """Return the first link to another page of the same draft."""
    own = "/".join(address.split("/")[:4]) + "/"
    for link in links(page):
        if link.startswith(own) and link not in opened and not any(one in link for one in ASIDE):
            return link
    raise Refused(f"{name_of(address)} has no form of its own and leads nowhere")


class _System:
    """A system that acts for one account, with several tokens."""

    def __init__(self, transport: Transport, account: Account, item: str, answers: Mapping[str, str]) -> None:
        self.transport, self.item, self.answers = transport, item, dict(answers)
        actor = identity.actor_of(account)
        assert actor.subject_id is not None
        texts = [
            tokens.issue_token(
                actor.subject_id, label="bench submit", scopes=list(SCOPES), days=TOKEN_DAYS, actor=actor
            )[1]
            for _ in range(TOKENS)
        ]
        self.tokens = cycle(texts)

    def send(
        self, taken: Timings, name: str, method: str, path: str, body: Mapping[str, object], *, once: bool = False
    ) -> Body:
        """Send a request, with an idempotency key if `once` is set. Raises Refused for a status of 400 or more."""
        headers = {"Authorization": f"Bearer {next(self.tokens)}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": str(new_id())} if once else {}
        answer = self.transport(method, f"/api/v1/{path}", headers, json.dumps(body).encode())
        taken[name].append(answer.ms)
        if answer.status >= 400:
            raise Refused(f"{name} answered {answer.status}: {answer.text[:200]}")
        content: Body = json.loads(answer.body)
        return content


class StepByStep(_System):
    """Start, answers, submission."""

    def __call__(self, taken: Timings) -> str:
        draft = self.send(taken, "start", "POST", "applications", {"kind": "item", "service": self.item}, once=True)
        own = f"applications/{draft['id']}"
        if self.answers:
            draft = self.send(taken, "answers", "PATCH", f"{own}/answers", {"answers": self.answers})
        return _number_in(
            self.send(taken, "submission", "POST", f"{own}/submission", {"checked": draft["stamp"]}, once=True)
        )


class AtOnce(_System):
    """One request, with the stamp of the form that an earlier draft returned."""

    def __init__(self, transport: Transport, account: Account, item: str, answers: Mapping[str, str]) -> None:
        super().__init__(transport, account, item, answers)
        aside: Timings = {"start": [], "discard": []}
        draft = self.send(aside, "start", "POST", "applications", {"kind": "item", "service": item})
        self.stamp = draft["stamp"]
        self.send(aside, "discard", "DELETE", f"applications/{draft['id']}", {})

    def __call__(self, taken: Timings) -> str:
        body = {"kind": "item", "service": self.item, "answers": self.answers, "checked": self.stamp}
        return _number_in(self.send(taken, "submission", "POST", "applications", body, once=True))


def _number_in(answer: Body) -> str:
    """Return the number of the application. Raises Refused unless it has been submitted, with a case."""
    number = answer.get("number", "")
    cases = answer.get("cases", [])
    if not number or answer.get("state") not in {"submitted", "closed"} or not all(case["number"] for case in cases):
        raise Refused(f"not submitted: {json.dumps(answer, ensure_ascii=False)[:200]}")
    if not cases:
        raise Refused(f"{number} has no case")
    return number


WAYS: dict[str, type[ByPages | StepByStep | AtOnce]] = {"pages": ByPages, "api": StepByStep, "api_at_once": AtOnce}
"""The ways by the name of the figure."""
