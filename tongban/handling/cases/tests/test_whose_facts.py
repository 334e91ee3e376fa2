"""Applicants see their own and their minor child's facts whole on every page of their draft, others masked."""

import html
from dataclasses import replace

import pytest
from django.urls import reverse

from tongban.exchange.libraries.models import Person
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.ids import new_id
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Application
from tongban.handling.cases.queries.shown_facts import own_roles, shown_values
from tongban.handling.cases.tests import factories
from tongban.people.identity.actors import Channel, Right
from tongban.people.identity.testing import signed_in
from tongban.people.workorders.models import WorkOrder

MOTHER, FATHER = "李文敏", "张磊"


@pytest.fixture
def draft(parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    draft.refresh_from_db()
    return draft


def main_of(client, path):
    page = html.unescape(client.get(path).content.decode())
    return page[page.index("<main") : page.index("</main>")]


def test_field_case_the_same_fact_is_shown_in_the_same_way_on_every_page(parents, draft):
    """Field case: her name was masked on the second page, whole on the third, and masked where she corrected it."""
    client = signed_in(parents.mother.subject_id)
    view = queries.draft(draft.id, actor=parents.mother)
    paths = [reverse("cases:page", args=[draft.id, page.key]) for page in view.pages]
    paths += [reverse("cases:check", args=[draft.id])]
    paths += [reverse("cases:fact_correction", args=[draft.id, key]) for key in ("mother.name", "father.name")]
    pages = {path: main_of(client, path) for path in paths}
    assert sum(MOTHER in text for text in pages.values()) > 3
    for path, text in pages.items():
        assert "李*敏" not in text, path
        assert FATHER not in text, path
        assert draft.facts["father.number"] not in text, path
    assert draft.facts["mother.number"] in pages[paths[-3]]


@pytest.mark.parametrize("channel", [Channel.WINDOW, Channel.API])
def test_whoever_is_not_the_applicant_sees_everybody_masked(parents, draft, channel):
    clerk = replace(parents.father, principal_id=parents.mother.subject_id, channel=channel)
    values = queries.draft(draft.id, actor=clerk).shown_values
    assert (values["mother.name"], values["father.name"], values["applicant.name"]) == ("李*敏", "张*", "李*敏")


@pytest.mark.parametrize("kind", ["help", "family", "agent", "guardian"])
def test_whoever_acts_by_a_mandate_sees_everybody_masked(parents, draft, kind):
    right = Right(new_id(), kind, "all")
    helper = replace(parents.father, principal_id=parents.mother.subject_id, right=right)
    assert own_roles(draft, parents.mother) == {"applicant", "mother"}
    assert own_roles(draft, helper) == frozenset()


def test_the_representative_of_a_firm_sees_the_firms_facts_whole(parents):
    firm = new_id()
    draft = Application(applicant_id=firm, facts={"applicant.id": str(firm), "applicant.phone": "13900001234"})
    representative = replace(parents.father, principal_id=firm)
    own = own_roles(draft, representative)
    assert shown_values(draft.facts, own)["applicant.phone"] == "13900001234"
    assert own_roles(draft, replace(representative, right=Right(new_id(), "agent", "all"))) == frozenset()


def test_the_department_that_corrects_a_fact_is_told_it_masked(parents, draft):
    services.dispute_fact(draft.id, "mother.name", text="是敏感的敏", actor=parents.mother)
    order = WorkOrder.objects.get()
    assert "李*敏" in order.text
    assert MOTHER not in order.text


@pytest.fixture
def later(parents):
    """A draft for an item alone, after the child was registered."""
    factories.submitted_newborn(parents.mother, subsidy="no")
    run_pending_jobs()
    return services.start_draft("WJ-03", kind="item", actor=parents.mother)


def test_field_case_a_mother_sees_her_own_child_whole_in_a_later_draft(parents, later):
    """Field case: in her own later draft, a mother's child was 杨*杨."""
    shown = queries.draft(later.id, actor=parents.mother).shown_values
    assert shown["child.name"] == "张知予"
    assert shown["child.number"] == later.facts["child.number"]
    assert shown["father.name"] == "张*"
    helper = replace(parents.mother, right=Right(new_id(), "help", "all"))
    clerk = replace(parents.father, principal_id=parents.mother.subject_id, channel=Channel.WINDOW)
    assert own_roles(later, helper) == own_roles(later, clerk) == frozenset()


def test_a_child_that_is_no_minor_or_somebody_elses_stays_masked(parents, later):
    assert "child" in own_roles(later, parents.mother)
    stranger = Application(applicant_id=new_id(), facts=later.facts)
    assert own_roles(stranger, replace(parents.mother, principal_id=stranger.applicant_id)) == frozenset()
    child = Person.objects.get(id=later.facts["child.id"])
    child.born = child.born.replace(year=child.born.year - 19, day=1)
    child.save()
    assert own_roles(later, parents.mother) == {"applicant", "mother"}
