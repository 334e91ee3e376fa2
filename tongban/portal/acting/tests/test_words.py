"""What a principal sees of others' acts is said by the events themselves."""

from dataclasses import dataclass
from types import SimpleNamespace
from uuid import uuid4

from tongban.foundation import clock
from tongban.foundation.announcements.events import Event
from tongban.people.identity.rules import Ending, MandateState
from tongban.portal.acting import words
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.queries import reading


@dataclass(frozen=True)
class ComplaintMade(Event, label="投诉", principal_label="提出了投诉"):
    """An event of a room that does not exist."""


def test_the_principal_sees_the_text_of_the_event(monkeypatch):
    known = ledger.event_types() | {"complaints.ComplaintMade": ComplaintMade}
    for module in (ledger, reading):
        monkeypatch.setattr(module, "event_types", lambda: known)
    entry = SimpleNamespace(type="complaints.ComplaintMade", at=clock.now(), actor=str(uuid4()), payload={})
    assert "complaints.ComplaintMade" in words.types_for_principals()
    assert words.act_line(entry, {}, {}, for_firm=False)["what"] == "提出了投诉"


def test_every_state_and_every_ending_has_a_text_of_its_own():
    assert words.STATES.keys() == set(MandateState)
    assert words.ENDED.keys() == set(Ending)
    assert len(set(words.ENDED.values())) == len(Ending)


def test_acts_of_officers_in_their_own_name_are_not_listed():
    types = set(words.types_for_principals())
    assert not {"cases.CaseFileOpened", "cases.CaseGranted", "cases.MaterialRead"} & types
    assert {"cases.ApplicationSubmitted", "identity.MandateEnded"} <= types
