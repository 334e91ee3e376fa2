"""Steps of every journey: fill in a draft, wait for the machine, process cases as officers, check the results."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from tongban.exchange.licences import services as licences
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.foundation.operations import probes
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Application, Step
from tongban.handling.cases.plan import QUESTIONS
from tongban.handling.cases.queries.drafts import DraftView
from tongban.handling.cases.testing import officer_for
from tongban.handling.catalog.schema import FormField, GuidingQuestion
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity.actors import Actor

SAMPLES = {
    "phone": "13900001234",
    "address": "云州市高新区星河街道银杏大街 28 号",
    "text": "云州通办",
    "name": "古丽米热·艾比布力",
    "amount": "1",
    "bank_account": "6222020200112233445",
    "number": "20",
    "month": "2026-10",
    "resident_number": "990102199403121228",
    "credit_code": "91990100MA0Y0001XM",
    "plate": "云A12345",
    "vin": "LSVAA4187E2184842",
    "code": "YZ2026110001",
}
OPINION = "经核对，材料齐全、信息一致，符合条件。"
TIMEOUT = 60.0
"""Seconds to wait for the machine's steps."""

Say = Callable[[str], None]


def filled_draft(service: str, kind: str, applicant: Actor, wanted: Mapping[str, str]) -> Application:
    """Start a draft, answer its questions (from `wanted`, otherwise the first open choice) and fill in each page."""
    application = services.start_draft(service, kind=kind, actor=applicant)
    draft = queries.draft(application.id, actor=applicant)
    if draft.questions:
        save(application, QUESTIONS, {q.key: _choice(draft, q, wanted) for q in draft.questions}, applicant)
    for key in [page.key for page in queries.draft(application.id, actor=applicant).pages]:
        # Read again for each page, because an answer may show or hide fields of the next page.
        draft = queries.draft(application.id, actor=applicant)
        if any(page.key == key for page in draft.pages):
            save(application, key, fill(draft, key, wanted), applicant)
    return application


def _choice(draft: DraftView, question: GuidingQuestion, wanted: Mapping[str, str]) -> str:
    """Return the wanted answer, or the first choice if that is none of the choices that records leave open."""
    open_ones = list(draft.plan.choices(question))
    return wanted[question.key] if wanted.get(question.key) in open_ones else open_ones[0]


def fill(draft: DraftView, key: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return answers for a page: the prefilled value, the wanted one, otherwise the first choice or a sample."""
    return {
        field.key: draft.answers.get(field.key) or wanted.get(field.key) or sample_of(field)
        for field in draft.page(key).fields
    }


def sample_of(field: FormField) -> str:
    """Return a valid value for the field: its first choice, a date within its bounds, or a sample of its kind."""
    if field.choices:
        return field.choices[0][0]
    if field.kind == "date":
        days = {"today": 10}.get(field.not_before, 400 if field.not_before else -30)
        return (clock.legal_day(clock.now()) + timedelta(days=days)).isoformat()
    sample = SAMPLES.get(field.kind, "无")
    return max(sample, field.least, key=Decimal) if field.least else sample


def save(application: Application, page: str, answers: dict[str, str], applicant: Actor) -> None:
    """Save one page. Raises AssertionError with the form's error messages if it is not accepted."""
    problems = services.save_answers(application.id, answers, page=page, actor=applicant)
    if problems:
        raise AssertionError("；".join(problem.sentence for problem in problems))


def wait_for_machine(application: Application) -> None:
    """Wait until no machine step is open; without a worker, process them here. Raises AssertionError on timeout."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        waiting = list(
            Step.objects.filter(case__application=application, kind=StepKind.MACHINE, state=Step.States.OPEN)
        )
        if not waiting:
            return
        if probes.worker().ok:
            time.sleep(0.2)
        else:
            for step in waiting:
                services.decide_by_machine(step.case_id)
    raise AssertionError("the machine's steps were not done in time")


def work_at_desks(application: Application, say: Say) -> None:
    """Process the open steps as officers until none is left for a person."""
    while steps := list(
        Step.objects.filter(case__application=application, state=Step.States.OPEN).exclude(kind=StepKind.MACHINE)
    ):
        step = steps[0]
        officer = officer_for(step)
        if step.kind == StepKind.ACCEPT:
            services.accept(step.id, actor=officer)
        elif step.kind == StepKind.OPINION:
            services.give_opinion(step.id, outcome="agree", opinion=OPINION, actor=officer)
        elif step.kind == StepKind.DECIDE:
            services.decide(step.id, outcome="grant", opinion=OPINION, actor=officer)
        elif step.kind == StepKind.MAKE:
            services.complete_making(step.id, actor=officer)
        else:
            services.complete_delivery(step.id, actor=officer)
        say(f"  {step.case.name}：{step.name}（{step.department.short_name}）")
        wait_for_machine(application)


def all_closed(application: Application, say: Say) -> bool:
    """Return whether the application is closed and every case is granted; report the others."""
    left = list(application.cases.exclude(state="closed", decision="granted"))
    application.refresh_from_db(fields=["state"])  # after its cases: the worker may be closing the last of them
    for case in left:
        say(f"没有办成：{case.number} {case.name}（{case.get_state_display()}）")
    return application.state == Application.States.CLOSED and not left


def all_verify(application: Application, say: Say) -> bool:
    """Return whether there is a result for each case and every result verifies."""
    good = True
    results = Licence.objects.filter(case_number__in=application.cases.values_list("number", flat=True))
    for licence in results:
        licences.render(licence.id)
        verified = licences.verify_record(licence)
        say(f"  {licence.type.name}：{'签名有效' if verified.record_ok and verified.document_ok else '验证不通过'}")
        good &= bool(verified.record_ok and verified.document_ok)
    return good and results.count() >= application.cases.count()
