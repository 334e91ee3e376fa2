"""`private_key_jwt`: what a signed assertion must contain, and that it is accepted once."""

import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.test import Client

from tongban.foundation.errors import Invalid
from tongban.people.sso import signing
from tongban.people.sso.openid.assertions import TYPE

pytestmark = [pytest.mark.django_db, pytest.mark.req("B2")]
KEY = ec.generate_private_key(ec.SECP256R1())


def public(key=KEY, kid="k-1"):
    algorithm = (
        jwt.algorithms.ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else jwt.algorithms.RSAAlgorithm
    )
    return {"keys": [json.loads(algorithm.to_jwk(key.public_key())) | {"kid": kid}]}


@pytest.fixture
def service(city):
    return city.system(
        name="后台", kind="service", redirect_uris=[], scopes={"introspection": "查验"}, keys=public(), duty=""
    )


def assertion(service, key=KEY, algorithm="ES256", kid="k-1", **given):
    now = int(time.time())
    content = {
        "iss": service.client_id,
        "sub": service.client_id,
        "aud": signing.issuer(),
        "iat": now,
        "exp": now + 60,
        "jti": f"jti-{time.perf_counter_ns()}",
    } | given
    content = {name: value for name, value in content.items() if value is not None}
    return jwt.encode(content, key, algorithm=algorithm, headers={"kid": kid})


def ask(text, **more):
    data = {"grant_type": "client_credentials", "client_assertion_type": TYPE, "client_assertion": text} | more
    return Client().post("/sso/token", data)


def test_a_signature_replaces_a_secret(service):
    assert ask(assertion(service)).status_code == 200
    assert ask(assertion(service, aud=f"{signing.issuer()}/sso/token")).status_code == 200
    assert ask(assertion(service), client_id=service.client_id).status_code == 200


def test_an_assertion_is_accepted_once(service):
    text = assertion(service)
    assert ask(text).status_code == 200
    assert ask(text).status_code == 401


@pytest.mark.parametrize(
    "given",
    [
        {"aud": "https://evil.example"},
        {"aud": None},
        {"iss": "sys-other"},
        {"sub": "sys-other"},
        {"jti": None},
        {"jti": "short"},
        {"exp": None},
        {"exp": int(time.time()) - 60},
        {"exp": int(time.time()) + 7200},
        {"kid": "k-2"},
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"key": "0" * 32, "algorithm": "HS256"},
        {"key": None, "algorithm": "none"},
    ],
)
def test_an_invalid_assertion_is_refused(service, given):
    assert ask(assertion(service, **given)).status_code == 401


def test_a_client_id_that_contradicts_the_assertion_is_refused(service):
    assert ask(assertion(service), client_id="sys-other").status_code == 401
    assert ask(assertion(service), client_assertion_type="urn:other").status_code == 401


def test_a_public_key_is_not_accepted_as_an_hmac_secret(service):
    """Algorithm confusion: signing with HMAC and the public key as the secret."""
    secret = public()["keys"][0]["x"]
    assert ask(assertion(service, key=secret, algorithm="HS256")).status_code == 401


@pytest.mark.parametrize(
    "keys",
    [
        "{",
        "[]",
        '{"keys": []}',
        '{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "1"}]}',
        json.dumps({"keys": [json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY)) | {"kid": "1"}]}),
        json.dumps(public(rsa.generate_private_key(public_exponent=65537, key_size=1024))),
        json.dumps({"keys": public()["keys"] * 2}),
    ],
)
def test_only_strong_public_keys_are_registered(city, keys):
    with pytest.raises(Invalid):
        city.draft(keys=keys)
