"""A passkey's answer may be anything: wherever one is accepted, nonsense does not crash the page."""

import pytest
from django.test import Client

from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in
from tongban.people.signin.testing import prove_again

pytestmark = pytest.mark.django_db
ANSWERS = [
    "", "null", "1", "9" * 4400, "[" * 3000, '{"a":' * 3000, '{"id": NaN}', '"\\ud800"', "{}", '{"id": 1}', "天",
    '{"id": "\\ud800", "rawId": "\\ud800", "type": "public-key", "response": {}}', "-Infinity", "[]",
    '{"response": null}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA",'
    ' "attestationObject": "AA"}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", "authenticatorData": "AA",'
    ' "signature": "AA", "userHandle": "AA"}}',
]  # fmt: skip


def test_a_nonsense_passkey_answer_is_refused():
    parents = factories.make_parents(factories.make_city())
    signed = prove_again(signed_in(parents.mother.subject_id))
    nobody = Client()
    for number, credential in enumerate(ANSWERS):
        for client, address, status, leads_to in (
            (nobody, "/sign-in/passkey/", 302, "/sign-in/"),
            (signed, "/account/passkeys/add/", 422, None),
            (signed, "/confirm/passkey/", 302, "/confirm/factor/?next="),
        ):
            client.get(address, headers={"Accept": "application/json"})
            answer = client.post(address, {"credential": credential, "name": "我的手机"})
            assert (answer.status_code, answer.headers.get("Location")) == (status, leads_to), (address, number)
        assert "_auth_user_id" not in nobody.session, number
