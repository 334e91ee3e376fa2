"""The settings: the model's checks, the document that is made from it, and that nothing else reads the environment.

`TONGBAN_WRITE_SETTINGS=1 bin/test tests/test_environment.py` writes docs/settings.md again. Read the difference before
you commit it.
"""

import ast
import os
import re
import secrets
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from pydantic import SecretStr

from tongban.foundation.city import city
from tongban.site.environment import Environment, WrongSettings, model
from tongban.site.environment.model import name_of, wording_of
from tongban.site.environment.topics import TOPICS
from tongban.site.rooms import EXTRAS

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "settings.md"
HEAD = """# Settings

Every setting comes from the environment. A development start makes up what is missing and keeps it in
`var/secrets.env`; [operations](operations.md) says what a production start needs. A value that cannot be used refuses
the start: one message names every variable that is wrong and what is allowed. Keys that are short, a pattern, or not
those of the data folder start nothing ([keys](keys.md)).

Secrets appear in no message. The demo city brings its own values of the topic "The city" and owners of keys in
[`tongban/demo/city.env`](../tongban/demo/city.env); they count where the demo is on and the environment says nothing.
Without the demo the name and the code of the city must be set.

`tests/test_environment.py` makes this page from `tongban/site/environment/topics.py` and compares. A new setting is one
field there; then `TONGBAN_WRITE_SETTINGS=1 bin/test tests/test_environment.py` writes the page.
"""


def _default(field):
    told = wording_of(field)
    if told["unset"]:
        return told["unset"]
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return f"`{value}`" if value not in ("", None, [], {}) else ""


def _table(topic):
    rows = ["| name | meaning | without it | production |", "|---|---|---|---|"]
    for field in topic.model_fields.values():
        secret = " (secret)" if field.annotation is SecretStr else ""
        parts = (f"`{name_of(field)}`{secret}", field.description, _default(field), wording_of(field)["production"])
        rows.append(re.sub(r" +(?= \|)", "", f"| {' | '.join(parts)} |"))
    return "\n".join([f"## {topic.__doc__}", "", *rows, ""])


def test_the_document_of_the_settings_is_current():
    text = "\n".join([HEAD, *map(_table, TOPICS)])
    if os.environ.get("TONGBAN_WRITE_SETTINGS"):
        DOCUMENT.write_text(text)
    assert DOCUMENT.read_text() == text


def test_every_setting_belongs_to_one_topic_and_has_a_sentence():
    named = [name_of(field) for topic in TOPICS for field in topic.model_fields.values()]
    assert named == [name_of(field) for field in Environment.model_fields.values()]
    assert len(named) == len(set(named)) > 60
    for field in Environment.model_fields.values():
        assert field.description[-1] in ".)", name_of(field)


# --- wrong values ---------------------------------------------------------------------------------------------------


def test_wrong_values_are_named_together_with_what_is_allowed(monkeypatch):
    monkeypatch.setenv("TONGBAN_FREE_SPACE", "much")
    monkeypatch.setenv("TONGBAN_SECOND_FACTOR", "yes")
    monkeypatch.setenv("TONGBAN_INTERNAL_NETWORKS", "10.0.0.1/8")
    monkeypatch.setenv("TONGBAN_BACKUP_CRON", "daily")
    with pytest.raises(WrongSettings) as refusal:
        Environment.read()
    assert str(refusal.value) == (
        "Tongban cannot start: TONGBAN_FREE_SPACE is 'much': it must be a whole number of at least 0."
        " TONGBAN_SECOND_FACTOR is 'yes': it must be empty or 'required'."
        " TONGBAN_INTERNAL_NETWORKS: 10.0.0.1/8 is no network; it must be networks with commas between,"
        " e.g. 10.20.0.0/16,fd00:20::/32."
        " TONGBAN_BACKUP_CRON is 'daily': it must be five fields of cron with spaces between (UTC), e.g. 30 17 * * *."
    )


