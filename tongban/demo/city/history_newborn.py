"""A year of newborn bundles: families apply, officers process the cases, a few are corrected or refused in part."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.demo.city.founding import City, moment
from tongban.demo.city.history_families import Family
from tongban.demo.city.sheet import signed_sheet
from tongban.exchange.libraries.models import BirthRecord
from tongban.foundation import clock
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases import services as cases
from tongban.handling.cases.models import Application, Case, CaseMaterial, Step
from tongban.handling.cases.testing import officer_for
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation

BUNDLE = "birth"
DAYS = 365
PER_BUNDLE = 8
"""The approximate number of cases in a newborn bundle."""
REFUSAL = "分娩费用已在出院时由医保直接结算，不能重复报销；如有未结算的票据，可以带票据到医保窗口重新申请。"


def write_newborn_history(wanted: int) -> int:
    """Add bundles until at least `wanted` cases have been added. Return how many were added."""
    before = Case.objects.count()
    families = max(1, -(-wanted // PER_BUNDLE))
    city = City(encoded_password=make_password(None))
    city.departments = dict(organisation.departments().values_list("name", "id"))
    first = BirthRecord.objects.count()
    done = 0
    while Case.objects.count() - before < wanted:
        days_ago = max(3, DAYS - done * DAYS // families)
        family = Family(first + done, city.today - timedelta(days=days_ago))
        with transaction.atomic():
            BundleHistory(city, family).write()
        done += 1
    return Case.objects.count() - before


class BundleHistory:
    """The course of one family's application in simulated time."""

    def __init__(self, city: City, family: Family) -> None:
        self.city = city
        self.family = family
        self.chance: Random = family.chance
        self.now = family.born_at
        self.end = clock.now()
        self.corrected = False

    def write(self) -> None:
        """Create the family, its application and everything that happened since."""
        applicant = identity.actor_of_subject(self.family.settle(self.city))
        latest = max(1, min(6, (self.end - self.family.born_at).days - 1))
        day = clock.legal_day(self.family.born_at) + timedelta(days=1 + self.chance.randrange(latest))
        self.now = min(moment(day, 8 + self.chance.randrange(13), self.chance.randrange(60)), self.end)
        with clock.at_moment(self.now):
            application = self._apply(applicant)
        while self.now < self.end and self._advance(application.id, applicant):
            pass

    def _apply(self, actor: Actor) -> Application:
        application = cases.start_draft(BUNDLE, kind="bundle", actor=actor)
        for page, answers in self.family.answers().items():
            cases.save_answers(application.id, answers, page=page, actor=actor)
        if not self.family.married:
            name = "父亲身份声明.png"
            cases.attach(application.id, "father-acknowledgement", content=signed_sheet(), name=name, actor=actor)
        return cases.submit(application.id, actor=actor)

    def _advance(self, application_id: UUID, applicant: Actor) -> bool:
        """Take the next step: the machine's within seconds, an officer's on working days. Return False at the end."""
        steps = Step.objects.filter(case__application=application_id, state=Step.States.OPEN).select_related("case")
        machine = steps.filter(kind=StepKind.MACHINE).first()
        if machine is not None:
            self.now += timedelta(seconds=5 + self.chance.randrange(40))
            with clock.at_moment(self.now):
                cases.decide_by_machine(machine.case_id)
            return True
        step = steps.order_by("opened_at", "id").first()
        if step is None:
            return self._answer_correction(application_id, applicant)
        self.now = self._working_moment(self.now)
        if self.now >= self.end:
            return False
        with clock.at_moment(self.now):
            self._act(step, officer_for(step))
        return True

    def _act(self, step: Step, officer: Actor) -> None:
        material = CaseMaterial.objects.filter(case=step.case).order_by("id").first()
        if step.kind == StepKind.ACCEPT and material and not self.corrected and self.chance.random() < 0.06:
            self.corrected = True
            wanted = [{"material": material.key, "sentence": f"请重新上传清晰、完整的“{material.name}”，四角要拍全"}]
            cases.request_correction(step.id, wanted=wanted, actor=officer)
        elif step.kind == StepKind.ACCEPT:
            cases.accept(step.id, actor=officer, opinion="材料齐全，予以受理。")
        elif step.kind == StepKind.OPINION:
            cases.give_opinion(step.id, outcome="agree", opinion="经核对，信息一致，建议准予。", actor=officer)
        elif step.kind == StepKind.DECIDE and step.case.step_key == "maternity" and self.chance.random() < 0.08:
            cases.decide(step.id, outcome="deny", opinion=REFUSAL, actor=officer)
        elif step.kind == StepKind.DECIDE:
            cases.decide(step.id, outcome="grant", opinion="同意。", actor=officer)
        elif step.kind == StepKind.MAKE:
            cases.complete_making(step.id, actor=officer, opinion="已制作。")
        else:
            cases.complete_delivery(step.id, actor=officer, opinion="已送达。")

    def _answer_correction(self, application_id: UUID, applicant: Actor) -> bool:
        case = Case.objects.filter(application=application_id, state="correction").first()
        correction = case.corrections.filter(answered_at__isnull=True).first() if case else None
        if case is None or correction is None:
            return False
        self.now += timedelta(hours=6 + self.chance.randrange(40))
        if self.now >= self.end:
            return False
        with clock.at_moment(self.now):
            for line in correction.wanted:
                name = f"{line['name']}.png"
                cases.attach(application_id, line["material"], content=signed_sheet(), name=name, actor=applicant)
            cases.resubmit(case.id, actor=applicant)
        return True

    def _working_moment(self, after: datetime) -> datetime:
        """Return when an officer processes the step: in office hours, on the same day or some working days later."""
        wait = self.chance.choices((0, 1, 2, 6), (50, 38, 10, 2))[0]
        local = after.astimezone(clock.CITY_TIME)
        calendar = workdays.calendar()
        day = local.date()
        if wait or local.hour >= 16 or not calendar.is_workday(day):
            day = calendar.nth_workday(day, max(wait, 1))
            return moment(day, 9 + self.chance.randrange(7), self.chance.randrange(60))
        return max(local, moment(day, 9, 0)) + timedelta(minutes=10 + self.chance.randrange(50))
