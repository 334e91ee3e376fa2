"""The receipt says who applied, what happens until when, and whether they have to come once more."""

import html

import pytest
from django.urls import reverse

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.handling.cases import queries
from tongban.handling.cases.queries import WayBack
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in


def receipt_of(application, parents):
    address = reverse("cases:receipt", args=[application.number])
    page = html.unescape(signed_in(parents.mother.subject_id).get(address).content.decode())
    return page[page.index("<main") : page.index("</main>")]


def test_field_case_a_receipt_names_its_applicant_and_the_promise(parents):
    application = factories.submitted_newborn(parents.mother, uploads=("father-acknowledgement",), married="no")
    run_pending_jobs()
    text = receipt_of(application, parents)
    assert "李*敏" in text
    assert "李文敏" not in text
    sentences = [row.sentence for row in queries.progress(application).cases]
    assert any("答复是否受理" in sentence for sentence in sentences)
    assert all(sentence in text for sentence in sentences)


@pytest.mark.parametrize(("delivery", "way"), [("mail", WayBack.NONE), ("pickup", WayBack.COLLECT)])
def test_field_case_nobody_who_collects_a_card_is_told_to_stay_at_home(parents, delivery, way):
    application = factories.submitted_newborn(parents.mother, card_delivery=delivery)
    assert queries.way_back(application) == way
    text = receipt_of(application, parents)
    assert ("您不用再跑" in text) == (delivery == "mail")
    assert ("您选了到窗口领取的，办好后去领" in text) == (delivery == "pickup")
