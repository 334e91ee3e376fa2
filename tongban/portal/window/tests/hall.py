"""A window with its document reader and a colleague, and what tests of identity checks do there."""

import re
from types import SimpleNamespace

from django.urls import reverse

from tongban.foundation import clock
from tongban.handling.cases.tests import factories
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.models import Account
from tongban.people.identity.testing import PASSWORD, signed_in
from tongban.people.organisation import queries as organisation
from tongban.people.organisation import services as organisations
from tongban.people.signin import services, statements
from tongban.people.signin.models import Message, WindowCheck
from tongban.people.signin.testing import prove_again
from tongban.portal.window.tests.test_window import begin
from tongban.trust.ledger import keys

PROOF, POLICE = "/desk/window/proof/", "市公安局"
PHONE, KNOWN = "13900007777", "13900001234"


def open_hall(window, folder):
    """A window with its document reader and a colleague, and a stranger's account in the mother's name."""
    prove_again(window.client)
    office = organisation.department_named(POLICE)
    pair = keys.own_pair(folder / "bridge.pem")
    reader = services.register_reader(office.id, name="一号读卡器", public_key=pair.public, actor=factories.CITY)
    post = organisations.establish_post(office.id, kind="window", name="二号窗口", actor=factories.CITY)
    colleague = identities.register_person(name="秦岚", division_code="990100", actor=factories.CITY)
    identities.appoint(colleague.id, post_id=post.id, actor=factories.CITY)
    stranger = identities.register_person(name="李文敏", division_code="990102", actor=factories.CITY)
    account = identities.open_account("u1234", password=PASSWORD, subject_id=stranger.id, actor=factories.CITY)
    identities.verify_phone(account.id, phone=PHONE, actor=factories.CITY)
    begin(window)
    return SimpleNamespace(
        client=window.client,
        clerk=window.clerk,
        pair=pair,
        reader=reader,
        office=office,
        colleague=lambda: prove_again(signed_in(colleague.id)),
        colleague_id=colleague.id,
        stranger=stranger.id,
        mother=identity.subject(window.mother.subject_id),
        document=window.document,
    )


def start(hall, phone=PHONE):
    answer = hall.client.post(PROOF, {"phone": phone})
    assert answer.status_code == 302, answer.content.decode()
    return WindowCheck.objects.get(id=answer["Location"].split("/")[-2])


def receipt(hall, check, **changes):
    said = {
        "reader": str(hall.reader.id),
        "nonce": check.nonce,
        "number": hall.mother.number,
        "name": hall.mother.name,
        "at": clock.now(),
    }
    return statements.make(changes.pop("pair", hall.pair), **(said | changes))


def hand_in(hall, check, text):
    return hall.client.post(reverse("window:check", args=[check.id]), {"receipt": text})


def account():
    return Account.objects.get(login_name="u1234")


def read(hall, phone=PHONE):
    check = start(hall, phone)
    assert hand_in(hall, check, receipt(hall, check)).status_code == 302
    check.refresh_from_db()
    return check


def texts_to(phone):
    return [message.text for message in Message.objects.order_by("queued_at", "id") if message.phone == phone]


def code_in(text):
    return re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", text)[0]


def ask_colleague(hall, phone=PHONE):
    check = start(hall, phone)
    hall.client.post(reverse("window:check", args=[check.id]), {"second": "1"})
    return check
