"""DO: publish the working-day calendar of a year, as the city's system administrator has previewed it."""

import json
from uuid import NAMESPACE_OID, uuid5

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.errors import Conflict, Invalid
from tongban.foundation.workdays import queries, services
from tongban.foundation.workdays.tables import YearTable
from tongban.people.identity import policy
from tongban.people.identity import services as identity
from tongban.people.identity.actors import Actor
from tongban.portal.operations.policies import PUBLISH


class NotPreviewed(Conflict):
    """What is confirmed is not what the preview showed."""

    code = "not-previewed"
    message = "和刚才核对的内容不同，还没有公布。请按下面的变动再核对一遍。"


def may_publish(actor: Actor) -> bool:
    """Return whether the actor may publish, if necessary after a fresh proof."""
    return policy.can(PUBLISH, actor, at=clock.now(), city=city().code)


def check_may_prepare(year: int, actor: Actor) -> None:
    """Raise PolicyRefused for somebody who may not publish, and Invalid for a past year. No proof is asked for yet.

    A past year is changed only by `manage.py calendar load`: what was decided by its days stays decided.
    """
    decision = policy.decide(PUBLISH, actor, at=clock.now(), city=city().code)
    if not decision.within_reach:
        raise policy.PolicyRefused(decision)
    this_year = clock.legal_day(clock.now()).year
    if year < this_year:
        raise Invalid(f"{year} 年已经过去，这里只能公布 {this_year} 年及以后的工作日历。", field="year")


def seal_of(table: YearTable, notice: str, actor: Actor) -> str:
    """Return a digest of what a preview compares for the actor: the table with its notice, and the year as it is.

    Its key is secret, so only a preview gives it.
    """
    days = [(day.isoformat(), works, note) for day, works, note in table.days()]
    stored = [(day.isoformat(), *of_day) for day, *of_day in queries.days_of(table.year)]
    shown = json.dumps([str(actor.subject_id), table.year, table.provisional, notice, days, stored])
    return salted_hmac("operations.calendar", shown, algorithm="sha256").hexdigest()


@transaction.atomic
def publish_calendar(table: YearTable, *, notice: str, seal: str, actor: Actor) -> None:
    """Publish the table that the actor has previewed. `notice` names the official notice.

    Raises PolicyRefused, ProofNeeded, Invalid for a past year, and NotPreviewed if the seal is not that of `seal_of`,
    also because somebody has published another table of the year since.
    """
    check_may_prepare(table.year, actor)
    services.hold()
    if not constant_time_compare(seal, seal_of(table, notice, actor)):
        raise NotPreviewed
    subject = uuid5(NAMESPACE_OID, f"calendar:{table.year}")
    identity.authorise(PUBLISH, subject, actor=actor, city=city().code)
    services.publish(table, actor=actor, reason=notice)