@pytest.mark.parametrize("url", ["mysql://u:hidden-word@h/x", "postgresql://u:hidden-word@h:port/x", "hidden-word"])
def test_a_wrong_secret_is_named_and_not_revealed(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(
        WrongSettings, match="^Tongban cannot start: DATABASE_URL cannot be used: it must be"
    ) as refusal:
        Environment.read()
    assert "hidden-word" not in str(refusal.value)
    assert refusal.value.__context__ is None


def test_no_secret_is_shown_by_the_value_or_its_json(monkeypatch):
    word = secrets.token_hex(32)
    names = [name_of(field) for field in Environment.model_fields.values() if field.annotation is SecretStr]
    for name in names:
        monkeypatch.setenv(name, word if "DATABASE" not in name else f"postgresql://u:{word}@h/x")
    read = Environment.read()
    assert len(names) == 16
    assert read.ctid_secret.get_secret_value() == word
    assert word not in repr(read) + str(read) + read.model_dump_json()


def test_a_wrong_value_stops_the_start_with_one_line():
    environment = os.environ | {"TONGBAN_POOL": "many", "TONGBAN_WEB_WORKERS": "0"}
    for command in (["manage.py", "check"], ["-m", "tongban.site.run"]):
        refused = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert refused.returncode == 1
        (line,) = refused.stderr.splitlines()
        assert "TONGBAN_POOL is 'many'" in line
        assert "TONGBAN_WEB_WORKERS is '0'" in line


def test_a_misspelt_setting_of_the_demo_city_is_named(monkeypatch, tmp_path):
    (tmp_path / "city.env").write_text("TONGBAN_CITY_NANE=x\n")
    monkeypatch.setattr(model, "DEMO_CITY", tmp_path / "city.env")
    with pytest.raises(WrongSettings, match="TONGBAN_CITY_NANE of city.env is no setting"):
        Environment.read()


# --- who reads the environment --------------------------------------------------------------------------------------

READERS = {
    "tongban/foundation/announcements/actors.py",  # SUDO_USER: the system user who runs a command
    "tongban/site/bootstrap.py",  # runs before the settings and makes up what they read
    "tongban/site/check_settings.py",
    "tongban/site/environment/model.py",  # whether the demo is on, which decides where settings come from
    "tongban/site/run.py",  # the launcher: the environment of its children
    "tongban/site/wsgi.py",
    "tongban/trust/backups/programs.py",  # PG… variables of the database's own programs
    "tongban/trust/backups/restoring.py",  # runs without Django
    "tongban/trust/backups/secrets.py",  # packs the secrets themselves, and the environment of its children
}


def product_files(*suffixes):
    """Return the product's files, without tests, migrations, demo and bench."""
    apart = {"tests", "migrations", "__pycache__"}
    for path in sorted((ROOT / "tongban").rglob("*")):
        parts = path.relative_to(ROOT).parts
        if path.suffix in suffixes and path.stem != "testing" and not apart & {*parts} and parts[1] not in EXTRAS:
            yield path


def _reads_environment(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}:
            yield isinstance(node.value, ast.Name) and node.value.id == "os"
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            yield any(one.name in {"environ", "getenv", "environb"} for one in node.names)


def test_only_the_settings_and_the_launchers_read_the_environment():
    found = {
        str(path.relative_to(ROOT))
        for path in product_files(".py")
        if any(_reads_environment(ast.parse(path.read_text())))
    }
    assert found == READERS


# --- the city -------------------------------------------------------------------------------------------------------

DEMO = re.compile("云州|云江|云A|9901(?=00|02)|J9901|yunzhou", re.IGNORECASE)


CONTENT = {"items", "bundles"}
"""Folders of the catalogue: what this city offers."""


def test_neither_code_nor_templates_name_the_demo_city():
    kinds = (".py", ".html", ".js", ".css", ".svg", ".typ", ".txt", ".json", ".yaml", ".tsv")
    files = [path for path in product_files(*kinds) if path.parent.name not in CONTENT]
    assert len(files) > 500
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if DEMO.search(line)
    ]
    assert found == []


