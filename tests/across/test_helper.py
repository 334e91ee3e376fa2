"""Somebody who helps sees of the other person only what they may do."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tongban.foundation import clock
from tongban.handling.cases.models import Application
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import queries as catalog
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.testing import signed_in
from tongban.portal.acting.tests.helping import ITEM, OTHER, grant, start, switch, words

pytestmark = [pytest.mark.django_db, pytest.mark.req("B4")]


def test_a_helper_sees_only_what_they_may_do(people):
    mine = people.clients["mother"].post(reverse("cases:start", args=["item", OTHER]))["Location"]
    mandate = grant(people, reach="items", services=[ITEM])
    identities.accept(mandate.id, actor=identity.actor_of_subject(people.father), confirmed="face")
    switch(people, mandate)
    client = people.clients["father"]
    assert client.get(mine).status_code == 403
    listed = words(client.get(reverse("my:applications")))
    assert catalog.item(OTHER).name not in listed
    assert client.get(reverse("licences:wallet")).status_code == 403
    assert client.get(reverse("acting:overview")).status_code == 403
    assert client.get(reverse("acting:give")).status_code == 403


def test_a_helper_sees_only_their_own_finished_applications(people, helping):
    start(people)
    mine = Application.objects.get(service=ITEM)
    people.clients["mother"].post(reverse("cases:start", args=["item", OTHER]))
    hers = Application.objects.get(service=OTHER)
    now = clock.now()
    for serial, one in enumerate((mine, hers)):
        Application.objects.filter(id=one.id).update(
            state="closed", number=f"99{serial:020d}", submitted_at=now, closed_at=now
        )
    client = people.clients["father"]
    listed = words(client.get(reverse("my:applications")))
    assert mine.title in listed
    assert hers.title not in listed
    assert client.get(reverse("my:application", args=[f"99{0:020d}"])).status_code == 200
    assert client.get(reverse("my:application", args=[f"99{1:020d}"])).status_code == 403


def test_a_window_officer_may_help_privately_but_a_deciding_officer_may_not(people, city):
    until = clock.legal_day(clock.now()) + timedelta(days=9)
    mother = identity.actor_of_subject(people.mother)
    for kind, own, helps in (("window", True, True), ("head", True, False), ("handler", False, False)):
        officer = city.officer("市民政局", kind).subject_id
        if own:  # with their own account; an account that was opened for a post helps nobody
            identities.open_account(f"own.{kind}", password="a long one 1", subject_id=officer, actor=factories.CITY)
        client, person = signed_in(officer), identity.subject(officer)
        made = identities.grant(
            "help",
            name=person.name,
            number=person.number,
            scope=identities.MandateScope("all"),
            until=until,
            actor=mother,
        )
        identities.accept(made.id, actor=identity.actor_of_subject(officer))
        page = client.get(reverse("identity:principal"))
        assert (page.status_code, f"m-{made.id}" in page.content.decode()) == (200 if own else 403, helps), kind
        client.post(reverse("identity:principal"), {"principal": f"m-{made.id}"})
        assert ("mandate" in client.session) == helps
        started = client.post(reverse("cases:start", args=["item", ITEM]))
        assert started.status_code == (302 if own else 403)
        assert client.get(reverse("desk:to_do")).status_code == 200
