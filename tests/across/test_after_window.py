"""What a clerk entered at the window, at the desk and on the applicant's own pages."""

import re

import pytest
from django.urls import reverse

from tongban.people.identity.testing import signed_in
from tongban.portal.window.tests.test_window import ITEM, begin, fill
from tongban.trust.ledger import queries as ledger

pytestmark = pytest.mark.django_db


def apply(window):
    begin(window)
    started = window.client.post(reverse("cases:start", args=["item", ITEM]))
    return fill(window.client, started["Location"].split("/")[3])


def test_at_the_desk_the_clerk_acts_in_their_own_name(window):
    case = apply(window).cases.get()
    words = {"step": str(case.steps.get(state="open").id), "opinion": "材料齐全。", "outcome": "accept"}
    assert window.client.post(reverse("desk:acceptance", args=[case.number]), words).status_code == 302
    accepted = next(e for e in ledger.entries_of(case.id) if e.type.endswith("CaseAccepted"))
    assert (accepted.actor, accepted.principal) == (str(window.clerk.subject_id), window.clerk.subject_id)


@pytest.mark.req("A11")
def test_the_applicant_sees_that_a_clerk_submitted_the_application(window):
    application = apply(window)
    mine = signed_in(window.mother.subject_id).get(reverse("my:application", args=[application.number]))
    assert "经办人：提交申请" in re.sub(r"<[^>]+>", "", mine.content.decode())


@pytest.mark.req("B5")
def test_a_clerk_sees_a_list_of_applications_only_during_a_visit(window, city):
    refused = window.client.get(reverse("my:applications"))
    assert (refused.status_code, "现场办理" in refused.content.decode()) == (403, True)
    begin(window)
    assert window.client.get(reverse("my:applications")).status_code == 200
    other = signed_in(city.officer("市医疗保障局", "window").subject_id)
    assert other.get(reverse("my:applications")).status_code == 403
