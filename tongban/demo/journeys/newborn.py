"""Journey: the newborn bundle from the birth report to signed results, through services on the running database."""

import time
from datetime import timedelta

from tongban.demo.journeys import walking
from tongban.demo.journeys.walking import Say
from tongban.exchange.libraries import services as libraries
from tongban.exchange.libraries.models import BirthRecord
from tongban.foundation import clock
from tongban.handling.cases import queries, services
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor, machine
from tongban.people.identity.models import Account

PARENT = "xulina"
CHOICES = {
    "married": "yes",
    "card_delivery": "mail",
    "maternity": "employee",
    "subsidy": "yes",
    "parenting": "yes",
    "surname_of": "father",
    "given_name": "安然",
    "household_of": "father",
    "bank_account": "6222000000000001234",
    "bank_name": "云州银行",
}


def run(say: Say) -> bool:
    """Run the journey. Return whether every case is closed and every result verifies."""
    began = time.monotonic()
    parent = identity.actor_of(Account.objects.get(login_name=PARENT))
    report_birth(parent)
    draft = walking.filled_draft("birth", "bundle", parent, CHOICES)
    application = services.submit(draft.id, actor=parent)
    say(f"{application.number}  {application.title}：{application.cases.count()} 个办件已提交")
    walking.wait_for_machine(application)
    instant = time.monotonic() - began
    say(f"系统自动办结 {application.cases.filter(automatic=True, state='closed').count()} 件，用时 {instant:.1f} 秒")
    walking.work_at_desks(application, say)
    application.refresh_from_db()
    for row in queries.progress(application).cases:
        say(f"  {row.number}  {row.department:<8}{row.name}：{row.label}，{row.sentence}")
    return walking.all_closed(application, say) & walking.all_verify(application, say)


def report_birth(parent: Actor) -> None:
    """Report a birth by this mother, unless there is already one without an application."""
    assert parent.subject_id is not None
    before = BirthRecord.objects.all()
    mother = identity.subject(parent.subject_id)
    own = [birth for birth in before if birth.mother_number == mother.number]
    if any(birth.status == BirthRecord.Status.WAITING for birth in own):
        return
    last = own[-1]
    libraries.record_birth(
        mother=(last.mother_name, last.mother_number),
        father=(last.father_name, last.father_number),
        born_at=clock.now() - timedelta(days=1),
        sex="female" if last.sex == "male" else "male",
        weight=3350,
        length=50,
        weeks=39,
        hospital=last.hospital,
        division_code=last.division_code,
        actor=machine("hospital/1"),
    )