def test_no_template_and_no_code_asks_for_one_bundle():
    found = [path.name for path in product_files(".html") if re.search(r"\.key *==|\.code *==", path.read_text())]
    assert found == []


def test_the_demo_city_is_what_it_was():
    found = city()
    assert (found.name, found.code, found.product, found.portal) == ("云州市", "990100", "云州通办", "云州市政务服务")
    assert (found.host, found.operator) == ("云州市人民政府办公室", "云州市政务服务和数据管理局")
    assert found.marriage_number(2026, 7) == "J990102-2026-000007"
    assert found.bill_number(2026, 7) == "9901202600000007"
    assert found.card_prefix == "990"
    assert found.police_station("云江区", "清河") == "云州市公安局云江区分局清河派出所"
    assert settings.KEY_OWNERS["licences"] == "11990100MB0T113715"


OTHER = """
import django, sys
django.setup()
from django.test import Client
from tongban.foundation.city import city
from tongban.foundation.ui import lastresort
from tongban.people.signin.services import codes, messages
from tongban.site.api import api

client = Client(HTTP_HOST="localhost")
paths = ("/", "/items/", "/search/?q=zzzz", "/sign-in/", "/register/", "/verify/", "/nowhere/")
pages = [client.get(path) for path in paths]
text = "".join(page.content.decode() for page in pages) + lastresort.page(500).content.decode() + api.title
sys.stdout.reconfigure(encoding="utf-8")
print([page.status_code for page in pages])
print(city().sms_signature, city().marriage_number(2030, 1))
print(text)
"""


@pytest.mark.django_db(transaction=True)
def test_another_city_is_served_by_settings_alone():
    database = settings.DATABASES["default"]
    address = (
        f"postgresql://{database['USER']}@{database['HOST'].replace('/', '%2F')}/{connection.settings_dict['NAME']}"
    )
    environment = os.environ | {
        "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tongban.site.settings", "TONGBAN_DEMO": "no",
        "TONGBAN_CITY_NAME": "海州市", "TONGBAN_CITY_CODE": "980100", "TONGBAN_HOTLINE": "98765",
        "TONGBAN_SMS_SIGNATURE": "海州政务",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", OTHER], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers, names, text = done.stdout.split("\n", 2)
    assert answers == "[200, 200, 200, 200, 200, 200, 404]"
    assert names == "海州政务 J980100-2030-000001"
    assert "承办：海州市政务服务和数据管理局" in text
    assert "海州市政务服务接口" in text
    assert "98765" in text
    assert DEMO.search(text) is None
    assert "12345" not in text
    assert "虚构" not in text


@pytest.mark.django_db(transaction=True)
def test_a_city_without_the_demo_is_set_up():
    """The demo's commands are not installed there, so the set-up may not call them."""
    database = settings.DATABASES["default"]
    address = f"postgresql://{database['USER']}@{database['HOST'].replace('/', '%2F')}/{database['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": address, "DATABASE_OWNER_URL": address, "TONGBAN_DEMO": "no",
        "TONGBAN_CITY_NAME": "海州市", "TONGBAN_CITY_CODE": "980100",
    }  # fmt: skip
    for command, said in (("setup", "No departments yet"), ("greet", "")):
        done = subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        assert said in done.stdout
        assert "演示" not in done.stdout


def test_without_the_demo_the_city_must_be_named():
    environment = os.environ | {"TONGBAN_DEMO": "no"}
    refused = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "set TONGBAN_CITY_NAME, TONGBAN_CITY_CODE in the environment" in refused.stderr


# --- the calendar ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_years_of_the_calendar_come_from_data():
    from tongban.foundation.workdays import queries
    from tongban.foundation.workdays.services import YEARS, load_known_years

    known = load_known_years()
    assert known.published[0] == 2024
    years = {*known.published, *known.from_files}
    assert {int(path.stem) for path in YEARS.glob("[0-9]*.yaml")} <= years
    assert {day.year for day in queries.calendar().workdays} >= years
    assert queries.calendar().provisional_years == frozenset(known.from_files)
    assert date(known.published[-1], 10, 1) not in queries.calendar().workdays
