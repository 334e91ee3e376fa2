"""Passwords under PBKDF2-HMAC-SM3."""

import base64
import shutil
import subprocess

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher, make_password

HASHERS = [
    "tongban.trust.crypto.hashers.PBKDF2SM3PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    settings.PASSWORD_HASHERS = HASHERS
    settings.PASSWORD_ITERATIONS = 1000


@pytest.mark.req("H1")
def test_a_password_is_hashed_and_checked():
    kept = make_password("correct horse 9")
    assert kept.startswith("pbkdf2_sm3$1000$")
    assert len(kept) < 128
    assert check_password("correct horse 9", kept)
    assert not check_password("correct horse 8", kept)
    assert kept != make_password("correct horse 9")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is the judge here")
def test_openssl_derives_the_same_hash():
    _, count, salt, made = make_password("correct horse 9", salt="abcdefghijklmnopqrstuv").split("$")
    command = ["openssl", "kdf", "-keylen", "32", "-kdfopt", "digest:SM3", "-kdfopt", "pass:correct horse 9"]
    command += ["-kdfopt", f"salt:{salt}", "-kdfopt", f"iter:{count}", "PBKDF2"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    assert bytes.fromhex(answer.strip().replace(":", "")) == base64.b64decode(made)


def test_an_older_hash_is_replaced_at_the_next_sign_in():
    new_hashes = []
    old = make_password("correct horse 9", hasher="pbkdf2_sha256")
    assert check_password("correct horse 9", old, setter=lambda raw: new_hashes.append(make_password(raw)))
    assert identify_hasher(new_hashes[0]).algorithm == "pbkdf2_sm3"


def test_a_hash_with_another_iteration_count_is_replaced(settings):
    old = make_password("correct horse 9")
    settings.PASSWORD_ITERATIONS = 2000
    new_hashes = []
    assert check_password("correct horse 9", old, setter=new_hashes.append)
    assert new_hashes == ["correct horse 9"]
