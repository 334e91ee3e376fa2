"""The newborn bundle from front door to sealed results, through services on the running database."""

import time
from collections.abc import Callable
from datetime import timedelta

from tongban.exchange.libraries import services as libraries
from tongban.exchange.libraries.models import BirthRecord
from tongban.exchange.licences import services as licences
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.foundation.identity import queries as identity
from tongban.foundation.identity.actors import Actor, machine
from tongban.foundation.identity.models import Account
from tongban.foundation.operations import queries as operations
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Application, Step
from tongban.handling.cases.queries.drafts import DraftView

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
SAMPLES = {
    "phone": "13900001234",
    "address": "云州市高新区星河街道银杏大街 28 号",
    "text": "徐丽娜",
    "amount": "1",
    "number": "1",
}
OPINION = "经核对，材料齐全、信息一致，符合条件。"
PATIENCE = 60.0

Say = Callable[[str], None]


def run(say: Say) -> bool:
    """Walk the whole way; True only if every case is closed and every result verifies."""
    began = time.monotonic()
    parent = identity.actor_of(Account.objects.get(login_name=PARENT))
    report_birth(parent)
    application = apply(parent)
    say(f"{application.number}  {application.title}：{application.cases.count()} 个办件已提交")
    wait_for_machine(application)
    instant = time.monotonic() - began
    say(f"系统自动办结 {application.cases.filter(automatic=True, state='closed').count()} 件，用时 {instant:.1f} 秒")
    work_at_desks(application, say)
    application.refresh_from_db()
    for row in queries.progress(application).cases:
        say(f"  {row.number}  {row.department:<8}{row.name}：{row.label}，{row.sentence}")
    return _all_closed(application, say) & _all_verify(application, say)


def report_birth(parent: Actor) -> None:
    """The hospital reports a birth of this mother, unless one waits already."""
    before = BirthRecord.objects.all()
    mother = identity.subject(parent.subject_id)  # type: ignore[arg-type]
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


def apply(parent: Actor) -> Application:
    """Start, answer, fill each page, submit."""
    application = services.start_draft("birth", kind="bundle", actor=parent)
    draft = queries.draft(application.id, actor=parent, with_materials=False)
    answers = {q.key: CHOICES.get(q.key, q.choices[0][0]) for q in draft.questions}
    _save(application, "questions", answers, parent)
    for key in [page.key for page in queries.draft(application.id, actor=parent, with_materials=False).pages]:
        # Asked anew for each page: an answer may have opened or closed a field of the next.
        draft = queries.draft(application.id, actor=parent, with_materials=False)
        if any(page.key == key for page in draft.pages):
            _save(application, key, _fill(draft, key), parent)
    return services.submit(application.id, actor=parent)


def _fill(draft: DraftView, key: str) -> dict[str, str]:
    return {
        field.key: draft.answers.get(field.key)
        or CHOICES.get(field.key)
        or (field.choices[0][0] if field.choices else SAMPLES.get(field.kind, "无"))
        for field in draft.page(key).fields
    }


def _save(application: Application, page: str, answers: dict[str, str], parent: Actor) -> None:
    problems = services.save_answers(application.id, answers, page=page, actor=parent)
    if problems:
        raise AssertionError("；".join(problem.sentence for problem in problems))


def wait_for_machine(application: Application) -> None:
    """Until no machine step is open: the worker does them, or this process where no worker runs."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        waiting = list(Step.objects.filter(case__application=application, kind="machine", state=Step.States.OPEN))
        if not waiting:
            return
        if operations.health().worker:
            time.sleep(0.2)
        else:
            for step in waiting:
                services.decide_by_machine(step.case_id)
    raise AssertionError("the machine's steps were not done in time")


def work_at_desks(application: Application, say: Say) -> None:
    """Officers do the open steps until only the machine or nobody has anything to do."""
    while steps := list(
        Step.objects.filter(case__application=application, state=Step.States.OPEN).exclude(kind="machine")
    ):
        step = steps[0]
        officer = identity.officer_in(step.department_id, step.post)
        if step.kind == "accept":
            services.accept(step.id, actor=officer)
        elif step.kind == "opinion":
            services.give_opinion(step.id, outcome="agree", opinion=OPINION, actor=officer)
        elif step.kind == "decide":
            services.decide(step.id, outcome="grant", opinion=OPINION, actor=officer)
        elif step.kind == "make":
            services.complete_making(step.id, actor=officer)
        else:
            services.complete_delivery(step.id, actor=officer)
        say(f"  {step.case.name}：{step.name}（{step.department.short_name}）")
        wait_for_machine(application)


def _all_closed(application: Application, say: Say) -> bool:
    left = application.cases.exclude(state="closed", decision="granted")
    for case in left:
        say(f"没有办成：{case.number} {case.name}（{case.get_state_display()}）")
    return application.state == Application.States.CLOSED and not left


def _all_verify(application: Application, say: Say) -> bool:
    good = True
    results = Licence.objects.filter(case_number__in=application.cases.values_list("number", flat=True))
    for licence in results:
        licences.render(licence.id)
        verified = licences.verify_record(licence)
        say(f"  {licence.type.name}：{'签名有效' if verified.record_ok and verified.document_ok else '验证不通过'}")
        good &= bool(verified.record_ok and verified.document_ok)
    return good and results.count() >= application.cases.count()
