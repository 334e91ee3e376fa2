"""Decide privileged acts by their policy, and record each decision in the ledger."""

from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.people.identity import events, policy
from tongban.people.identity.actors import Actor
from tongban.people.identity.policy import Decision, PolicyRefused
from tongban.people.identity.purposes import Purpose


@transaction.atomic
def authorise(
    action: str, subject: UUID, *, actor: Actor, purpose: Purpose | None = None, **target: object
) -> Decision:
    """Allow a privileged act on `subject` and record it in the caller's transaction, or raise as `policy.check` does.

    A refusal rolls that transaction back. The middleware records it afterwards (`record_refusal`).
    """
    at = clock.now()
    decision = policy.check(action, actor, at=at, purpose=purpose, **target)
    for_what = {"purpose": purpose.ground, "case_number": purpose.case_number} if purpose else {}
    announce(events.Authorised(subject=subject, action=action, **for_what), actor=actor, at=at)
    return decision


@transaction.atomic
def record_refusal(refused: PolicyRefused, *, actor: Actor) -> None:
    """Record that a privileged act was refused. Refusals of other acts are not recorded."""
    decision = refused.decision
    if not decision.privileged or actor.subject_id is None:
        return
    unmet = "；".join(clause.condition for clause in decision.clauses if not clause.met)
    announce(events.AuthorisationRefused(subject=actor.subject_id, action=decision.action, unmet=unmet), actor=actor)
