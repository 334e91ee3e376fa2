"""How an enrolment in medical insurance begins, whoever enters it: a department in its register, or a case's effect."""

from datetime import datetime

from tongban.exchange.libraries.models import InsuranceEnrolment, Person
from tongban.exchange.libraries.services.series import next_in_series
from tongban.foundation import clock


def begin_or_resume(person: Person, kind: str, *, at: datetime) -> tuple[InsuranceEnrolment, bool]:
    """Return the person's enrolment of the kind, and whether it changed. The caller has locked the person.

    An enrolment that has ended is resumed, and one that would end later no longer does. The other kind ends on the day,
    since nobody is insured twice (医保发〔2020〕33 号).
    """
    day = clock.legal_day(at)
    enrolments = {one.kind: one for one in person.enrolments.all()}
    same = enrolments.pop(kind, None)
    for other in enrolments.values():
        if other.lasts_on(day):
            other.ended_on = day
            other.save(update_fields=["ended_on"])
    if same is None:
        number = f"YB{day.year}{next_in_series(f'YB:{day.year}'):06d}"
        return InsuranceEnrolment.objects.create(person=person, kind=kind, number=number, enrolled_at=at), True
    if same.ended_on is None:
        return same, False
    if not same.lasts_on(day):
        same.enrolled_at = at
    same.ended_on = None
    same.save(update_fields=["enrolled_at", "ended_on"])
    return same, True
