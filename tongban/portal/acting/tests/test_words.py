"""What a principal sees of others' acts is said by the events themselves."""

from dataclasses import dataclass
from types import SimpleNamespace
from uuid import uuid4

from tongban.foundation import clock
from tongban.foundation.announcements.events import Event
from tongban.portal.acting import words
from tongban.trust.ledger import queries as ledger


@dataclass(frozen=True)
class ComplaintMade(Event, label="投诉", principal_label="提出了投诉"):
    """An event of a room that does not exist."""


def test_the_principal_sees_the_text_of_the_event(monkeypatch):
    known = ledger.event_types() | {"complaints.ComplaintMade": ComplaintMade}
    monkeypatch.setattr(ledger, "event_types", lambda: known)
    entry = SimpleNamespace(type="complaints.ComplaintMade", at=clock.now(), actor=str(uuid4()), payload={})
    assert "complaints.ComplaintMade" in words.acts()
    assert words.act_line(entry, {}, {}, for_firm=False)["what"] == "提出了投诉"


def test_acts_of_officers_in_their_own_name_are_not_listed():
    assert not {"cases.CaseFileOpened", "cases.CaseGranted", "cases.MaterialRead"} & words.acts().keys()
    assert {"cases.ApplicationSubmitted", "identity.MandateEnded"} <= words.acts().keys()
