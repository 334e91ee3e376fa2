"""Offers the ledger to announcements as the recorder of every event."""

from uuid import UUID

from tongban.foundation.announcements.ports import Announcement
from tongban.trust.ledger import queries
from tongban.trust.ledger.services import record_acts


class Ledger:
    """Implements `announcements.ports.Recorder`."""

    record_acts = staticmethod(record_acts)

    def announcement_of(self, entry_id: UUID) -> Announcement:
        entry = queries.entry(entry_id)
        return Announcement(
            entry_id=entry.id,
            type=entry.type,
            subject=entry.subject,
            actor=entry.actor,
            principal=entry.principal,
            at=entry.at,
            payload=dict(entry.payload),
        )
