"""A small city with a submitted newborn application, seen from the desk."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.identity import services as identity
from tongban.foundation.identity.actors import Actor
from tongban.handling.cases.models import Application, Case, Step
from tongban.handling.cases.tests import factories

HEALTH, INSURANCE, POLICE = "市卫生健康委员会", "市医疗保障局", "市公安局"


@dataclass
class Office:
    """The city, its applicants and their application, and clients signed in as its people."""

    city: factories.City
    parents: factories.Parents
    application: Application

    def sign_in(self, actor: Actor) -> Client:
        name = f"a{actor.subject_id.hex[-12:]}"
        account = identity.Account.objects.filter(login_name=name).first() or identity.open_account(
            name, password="a long one 1", subject_id=actor.subject_id, actor=factories.CITY
        )
        client = Client()
        client.force_login(account)
        return client

    def officer(self, department: str, kind: str) -> Client:
        return self.sign_in(self.city.officer(department, kind))

    def case(self, step_key: str) -> Case:
        return factories.case_of(self.application, step_key)

    def step(self, step_key: str, kind: str) -> Step:
        return self.case(step_key).steps.get(kind=kind, state="open")

    def post(self, client: Client, step_key: str, noun: str, step: Step, **data: Any) -> Any:
        return client.post(f"/desk/cases/{self.case(step_key).number}/{noun}/", {"step": str(step.id), **data})


@pytest.fixture
def office(db: None) -> Office:
    """The newborn's instant cases are decided; the reimbursement, the card and the subsidy wait at desks."""
    city = factories.make_city()
    parents = factories.make_parents(city)
    application = factories.submitted_newborn(parents.mother)
    run_pending_jobs()
    return Office(city, parents, application)
