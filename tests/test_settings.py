"""Settings with which a start is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tongban.site import production
from tongban.site.environment import Environment

CODE = "import tongban.site.settings"
ROOT = Path(__file__).resolve().parents[1]
PROPER = {
    "TONGBAN_ENV": "production",
    "TONGBAN_SECRET_KEY": "6f1c" * 4 + "k9Qz7-Wm3xT_b82LrVhY5nDgJ4sPcAeU0oFiKtXvBq",
    "TONGBAN_DATA_KEY": "3f9d0b7ac52e61884d17e2f06a9bc35d8e4170f2b6c9a3d5517e80fc24db693a",
    "TONGBAN_INDEX_KEY": "a17c5e93d0f2486bb9e30d715c8f24a6e7196bd2053fc8a49d6ef1027b35ca84",
    "TONGBAN_OIDC_KEYS": "/etc/tongban/oidc.pem",
    "DATABASE_URL": "postgresql://tongban_app@db.example/tongban",
    "TONGBAN_ADDRESS": "https://zwfw.yunzhou.example",
    "TONGBAN_CITY_NAME": "海州市",
    "TONGBAN_CITY_CODE": "980100",
    "TONGBAN_CITY_WINDOWS": "tongban/demo/city/windows.yaml",
}
"""A production environment as docs/operations.md describes it; the database is not asked."""


def _start(code=CODE, **environment):
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code], env={**kept, **environment}, capture_output=True, text=True, check=False
    )


def _manage(*command, folder, **changes):
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    environment = {**kept, **PROPER, "TONGBAN_DATA": str(folder), **changes}
    environment = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_a_production_start_names_the_secrets_that_are_missing():
    refused = _start(TONGBAN_ENV="production", TONGBAN_SECRET_KEY=PROPER["TONGBAN_SECRET_KEY"])
    assert refused.returncode != 0
    last = refused.stderr.strip().splitlines()[-1]
    assert "TONGBAN_DATA_KEY, TONGBAN_INDEX_KEY, DATABASE_URL, TONGBAN_OIDC_KEYS" in last
    assert "TONGBAN_SECRET_KEY" not in last


def test_everything_wrong_missing_or_weak_is_named_in_one_message(tmp_path):
    wrong = {
        "TONGBAN_ADDRESS": None, "TONGBAN_CITY_NAME": None, "TONGBAN_SECRET_KEY": "short", "TONGBAN_INDEX_KEY": "00",
        "TONGBAN_POOL": "many", "TONGBAN_HOSTS": "*", "TONGBAN_PROXIES": "0", "DATABASE_URL": "sqlite:///x",
    }  # fmt: skip
    refused = _manage("check", folder=tmp_path / "data", **wrong)
    (last,) = refused.stderr.strip().splitlines()
    assert last.startswith("Tongban cannot start: ")
    assert {name: last.count(name) for name in wrong} == dict.fromkeys(wrong, 1), last


def test_hosts_are_not_compared_with_an_address_that_is_not_set(tmp_path):
    refused = _manage("check", folder=tmp_path / "data", TONGBAN_ADDRESS=None, TONGBAN_HOSTS="zwfw.yunzhou.example")
    assert "TONGBAN_ADDRESS is not set" in refused.stderr
    assert "TONGBAN_HOSTS" not in refused.stderr


def test_a_database_other_than_postgresql_is_refused():
    refused = _start(**{**PROPER, "DATABASE_URL": "sqlite:///x"})
    assert "PostgreSQL only" in refused.stderr


def test_a_file_store_without_its_keys_is_refused():
    refused = _start(**PROPER, TONGBAN_FILE_STORE="s3://files?endpoint=http://h:1")
    last = refused.stderr.strip().splitlines()[-1]
    assert "set TONGBAN_FILE_STORE_KEY, TONGBAN_FILE_STORE_SECRET in the environment" in last


def test_passwords_are_hashed_with_sm3_and_enough_iterations():
    from tongban.site import settings

    assert settings.PASSWORD_HASHERS[0].endswith("PBKDF2SM3PasswordHasher")
    assert settings.PASSWORD_ITERATIONS >= 100_000


def test_the_data_key_may_be_removed_when_another_master_key_is_configured():
    given = {name: value for name, value in PROPER.items() if name != "TONGBAN_DATA_KEY"}
    assert "TONGBAN_DATA_KEY" in _start(**given).stderr
    assert _start(**given, TONGBAN_MASTER_KEY_FILE="/etc/tongban/master.key").returncode == 0


def test_in_production_browsers_are_kept_on_tls():
    names = "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT"
    code = f"from tongban.site import settings as s; print(*(bool(getattr(s, name)) for name in {names}))"
    for environment, expected in (("production", "True"), ("development", "False")):
        assert set(_start(code, **{**PROPER, "TONGBAN_ENV": environment}).stdout.split()) == {expected}


@pytest.mark.req("H2")
def test_a_proper_production_environment_passes_the_deployment_check(tmp_path):
    """Runs Django's own checks, warnings included, without a database."""
    key = tmp_path / "oidc.pem"
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    checked = _manage(
        "check", "--deploy", "--fail-level", "WARNING", folder=tmp_path / "data", TONGBAN_OIDC_KEYS=str(key)
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "no issues" in checked.stdout + checked.stderr
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.req("H2")
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://tongban_app@%2Ftmp%2Ftongban-0a1b2c3d4e5f/tongban"}, "DATABASE_URL"),
        ({"DATABASE_OWNER_URL": "postgresql://tongban_owner@%2Ftmp%2Ftongban-0a1b2c/tongban"}, "DATABASE_OWNER_URL"),
        ({"TONGBAN_ADDRESS": None}, "TONGBAN_ADDRESS"),
        ({"TONGBAN_ADDRESS": "http://zwfw.yunzhou.example"}, "TONGBAN_ADDRESS"),
        ({"TONGBAN_ADDRESS": "https://localhost"}, "TONGBAN_ADDRESS"),
        ({"TONGBAN_ADDRESS": "https://localhost:8443"}, "TONGBAN_ADDRESS"),
        ({"TONGBAN_ADDRESS": "https://127.0.0.1"}, "TONGBAN_ADDRESS"),
        ({"TONGBAN_ADDRESS": "https://127.8.9.1"}, "TONGBAN_ADDRESS"),
        ({"TONGBAN_ADDRESS": "https://[::1]"}, "TONGBAN_ADDRESS"),
        ({"TONGBAN_ADDRESS": "https://0.0.0.0"}, "TONGBAN_ADDRESS"),
        ({"TONGBAN_ADDRESS": "https://zwfw.yunzhou.example/"}, "TONGBAN_ADDRESS"),
        ({"TONGBAN_ADDRESS": "zwfw.yunzhou.example"}, "TONGBAN_ADDRESS"),
        ({"TONGBAN_HOSTS": "*"}, "TONGBAN_HOSTS"),
        ({"TONGBAN_HOSTS": "zwfw.yunzhou.example,*"}, "TONGBAN_HOSTS"),
        ({"TONGBAN_HOSTS": ""}, "TONGBAN_HOSTS"),
        ({"TONGBAN_HOSTS": "zwfw.yunzhou.example,"}, "TONGBAN_HOSTS"),
        ({"TONGBAN_HOSTS": "other.example"}, "TONGBAN_HOSTS"),
        ({"TONGBAN_PROXIES": "0"}, "TONGBAN_PROXIES"),
        ({"TONGBAN_ENV": "prod"}, "TONGBAN_ENV"),
        ({"TONGBAN_ENV": "Production"}, "TONGBAN_ENV"),
    ],
)
def test_a_refused_production_start_names_the_variable_in_one_sentence(tmp_path, changes, named):
    refused = _manage("check", folder=tmp_path / "data", **changes)
    assert refused.returncode != 0
    (last,) = refused.stderr.strip().splitlines()
    assert named in last
    assert last.count("TONGBAN_") + last.count("DATABASE_") <= 3  # one fault, not a list of all settings
    assert not (tmp_path / "data" / "secrets.env").exists()
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.fixture
def faults(monkeypatch):
    """Return what a production start rejects when a valid environment is changed in this way."""

    def found(**changes):
        for name in os.environ:
            if name.startswith(("TONGBAN_", "DATABASE_")):
                monkeypatch.delenv(name)
        for name, value in {**PROPER, **changes}.items():
            monkeypatch.setenv(name, value)
        return production.faults(Environment.read())

    return found


