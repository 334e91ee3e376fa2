"""The kinds of people who visit the scratch city, and what they do before their pages are measured."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tongban.bench.browser import Answer, Browser, Refused
from tongban.bench.problems import Problems
from tongban.demo.city.founding import PASSWORD
from tongban.handling.cases.models import Application
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account, Subject
from tongban.people.organisation.rules import PostKind

NEWBORN_MOTHER = "liwenmin"
ITEM = "HJ-09"


@dataclass(frozen=True)
class Person:
    """A kind of person. `prepare` does what they do first, and returns addresses to open."""

    role: str
    login_name: str
    prepare: Callable[[Browser, Problems], list[str]] = lambda browser, problems: []

    def arrive(self, browser: Browser, problems: Problems) -> list[str]:
        """Sign in, unless they are nobody, and prepare. Return addresses to open besides those without parameters."""
        if self.login_name:
            browser.sign_in(self.login_name, PASSWORD)
            browser.press("/confirm/", answers={"password": PASSWORD})
        return self.prepare(browser, problems)


def everybody() -> list[Person]:
    """Return one person of each kind."""
    busiest = _busiest_citizen()
    people = [
        Person("nobody", "", lambda browser, problems: _bundles()),
        Person("citizen", busiest, lambda browser, problems: _bundles()),
        Person("applicant", NEWBORN_MOTHER, _start_drafts),
        Person("window", _holder(PostKind.WINDOW, within="gaj."), lambda browser, problems: ["/desk/"]),
        Person("window at a visit", _holder(PostKind.WINDOW, within="gaj."), _receive_somebody),
        Person("handler", _holder(PostKind.HANDLER), lambda browser, problems: ["/desk/"]),
        Person("head", _holder(PostKind.HEAD), lambda browser, problems: ["/desk/"]),
    ]
    admins = (PostKind.SYSTEM_ADMIN, PostKind.SECURITY_ADMIN, PostKind.AUDIT_ADMIN)
    return people + [Person(str(kind), _holder(kind)) for kind in admins]


def _bundles() -> list[str]:
    return ["/bundles/birth/", f"/items/{ITEM}/"]


def _start_drafts(browser: Browser, problems: Problems) -> list[str]:
    """Begin an item and a bundle, so that the pages of a draft have something to show."""
    opened = ["/my/"]
    for guide, start in ((f"/items/{ITEM}/", f"/apply/item/{ITEM}/"), ("/bundles/birth/", "/apply/bundle/birth/")):
        answer = _begun(browser, guide, start)
        own = re.match(r"/applications/draft/[^/]+/", answer.location)
        if problems.expect(own is not None, f"starting a draft at {start} answered {answer.status}") and own:
            opened += [answer.location, own[0], *(f"{own[0]}{page}/" for page in ("materials", "check", "discard"))]
    return opened


def _begun(browser: Browser, guide: str, start: str) -> Answer:
    """Begin a draft from its start page or its guide, or go on with the one that an earlier run began."""
    page = browser.get(start)
    unfinished = re.search(r'href="(/applications/draft/[^/"]+/resume/)"', page.text)
    if unfinished:
        return browser.get(unfinished[1])
    try:
        return browser.press(start)
    except Refused:
        return browser.press(guide, to=start)


def _receive_somebody(browser: Browser, problems: Problems) -> list[str]:
    subject = identity.subject(Account.objects.get(login_name=NEWBORN_MOTHER).subject_id)
    answer = browser.press("/desk/window/", answers={"number": subject.number, "name": subject.name, "seen": "yes"})
    problems.expect(answer.status == 302, f"beginning a visit answered {answer.status}")
    return ["/desk/window/"]


def _busiest_citizen() -> str:
    """Return the login name of the person with most applications, so that their lists are full."""
    counts: dict[object, int] = {}
    for applicant in Application.objects.values_list("applicant_id", flat=True):
        counts[applicant] = counts.get(applicant, 0) + 1
    ours = Account.objects.filter(subject__kind=Subject.Kinds.PERSON).exclude(login_name__contains=".")
    return max(ours, key=lambda one: (counts.get(one.subject_id, 0), one.login_name)).login_name


def _holder(kind: str, within: str = "") -> str:
    """Return the login name of somebody who holds a post of this kind, and as few others as possible."""
    holders = []
    for account in Account.objects.filter(login_name__startswith=within).order_by("login_name"):
        posts = [post.kind for post in identity.actor_of(account).posts if not post.as_stand_in]
        if kind in posts:
            holders.append((len(posts), account.login_name))
    return min(holders)[1]
