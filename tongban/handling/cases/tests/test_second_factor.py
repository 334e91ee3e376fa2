"""The services ask for the second factor by their policies, so that no view has to remember it."""

from dataclasses import replace
from datetime import timedelta
from types import ModuleType

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.urls import include, path

from tongban.foundation import clock
from tongban.handling.cases import services
from tongban.handling.cases.models import Application
from tongban.handling.cases.policies import FACTOR_WITHIN
from tongban.handling.cases.rules.steps import StepAlreadyDone
from tongban.handling.cases.tests import factories
from tongban.people.identity.access import applicant_required, officer_required
from tongban.people.identity.actors import Channel, Proof
from tongban.people.identity.models import Account
from tongban.people.identity.policy import PolicyRefused, ProofNeeded
from tongban.people.identity.testing import signed_in
from tongban.people.signin.testing import prove_again

pytestmark = [pytest.mark.django_db, pytest.mark.req("B3")]
INSURANCE = "市医疗保障局"


@officer_required
def forgetful_decision(request, step_id):
    """Decide without any check of its own, as a new view might."""
    services.decide(step_id, outcome="grant", opinion="", actor=request.actor)
    return HttpResponse("decided")


@applicant_required
def forgetful_submission(request, draft_id):
    services.submit(draft_id, actor=request.actor)
    return HttpResponse("submitted")


@pytest.fixture
def forgetful_views(settings):
    addresses = ModuleType("forgetful")
    addresses.urlpatterns = [
        path("forgetful/decision/<uuid:step_id>/", forgetful_decision),
        path("forgetful/submission/<uuid:draft_id>/", forgetful_submission),
        path("", include("tongban.site.urls")),
    ]
    settings.ROOT_URLCONF = addresses


@pytest.fixture
def step(city, handled):
    """Return the open decision on a case."""
    case = factories.case_of(handled, "maternity")
    services.accept(case.steps.get(kind="accept", state="open").id, actor=city.officer(INSURANCE, "window"))
    for one, kind in zip(case.steps.filter(kind="opinion"), ("handler", "handler"), strict=True):
        colleague = factories.make_officer(city, INSURANCE, kind)
        services.give_opinion(one.id, outcome="agree", opinion="一致", actor=colleague)
    return case.steps.get(kind="decide", state="open")


@pytest.fixture
def draft(parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    return draft


def behind_a_session(actor, minutes=None, *, uses_factor=True):
    """Return the actor as of a session that gave the second factor `minutes` ago, or not at all."""
    at = None if minutes is None else clock.now() - timedelta(minutes=minutes)
    return replace(actor, proof=Proof(strength=3, uses_factor=uses_factor, second_factor_at=at))


def with_factor(subject_id):
    """Return a client whose account has a second factor that was not given in this session."""
    client = signed_in(subject_id)
    account = Account.objects.get(subject_id=subject_id)
    Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={})
    return client


def test_a_view_without_a_check_of_its_own_does_not_decide_without_the_factor(forgetful_views, city, step):
    head = with_factor(city.officer(INSURANCE, "head").subject_id)
    address = f"/forgetful/decision/{step.id}/"
    assert head.post(address)["Location"].startswith("/confirm/factor/?next=")
    step.refresh_from_db()
    assert step.state == "open"
    assert prove_again(head).post(address).content == b"decided"


def test_a_view_without_a_check_of_its_own_does_not_submit_without_the_factor(forgetful_views, parents, draft):
    mother = with_factor(parents.mother.subject_id)
    address = f"/forgetful/submission/{draft.id}/"
    assert mother.post(address)["Location"].startswith("/confirm/factor/?next=")
    draft.refresh_from_db()
    assert draft.state == Application.States.DRAFT
    assert prove_again(mother).post(address).content == b"submitted"


def test_an_officer_without_a_second_factor_is_not_asked(forgetful_views, city, step):
    head = signed_in(city.officer(INSURANCE, "head").subject_id)
    assert head.post(f"/forgetful/decision/{step.id}/").content == b"decided"


def test_an_applicant_without_a_second_factor_is_not_asked(forgetful_views, parents, draft):
    mother = signed_in(parents.mother.subject_id)
    assert mother.post(f"/forgetful/submission/{draft.id}/").content == b"submitted"


def test_the_factor_counts_for_half_an_hour(city, step):
    head = city.officer(INSURANCE, "head")
    with pytest.raises(ProofNeeded) as needed:
        services.decide(step.id, outcome="grant", opinion="", actor=behind_a_session(head, FACTOR_WITHIN + 1))
    assert needed.value.minutes == FACTOR_WITHIN
    assert services.decide(step.id, outcome="grant", opinion="", actor=behind_a_session(head, FACTOR_WITHIN - 1))


def test_nobody_is_asked_for_a_proof_that_does_not_help_them(city, step):
    colleague = factories.make_officer(city, INSURANCE, "head")
    with pytest.raises(PolicyRefused):
        services.decide(step.id, outcome="grant", opinion="", actor=behind_a_session(city.officer(INSURANCE, "window")))
    services.decide(step.id, outcome="grant", opinion="", actor=colleague)
    with pytest.raises(StepAlreadyDone):
        services.decide(step.id, outcome="grant", opinion="", actor=behind_a_session(city.officer(INSURANCE, "head")))


def test_a_clerk_who_submits_for_the_person_present_is_not_asked(parents, draft):
    clerk = replace(behind_a_session(parents.mother), channel=Channel.WINDOW)
    assert services.submit(draft.id, actor=clerk).state == Application.States.SUBMITTED