def test_a_drill_may_examine_its_copy_on_an_embedded_database(faults):
    embedded = "postgresql://tongban_app@%2Ftmp%2Ftongban-0a1b2c3d4e5f/tongban"
    assert faults(DATABASE_URL=embedded)
    assert faults(DATABASE_URL=embedded, TONGBAN_RESTORING="1") == []


@pytest.mark.parametrize("changes", [{"DATABASE_URL": ""}, {"TONGBAN_ADDRESS": "http://localhost:8000"}])
def test_the_launcher_reports_a_refusal_before_it_touches_anything(tmp_path, changes):
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    refused = subprocess.run(
        [sys.executable, "-m", "tongban.site.run", "--data", str(tmp_path / "data")],
        cwd=ROOT, env={**kept, **PROPER, **changes}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    assert refused.stdout == ""
    (sentence,) = refused.stderr.splitlines()
    assert next(iter(changes)) in sentence
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", [["-m", "tongban.site.run"], ["manage.py", "setup"]])
def test_a_development_start_without_a_city_makes_nothing(tmp_path, command):
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    refused = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**kept, "TONGBAN_DEMO": "no", "TONGBAN_DATA": str(tmp_path / "data")},
    )  # fmt: skip
    assert (refused.returncode, refused.stdout) == (1, "")
    (sentence,) = refused.stderr.splitlines()
    assert "set TONGBAN_CITY_NAME, TONGBAN_CITY_CODE, TONGBAN_CITY_WINDOWS in the environment" in sentence
    assert not (tmp_path / "data").exists()


def test_an_address_of_this_machine_is_recognised_by_asking_the_system(faults):
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.1", 9))  # sends nothing; it only selects the local address
        except OSError:
            pytest.skip("this machine has no address but the loopback")
        mine = one.getsockname()[0]
    assert faults(TONGBAN_ADDRESS=f"https://{mine}")
    assert not faults(TONGBAN_ADDRESS="https://192.0.2.7")


def test_hosts_default_to_that_of_the_public_address():
    code = "from tongban.site import settings as s; print(s.ALLOWED_HOSTS)"
    assert _start(code, **PROPER).stdout.strip() == "['zwfw.yunzhou.example']"
    given = {**PROPER, "TONGBAN_HOSTS": "a.example, .yunzhou.example"}
    assert _start(code, **given).stdout.strip() == "['a.example', '.yunzhou.example']"


def test_an_invalid_hall_network_is_reported():
    refused = _start(**PROPER, TONGBAN_HALL_NETWORKS="198.51.100.0/24, hall-1")
    assert "TONGBAN_HALL_NETWORKS: hall-1" in refused.stderr
