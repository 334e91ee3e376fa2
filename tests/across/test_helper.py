"""Somebody who helps sees of the other person only what they may do."""

import pytest
from django.urls import reverse

from tongban.foundation import clock
from tongban.handling.cases.models import Application
from tongban.handling.catalog import queries as catalog
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
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
