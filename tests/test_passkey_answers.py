"""What a passkey is said to have answered may be anything: wherever it is taken, nonsense is no crash."""

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


@pytest.mark.parametrize("number", range(len(ANSWERS)))
def test_nonsense_is_refused(number):
    parents = factories.make_parents(factories.make_city())
    signed = prove_again(signed_in(parents.mother.subject_id))
    nobody = Client()
    for client, address in (
        (nobody, "/sign-in/passkey/"),
        (signed, "/account/passkeys/add/"),
        (signed, "/confirm/passkey/"),
    ):
        client.get(address, headers={"Accept": "application/json"})
        answer = client.post(address, {"credential": ANSWERS[number], "name": "我的手机"})
        assert answer.status_code in {200, 302, 400, 422}, (address, answer.status_code)
    assert "_auth_user_id" not in nobody.session
