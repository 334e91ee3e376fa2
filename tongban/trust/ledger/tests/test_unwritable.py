"""Text that cannot be encoded makes no entry and no leaf, since the sequencer would get stuck on it."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from tongban.foundation.announcements.events import Event
from tongban.foundation.errors import InvalidText
from tongban.foundation.ids import new_id
from tongban.trust.ledger import services
from tongban.trust.ledger.leaves import Content, public_leaf
from tongban.trust.ledger.models import Entry
from tongban.trust.ledger.testing import Someone, sequence_now

pytestmark = pytest.mark.req("H4")
LONE = ["\ud800", "a\udfffb", "\ude00\ud83d", "\x00"]


@dataclass(frozen=True, kw_only=True)
class Said(Event):
    version: ClassVar[int] = 1
    text: str = ""


@pytest.mark.django_db
@pytest.mark.parametrize("text", LONE)
@pytest.mark.parametrize("place", ["payload", "actor", "reason"])
def test_unencodable_text_is_not_recorded(text, place):
    event = Said(subject=new_id(), text=text if place == "payload" else "x")
    actor = Someone(f"machine:{text}" if place == "actor" else "machine:test")
    with pytest.raises(InvalidText, match="请删去后重新输入"):
        services.record(event, actor=actor, reason=text if place == "reason" else "")
    assert not Entry.objects.filter(subject=event.subject).exists()
    services.record(Said(subject=event.subject, text="\\u0000 \\ud800 😀"), actor=Someone("machine:test"))
    assert sequence_now().size >= 1


@pytest.mark.parametrize("place", ["actor", "type"])
def test_no_leaf_is_made_from_unencodable_text(place):
    content = Content("s", "machine:\ud800" if place == "actor" else "machine:x", "", "", "{}")
    with pytest.raises(ValueError, match="no leaf"):
        public_leaf(
            id="i", type="\ud800" if place == "type" else "t", version=1, at="2026-01-01T00:00:00Z", content=content,
            salt=b"s" * 32,
        )  # fmt: skip


@pytest.mark.django_db
def test_a_witness_that_sends_unencodable_text_gets_a_refusal(client):
    for body in (
        '{"witness": "\\ud800", "size": 1, "at": "x", "root": "00", "signature": "00"}',
        '["\\ud800"]',
        "[" * 4000,
    ):
        answer = client.post("/ledger/cosignatures", body, content_type="application/json")
        assert answer.status_code == 422
