"""The demo's phone and the demo's document reader, and the links to them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.ui import shell
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in
from tongban.people.signin import bridge, services
from tongban.people.signin import queries as signin
from tongban.people.signin.testing import code_sent_to
from tongban.people.signin.tests.conftest import PHONE
from tongban.portal.window.tests.hall import start
from tongban.trust.ledger import keys

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
MESSAGES, READER = "/demo/messages/", "/demo/reader/"


@pytest.mark.parametrize(("name", "value"), [("PRODUCTION", True), ("DEMO", False)])
def test_the_phone_shows_messages_outside_production_only(client, account, settings, name, value):
    client.post("/sign-in/code/", {"phone": PHONE})
    code = code_sent_to(PHONE)
    page = client.get(MESSAGES).content.decode()
    assert code in page
    assert "仅用于演示" in page
    assert code not in client.get("/sign-in/code/check/").content.decode()
    setattr(settings, name, value)
    assert client.get(MESSAGES).status_code == 404
    assert client.get(READER).status_code == 404


def test_the_phone_receives_nothing_where_a_gateway_is_configured(client, settings):
    settings.SMS_GATEWAY_URL = "https://sms.example.org/"
    assert client.get(MESSAGES).status_code == 404


def test_pages_link_to_the_phone_only_where_the_demo_is_installed(client, account):
    client.post("/sign-in/code/", {"phone": PHONE})
    assert f'href="{MESSAGES}"' in client.get("/sign-in/code/check/").content.decode()
    without = {place: name for place, name in shell.places._values.items() if not name.startswith("demo:")}
    with shell.places.only(**without):
        page = client.get("/sign-in/code/check/")
    assert page.status_code == 200
    assert "演示手机" not in page.content.decode()


def test_the_phone_is_open_before_the_first_password_is_set(account):
    account.initial_until = clock.now() + timedelta(days=1)
    account.save()
    client = signed_in(account.subject_id)
    assert client.get("/account/")["Location"] == "/account/first-password/"
    assert client.get(MESSAGES).status_code == 200


def test_the_reader_signs_like_a_real_one(hall, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    pair = keys.own_pair(tmp_path / bridge.KEY)
    services.register_simulators(pair.public, actor=factories.CITY)
    simulator = next(reader for reader in signin.readers_at(hall.office.id) if reader.simulator)
    check = start(hall)
    back = reverse("window:check", args=[check.id])
    assert f'action="{READER}"' in hall.client.get(back).content.decode()
    sent = {"nonce": check.nonce, "reader": str(simulator.id), "back": back}
    assert "把证件放到读卡器上" in hall.client.post(READER, sent).content.decode()
    card = {"number": hall.mother.number, "name": hall.mother.name}
    page = hall.client.post(READER, sent | card).content.decode()
    said = re.search(r"<textarea[^>]*>([^<]+)</textarea>", page)[1]
    assert hall.client.post(back, {"receipt": said}).status_code == 302
    check.refresh_from_db()
    assert check.proof.level == 3
    settings.PRODUCTION = True
    assert Client().get(READER).status_code == 404
