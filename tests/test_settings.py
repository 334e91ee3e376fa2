"""What a start refuses."""

import os
import secrets as random
import subprocess
import sys

CODE = "import tongban.site.settings"
KEY = random.token_hex(32)


def _start(code=CODE, **environment):
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code], env={**kept, **environment}, capture_output=True, text=True, check=False
    )


def test_a_production_start_names_the_secrets_that_are_missing():
    refused = _start(TONGBAN_ENV="production", TONGBAN_SECRET_KEY="x" * 50)
    assert refused.returncode != 0
    last = refused.stderr.strip().splitlines()[-1]
    assert "TONGBAN_DATA_KEY, TONGBAN_INDEX_KEY, DATABASE_URL, TONGBAN_OIDC_KEYS" in last
    assert "TONGBAN_SECRET_KEY" not in last


def test_another_database_than_postgresql_is_refused():
    secrets = dict.fromkeys(
        ("TONGBAN_SECRET_KEY", "TONGBAN_DATA_KEY", "TONGBAN_INDEX_KEY", "TONGBAN_OIDC_KEYS"),
        KEY,
    )
    refused = _start(TONGBAN_ENV="production", DATABASE_URL="sqlite:///x", **secrets)
    assert "PostgreSQL only" in refused.stderr


def test_a_file_store_without_its_keys_is_refused():
    secrets = dict.fromkeys(
        ("TONGBAN_SECRET_KEY", "TONGBAN_DATA_KEY", "TONGBAN_INDEX_KEY", "TONGBAN_OIDC_KEYS"),
        KEY,
    )
    refused = _start(
        DATABASE_URL="postgresql://nobody@localhost/none",
        TONGBAN_FILE_STORE="s3://files?endpoint=http://h:1",
        **secrets,
    )
    last = refused.stderr.strip().splitlines()[-1]
    assert "set TONGBAN_FILE_STORE_KEY, TONGBAN_FILE_STORE_SECRET in the environment" in last


def test_passwords_are_kept_by_sm3_with_enough_iterations():
    from tongban.site import settings

    assert settings.PASSWORD_HASHERS[0].endswith("PBKDF2SM3PasswordHasher")
    assert settings.PASSWORD_ITERATIONS >= 100_000


def test_the_data_key_may_go_when_another_master_key_is_named():
    names = ("TONGBAN_SECRET_KEY", "TONGBAN_INDEX_KEY", "TONGBAN_OIDC_KEYS")
    secrets = dict.fromkeys(names, KEY)
    given = {"TONGBAN_ENV": "production", "DATABASE_URL": "postgresql://x@localhost/x", **secrets}
    assert "TONGBAN_DATA_KEY" in _start(**given).stderr
    assert _start(**given, TONGBAN_MASTER_KEY_FILE="/etc/tongban/master.key").returncode == 0


def test_in_production_browsers_keep_to_tls():
    names = ("TONGBAN_SECRET_KEY", "TONGBAN_DATA_KEY", "TONGBAN_INDEX_KEY", "TONGBAN_SEAL_KEY", "TONGBAN_OIDC_KEYS")
    given = {"DATABASE_URL": "postgresql://x@localhost/x", **dict.fromkeys(names, KEY)}
    code = "from tongban.site import settings as s; print(s.SECURE_HSTS_SECONDS > 0, s.SESSION_COOKIE_SECURE)"
    for environment, expected in (("production", "True True"), ("development", "False False")):
        assert _start(code, TONGBAN_ENV=environment, **given).stdout.strip() == expected


def test_a_hall_network_that_is_none_is_named():
    names = ("TONGBAN_SECRET_KEY", "TONGBAN_DATA_KEY", "TONGBAN_INDEX_KEY", "TONGBAN_OIDC_KEYS")
    secrets = dict.fromkeys(names, "0" * 64)
    given = {"TONGBAN_ENV": "production", "DATABASE_URL": "postgresql://x@localhost/x", **secrets}
    assert "TONGBAN_HALL_NETWORKS: hall-1" in _start(**given, TONGBAN_HALL_NETWORKS="198.51.100.0/24, hall-1").stderr
