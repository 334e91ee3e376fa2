"""The signed-in reader's applications in the strip under the entrances, and a bundle that the city knows is due."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from tongban.foundation.ui.shell import place
from tongban.handling.cases import queries as cases
from tongban.handling.cases.queries import ApplicationRow
from tongban.handling.catalog import queries as catalog
from tongban.people.identity.actors import Actor

NEWBORN = "birth"
"""The key of the bundle for a newborn child."""
MOST = 3
RUNNING = 2
"""The place in the order of what waits for a department, after what waits for the reader."""


@dataclass(frozen=True)
class Strip:
    """What the strip shows: cards of what goes on, those that wait for the reader first."""

    cards: tuple[dict[str, str], ...] = ()
    waiting: int = 0
    """How many of the cards wait for the reader."""
    officer: bool = False
    """Whether the reader holds a post: their work is at the desk, and is not counted here."""
    own: bool = True
    """Whether citizens' pages are open to the account. Those opened for a post have none of the reader's own."""

    @property
    def words(self) -> str:
        running = len(self.cards) - self.waiting
        parts = [f"{self.waiting} 件等您办" if self.waiting else "", f"{running} 件正在办" if running else ""]
        return "，".join(part for part in parts if part) or self._nothing

    @property
    def _nothing(self) -> str:
        if self.officer:
            return "工作上的事在办件台"
        return "现在没有等您办的事" if self.own else "这个账号是为岗位开立的"


def for_applicant(actor: Actor | None, *, officer: bool = False) -> Strip:
    """Return up to three cards: corrections first, then a newborn's bundle, drafts, and what is being handled.

    `officer`: the reader holds a post, in whatever name they act now.

    Applications that are closed are past, and shown under 我的办件 only.
    """
    if actor is None or actor.acting_for is None:
        return Strip()
    if not actor.acts_as_citizen:
        return Strip(officer=officer, own=False)
    newest = cases.newest_applications(actor.acting_for, seen_by=actor)
    rows = sorted((row for row in newest if row.state != "closed"), key=_order)
    overdue = cases.overdue_cases(row.id for row in rows[:MOST] if _order(row) == RUNNING)
    own = [(_order(row) < RUNNING, _card(row, overdue=row.id in overdue)) for row in rows[:MOST]]
    offer = _newborn(actor, newest)
    if offer is not None:
        corrections = sum(row.corrections > 0 for row in rows[:MOST])
        own.insert(corrections, (True, offer))
    shown = own[:MOST]
    return Strip(tuple(card for _, card in shown), sum(waits for waits, _ in shown), officer=officer)


def _order(row: ApplicationRow) -> int:
    return 0 if row.corrections else 1 if row.state == "draft" else RUNNING


def _newborn(actor: Actor, rows: Iterable[ApplicationRow]) -> dict[str, str] | None:
    """Return the card that offers the newborn's bundle to a mother whose child's birth nobody has applied for."""
    if any(row.service == NEWBORN and row.state != "closed" for row in rows):
        return None  # she has begun
    births = cases.births_to_apply_for(NEWBORN, actor=actor)
    bundle = catalog.bundle_in_force(NEWBORN) if births else None
    if bundle is None:
        return None
    return {
        "what": bundle.name,
        "href": reverse("catalog:bundle", args=[bundle.key]),
        "note": "医院已报来宝宝的分娩信息，出生证明、户口、医保等可以一次办",
        "action": "去看看",
        "state": "none",
        "word": "可以办理",
    }


def _card(row: ApplicationRow, *, overdue: bool) -> dict[str, str]:
    draft = row.state == "draft"
    address = reverse("cases:resume", args=[row.id]) if draft else place("application", row.number)
    card = {"what": row.title, "href": address}
    if draft:
        return card | {"note": "还没有提交，填过的都存着", "action": "接着填", "state": "none", "word": "待提交"}
    if row.corrections:
        return card | {
            "note": f"{row.corrections} 项等您补正",
            "action": "去补正",
            "state": "yellow",
            "word": "等您补正",
        }
    note = f"{row.cases} 项办好了 {row.closed} 项"
    state, word = ("red", "超期") if overdue else ("green", "办理中")
    return card | {"note": note, "action": "看进度", "state": state, "word": word}
