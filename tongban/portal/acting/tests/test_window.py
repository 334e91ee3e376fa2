"""Mandates at the window: a signed form, answers of the person present, and the clerk's second factor."""

import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tongban.handling.cases.tests import factories
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Mandate
from tongban.people.identity.testing import at_visit, signed_in, with_phone
from tongban.people.signin.testing import RECORDS, confirm, prove_again
from tongban.portal.acting.tests.helping import typed, words

pytestmark = [pytest.mark.django_db, pytest.mark.req("A11", "B4")]


def test_the_clerk_registers_a_signed_form_and_the_answer_of_the_person_present(people, city):
    officer = city.officer("市公安局", "window")
    clerk = prove_again(signed_in(officer.subject_id))
    at_visit(people.mother, client=clerk, clerk=officer)
    form = typed(people.father, way="both") | {"form": SimpleUploadedFile("授权书.pdf", factories.PDF)}
    answer = clerk.post(reverse("acting:window"), form)
    assert answer.status_code == 302, words(answer)
    mandate = Mandate.objects.get()
    assert (mandate.channel, mandate.accepted_at is not None, mandate.form_id is not None) == ("window", True, True)
    clerk.post(reverse("acting:window-answer", args=[mandate.id]), {"answer": "revoke"})
    mandate.refresh_from_db()
    assert mandate.ended_because == "principal"
    missing = clerk.post(reverse("acting:window"), typed(people.father, way="both"))
    assert missing.status_code == 422
    assert "请上传签了名的授权书" in words(missing)
    seen = words(people.clients["mother"].get(reverse("acting:acts")))
    assert "在窗口替您登记了授权" in seen


def test_a_helper_can_bring_the_form_of_a_principal_at_home(people, city):
    officer = city.officer("市公安局", "window")
    clerk = prove_again(signed_in(officer.subject_id))
    mother = identity.subject(people.mother)
    at_visit(people.father, client=clerk, clerk=officer)
    given = typed(people.father, way="helper", name="", number="") | {
        "principal_name": mother.name,
        "principal_number": mother.number,
    }
    answer = clerk.post(reverse("acting:window"), given | {"form": SimpleUploadedFile("书.pdf", factories.PDF)})
    assert answer.status_code == 302, words(answer)
    mandate = Mandate.objects.get()
    assert (mandate.principal_id, mandate.helper_id) == (people.mother, people.father)
    assert identity.right_of(mandate.id, people.father) is not None


def test_a_clerk_gives_the_second_factor_periodically_and_before_the_form(people, city):
    officer = city.officer("市公安局", "window")
    clerk = with_phone(officer.subject_id)
    at_visit(people.mother, client=clerk, clerk=officer)
    asked = clerk.get(reverse("acting:window"))
    assert asked["Location"].startswith("/confirm/")
    assert confirm(clerk, asked)["Location"] == reverse("acting:window")
    page = reverse("acting:window")

    def after(minutes, send, *given):
        session = clerk.session
        session[RECORDS] = [record | {"at": time.time() - minutes * 60} for record in session[RECORDS]]
        session.save()
        return send(*given)

    assert after(29, clerk.get, page).status_code == 200, "the next person, no question"
    form = typed(people.father, way="both") | {"form": SimpleUploadedFile("书.pdf", factories.PDF)}
    assert after(44, clerk.post, page, form)["Location"] == page, "the form was shown while the proof was fresh"
    mandate = Mandate.objects.get()
    assert after(31, clerk.get, page)["Location"].startswith("/confirm/")
    answer = after(46, clerk.post, reverse("acting:window-answer", args=[mandate.id]), {"answer": "revoke"})
    assert answer["Location"].startswith("/confirm/")
    mandate.refresh_from_db()
    assert mandate.ended_at is None
    assert after(46, clerk.post, page, typed(people.father, way="both"))["Location"].startswith("/confirm/")


def test_a_clerk_without_a_visit_is_refused_without_being_asked_for_a_proof(people, city):
    clerk = with_phone(city.officer("市公安局", "window").subject_id)
    assert clerk.get(reverse("acting:window")).status_code == 403


def test_what_has_to_be_answered_is_not_marked_as_optional(people, city):
    officer = city.officer("市公安局", "window")
    clerk = prove_again(signed_in(officer.subject_id))
    at_visit(people.mother, client=clerk, clerk=officer)
    for page in (clerk.get(reverse("acting:window")), clerk.post(reverse("acting:window"), {"way": "helper"})):
        for label in ("代办的方式", "代办人姓名", "代办人公民身份号码"):
            assert label in words(page)
            assert f"{label}（选填）" not in words(page), label
        assert "在家的授权人姓名（选填）" in words(page)
