"""The signed-in reader's applications in the strip under the entrances."""

from django.urls import reverse

from tongban.foundation.ui.shell import place
from tongban.handling.cases import queries as cases
from tongban.handling.cases.queries import ApplicationRow
from tongban.people.identity.actors import Actor


def for_applicant(actor: Actor | None) -> list[dict[str, str]]:
    """Return cards of up to three recent applications: those to be corrected first, then drafts."""
    if actor is None or not actor.acts_as_citizen or actor.acting_for is None:
        return []
    newest = cases.newest_applications(actor.acting_for, seen_by=actor)
    rows = sorted(newest, key=lambda row: 0 if row.corrections else 1 if row.state == "draft" else 2)
    return [_card(row) for row in rows[:3]]


def _card(row: ApplicationRow) -> dict[str, str]:
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
    if row.state == "closed":
        return card | {"note": "全部办完，结果在证照卡包", "action": "看结果", "state": "ok", "word": "已办结"}
    note = f"{row.cases} 项办好了 {row.closed} 项"
    return card | {"note": note, "action": "看进度", "state": "green", "word": "办理中"}
