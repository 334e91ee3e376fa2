"""Pages that are kept for anonymous readers: what they may read, and that another process sees a publication."""

import json
import os
import re
import subprocess
import sys
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.test_access import patterns
from tongban.foundation.ui import keeping, page_cache
from tongban.foundation.ui.audience import EVERYBODY, audience_of
from tongban.foundation.ui.kept_pages import pages
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog import reading, services
from tongban.handling.catalog.tests.conftest import departments, loaded  # noqa: F401
from tongban.people.organisation.models import Department
from tongban.site.bootstrap import ROOT

KEPT = {name: found for name, one in patterns().items() if (found := keeping.keeping_of(one.callback))}
ADDRESSES = {"catalog:item": ["HJ-09"], "catalog:bundle": ["birth"]}
"""What the addresses need. A new kept view with arguments gets a line here."""
AGE = {
    "shared_cache": "the home page's figures, which say themselves until when they are valid",
    "cases_application": "the same figures, when they are counted",
    "cases_case": "the same",
    "cases_material": "the same",
}
"""Tables without a trigger that a kept page may read, because it names the moment until which they count."""


def address(name):
    return reverse(name, args=ADDRESSES.get(name, []))


def tables_shown(topics):
    """Return the tables whose trigger publishes one of the topics."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgargs FROM pg_trigger WHERE tgname = 'page_shows'")
        return {table for table, arguments in cursor.fetchall() if bytes(arguments).decode().rstrip("\0") in topics}


def test_only_public_pages_are_kept():
    assert {"home", "catalog:items", "catalog:item", "catalog:bundles", "catalog:bundle", "design"} <= KEPT.keys()
    for name in KEPT:
        assert audience_of(patterns()[name].callback) == EVERYBODY, name


@pytest.mark.django_db
@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("edition", ["ordinary", "elder"])
def test_a_kept_page_reads_only_tables_that_publish_its_topics(name, edition, loaded):  # noqa: F811
    """Otherwise a change of the table would not reach the reader. Checked on the statements that the page sends."""
    client = Client()
    if edition == "elder":
        client.cookies["elder"] = "1"
    shown = tables_shown(KEPT[name].topics)
    for query in ["", *(f"?{key}=1" for key in KEPT[name].query)]:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"{address(name)}{query}").status_code == 200
        for statement in seen.captured_queries:
            read = set(re.findall(r'(?:FROM|JOIN)\s+"?([a-z_]+)"?', statement["sql"]))
            assert read <= shown | AGE.keys(), f"{name} reads {read - shown - AGE.keys()}: {statement['sql'][:300]}"


ANOTHER_PROCESS = """
import json, sys
import django
django.setup()
from django.test import Client
client = Client()
for line in sys.stdin:
    answer = client.get(line.strip())
    content = answer.content.decode()
    print(json.dumps([answer.status_code, answer.headers.get("ETag", ""), content]), flush=True)
"""


@pytest.fixture
def another_process(transactional_db):
    """Another web process on the same database: `ask(address)` returns status, entity tag and content."""
    parts = connection.settings_dict
    host = f"{quote(parts['HOST'], safe='')}{':' + parts['PORT'] if parts['PORT'] else ''}"
    database = f"postgresql://{parts['USER']}:{quote(parts['PASSWORD'])}@{host}/{parts['NAME']}"
    environment = os.environ | {"DATABASE_URL": database, "DATABASE_OWNER_URL": database}
    process = subprocess.Popen(
        [sys.executable, "-c", ANOTHER_PROCESS],
        cwd=ROOT,
        env=environment | {"TONGBAN_HOSTS": "testserver", "DJANGO_SETTINGS_MODULE": "tongban.site.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask(where):
        process.stdin.write(f"{where}\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    yield ask
    process.stdin.close()
    process.wait(30)


@pytest.mark.req("A1")
@pytest.mark.django_db(transaction=True)
def test_the_next_reader_in_another_process_sees_what_was_published(loaded, another_process):  # noqa: F811
    guide, home, items = address("catalog:item"), "/", "/items/"
    first = {where: another_process(where) for where in (guide, home, items)}
    assert [status for status, _, _ in first.values()] == [200, 200, 200]
    assert {where: another_process(where) for where in first} == first

    spec = reading.read(reading.FOLDER / "items" / "HJ-09.yaml").spec
    newer = spec.model_copy(update={"name": "无犯罪记录证明（新版）", "version": catalog.item("HJ-09").version + 1})
    services.publish_item(newer, actor=factories.CITY)
    _, tag, content = another_process(guide)
    assert "无犯罪记录证明（新版）" in content
    assert tag not in {"", first[guide][1]}
    assert "无犯罪记录证明（新版）" in Client().get(guide).content.decode()

    services.withdraw_item("HJ-09", reason="停办", actor=factories.CITY)
    assert another_process(guide)[0] == 404
    assert Client().get(guide).status_code == 404

    department = catalog.items(page=1)[0]["department_name"]
    assert department in another_process(items)[2]
    Department.objects.filter(short_name=department).update(short_name="改名后的部门")
    assert "改名后的部门" in another_process(items)[2]


@pytest.mark.django_db(transaction=True)
def test_pages_with_forms_are_never_kept(loaded):  # noqa: F811
    """The sign-in page, for example, carries a token of its reader."""
    for where in ("/sign-in/", "/verify/", "/search/?q=1", "/sign-in/?next=/", "/nowhere/"):
        Client().get(where)
    assert not len(pages)
    assert page_cache.pages is pages
