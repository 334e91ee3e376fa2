"""A small city with a submitted newborn application, for the tests of the desk."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tongban.handling.cases.models import Application, Case, Step
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in

HEALTH, INSURANCE, POLICE = "市卫生健康委员会", "市医疗保障局", "市公安局"


@dataclass
class Office:
    """The city, its applicants, their application, and clients signed in as officers and applicants."""

    city: factories.City
    parents: factories.Parents
    application: Application

    def officer(self, department: str, kind: str) -> Client:
        return signed_in(self.city.officer(department, kind).subject_id)

    def case(self, step_key: str) -> Case:
        return factories.case_of(self.application, step_key)

    def step(self, step_key: str, kind: str) -> Step:
        return self.case(step_key).steps.get(kind=kind, state="open")

    def post(self, client: Client, step_key: str, noun: str, step: Step, **data: Any) -> Any:
        return client.post(f"/desk/cases/{self.case(step_key).number}/{noun}/", {"step": str(step.id), **data})


@pytest.fixture
def office(db: None) -> Office:
    """The newborn's application: instant cases are decided, while reimbursement, card and subsidy wait for officers."""
    city = factories.make_city()
    parents = factories.make_parents(city)
    application = factories.handled_newborn(parents.mother)
    return Office(city, parents, application)
