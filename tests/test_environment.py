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
from pydantic import SecretStr

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

Secrets appear in no message. The demo city brings its own values of the topics "The city" and "The base libraries", and
owners of keys, in [`tongban/demo/city.env`](../tongban/demo/city.env). They count where the demo is on and the
environment says nothing. Without the demo the name, the code and the windows of the city must be set.

`tests/test_environment.py` makes this page from `tongban/site/environment/topics/` and compares. A new setting is one
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


def test_every_setting_belongs_to_one_topic_and_has_a_description():
    named = [name_of(field) for topic in TOPICS for field in topic.model_fields.values()]
    assert named == [name_of(field) for field in Environment.model_fields.values()]
    assert len(named) == len(set(named)) > 60
    for field in Environment.model_fields.values():
        assert field.description[-1] in ".)", name_of(field)


# --- wrong values ---------------------------------------------------------------------------------------------------


def test_wrong_values_are_reported_with_the_allowed_ones(monkeypatch):
    monkeypatch.setenv("TONGBAN_FREE_SPACE", "much")
    monkeypatch.setenv("TONGBAN_SECOND_FACTOR", "yes")
    monkeypatch.setenv("TONGBAN_INTERNAL_NETWORKS", "10.0.0.1/8")
    monkeypatch.setenv("TONGBAN_BACKUP_CRON", "daily")
    with pytest.raises(WrongSettings) as refusal:
        Environment.read()
    assert str(refusal.value) == (
        "Tongban cannot start: TONGBAN_FREE_SPACE is 'much': it must be a whole number of at least 0."
        " TONGBAN_SECOND_FACTOR is 'yes': it must be empty or 'required'."
        " TONGBAN_INTERNAL_NETWORKS: 10.0.0.1/8 is not a network; it must be networks with commas between,"
        " e.g. 10.20.0.0/16,fd00:20::/32."
        " TONGBAN_BACKUP_CRON is 'daily': it must be five fields of cron with spaces between (UTC), e.g. 30 17 * * *."
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TONGBAN_CITY_CODE", "９９０１００", "it must be six digits"),
        ("TONGBAN_CITY_DATA_BUREAU", "００１", "it must be three digits"),
        ("TONGBAN_CITY_PREMIUMS", "２０２５=400", "is no amount of a year"),
        ("TONGBAN_CITY_PREMIUMS", "2025=４００", "is no amount of a year"),
        ("TONGBAN_CITY_PREMIUMS", "2025=400,2025=500", "'2025' is given twice"),
        ("TONGBAN_KEY_OWNERS", "identity=a,identity=b", "'identity' is given twice"),
        ("TONGBAN_BACKUP_CRON", "99 99 99 99 99", "five fields of cron"),
        ("TONGBAN_BACKUP_DRILL_CRON", "a b c d e", "five fields of cron"),
        ("TONGBAN_BACKUP_CRON", "0 0 * * * 30", "five fields of cron"),
        ("TONGBAN_INTERNAL_NETWORKS", "0.0.0.0/0", "0.0.0.0/0 is too large"),
        ("TONGBAN_INTERNAL_NETWORKS", "10.0.0.0/8,::/1", "::/1 is too large"),
        ("TONGBAN_HALL_NETWORKS", "128.0.0.0/1", "128.0.0.0/1 is too large"),
        ("TONGBAN_CITY_NAME", "海州市\n注入", "it must be one line of text"),
        ("TONGBAN_HOTLINE", "12345\x1b[2J", "it must be one line of text"),
        ("TONGBAN_CITY_WINDOWS", "/nope.yaml", "it must be a file that exists"),
        ("TONGBAN_CITY_WINDOWS", "tongban", "it must be a file that exists"),
    ],
)
def test_a_value_that_only_looks_right_is_refused(monkeypatch, name, value, sentence):
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettings) as refusal:
        Environment.read()
    assert str(refusal.value).startswith(f"Tongban cannot start: {name}")
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("cron", ["*/15 1-5 * * mon-fri", "0 3 1,15 * *", "30 19 * * 6"])
def test_usual_cron_expressions_are_accepted(monkeypatch, cron):
    monkeypatch.setenv("TONGBAN_BACKUP_CRON", cron)
    monkeypatch.setenv("TONGBAN_INTERNAL_NETWORKS", "10.0.0.0/8,fc00::/7")
    assert Environment.read().backup_cron == cron


@pytest.mark.parametrize("url", ["mysql://u:hidden-word@h/x", "postgresql://u:hidden-word@h:port/x", "hidden-word"])
def test_a_wrong_secret_is_named_and_not_revealed(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(
        WrongSettings, match="^Tongban cannot start: DATABASE_URL cannot be used: it must be"
    ) as refusal:
        Environment.read()
    assert "hidden-word" not in str(refusal.value)
    assert refusal.value.__context__ is None


def test_neither_the_settings_nor_their_json_show_a_secret(monkeypatch):
    word = secrets.token_hex(32)
    names = [name_of(field) for field in Environment.model_fields.values() if field.annotation is SecretStr]
    for name in names:
        monkeypatch.setenv(name, word if "DATABASE" not in name else f"postgresql://u:{word}@h/x")
    read = Environment.read()
    assert len(names) == 16
    assert read.ctid_secret.get_secret_value() == word
    assert word not in repr(read) + str(read) + read.model_dump_json()


def test_a_wrong_value_stops_the_start_with_a_one_line_message():
    environment = os.environ | {"TONGBAN_POOL": "many", "TONGBAN_WEB_WORKERS": "0"}
    for command in (["manage.py", "check"], ["-m", "tongban.site.run"]):
        refused = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert refused.returncode == 1
        (line,) = refused.stderr.splitlines()
        assert "TONGBAN_POOL is 'many'" in line
        assert "TONGBAN_WEB_WORKERS is '0'" in line


def test_a_misspelt_setting_of_the_demo_city_is_reported(monkeypatch, tmp_path):
    (tmp_path / "city.env").write_text("TONGBAN_CITY_NANE=x\n")
    monkeypatch.setattr(model, "DEMO_CITY", tmp_path / "city.env")
    with pytest.raises(WrongSettings, match="TONGBAN_CITY_NANE of city.env is no setting"):
        Environment.read()


# --- who reads the environment --------------------------------------------------------------------------------------

READERS = {
    "tongban/foundation/announcements/console.py",  # SUDO_USER: the system user who runs a command
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
