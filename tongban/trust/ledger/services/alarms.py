"""Checks samples and the newest head, and raises an alarm for each finding."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.errors import Invalid, NotFound
from tongban.trust.crypto import services as crypto
from tongban.trust.ledger.events import AlarmEnded, AlarmRaised
from tongban.trust.ledger.models import Alarm
from tongban.trust.ledger.queries import check, heads
from tongban.trust.ledger.services.recording import record
from tongban.trust.ledger.services.sequencing import MACHINE

FROZEN = timedelta(minutes=30)
"""Age from which the newest head counts as frozen; the sequencer signs one at least every ten minutes."""
SAMPLE = 100
"""Groups of rows of each table that one check compares."""
MAX_FINDINGS = 20
"""Maximum number of new alarms in one check, so that a rewritten table does not flood the list."""
log = logging.getLogger("tongban.ledger")


def watch() -> int:
    """Run one check; return the number of new alarms. A finding whose alarm is still open is not raised again."""
    raised = 0
    frozen = _frozen()
    found = [(Alarm.Kinds.FROZEN, frozen)] if frozen else []
    try:
        for sentence in check.findings(quick=True, sample=SAMPLE):
            found.append((Alarm.Kinds.MISMATCH, sentence))  # one by one, to keep findings from before a failure
    except Exception as failure:
        # An attacker who can make the check fail must not be able to silence it.
        log.exception("the check of the ledger failed")
        found.append((Alarm.Kinds.MISMATCH, f"ledger: the check did not come to its end ({type(failure).__name__})"))
    for kind, sentence in found:
        if raised < MAX_FINDINGS and raise_alarm(kind, sentence):
            raised += 1
    return raised


def _frozen() -> str:
    newest, now = heads.newest(), clock.now()
    if newest is None or now - newest.at <= FROZEN:
        return ""
    return f"ledger: the newest head, of {newest.size} leaves, is of {newest.at.isoformat()}: nothing was signed since"


@transaction.atomic
def raise_alarm(kind: Alarm.Kinds, finding: str) -> bool:
    """Store and record an alarm. Return False when an alarm for the same finding is already open."""
    now, digest = clock.now(), crypto.digest(finding.encode()).hex()
    if Alarm.objects.filter(digest=digest, ended_at=None).update(seen_at=now):
        return False
    alarm = Alarm.objects.create(kind=kind, finding=finding[:400], digest=digest, raised_at=now, seen_at=now)
    record(AlarmRaised(subject=alarm.id, kind=kind), actor=MACHINE, at=now, reason=alarm.finding)
    log.critical("ledger alarm %s: %s", alarm.id, alarm.finding)
    return True


@transaction.atomic
def end_alarm(alarm_id: UUID, *, reason: str, actor: EventActor) -> None:
    """Close an alarm; `reason` says what the cause was. The same finding raises a new alarm afterwards.

    Raises NotFound when no such alarm is open, and Invalid without a reason.
    """
    alarm = Alarm.objects.select_for_update().filter(id=alarm_id, ended_at=None).first()
    if alarm is None:
        raise NotFound("没有这个未解除的告警，请用 ledger alarms 查看编号。")
    if not reason.strip():
        raise Invalid("请写明查明的原因，再解除告警。", field="reason")
    alarm.ended_at = clock.now()
    alarm.save(update_fields=["ended_at"])
    record(AlarmEnded(subject=alarm.id, kind=alarm.kind), actor=actor, at=alarm.ended_at, reason=reason.strip())
