"""The rooms together: what they declare leads somewhere, and any room above case handling can be left out."""

import ast
import fnmatch
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import app

from tests.links import OF_SOMETHING, linked
from tests.test_templates import names_of
from tongban.foundation.ids import new_id
from tongban.foundation.operations.queues import queues
from tongban.foundation.rooms import installed
from tongban.foundation.ui import shell, slots
from tongban.handling.cases.tests import factories
from tongban.people.identity import queries as identity
from tongban.people.identity.testing import signed_in
from tongban.people.organisation.queries import post_of
from tongban.people.workorders import services as workorders
from tongban.people.workorders.kinds import kinds
from tongban.portal.home import content
from tongban.site import rooms
from tools.without import copy_without, removable

ROOT = Path(__file__).resolve().parents[1]
REMOVABLE = removable()
WITHOUT = """
import json, os, sys, traceback
import cryptography.x509, django.contrib.auth, django.core.management, django.test, lxml.etree
import jieba, jinja2, numpy, procrastinate, psycopg_pool, pydantic, pypinyin, yaml


def look():
    import django
    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from tests.links import linked
    from tongban.foundation.rooms import installed
    from tongban.foundation.ui import slots

    def fail(*words):
        raise AssertionError(words)

    call_command("check")
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
    assert len(installed()) == told["rooms"], len(installed())
    slots.log.exception = fail
    has_orders = any(room.name == "tongban.portal.workorders" for room in installed())
    for who, cookies in told["cookies"].items():
        client = Client()
        client.cookies.load(cookies)
        answers = {href: client.get(href) for href in sorted(linked(told["application"]))}
        expected = {href: told["expected"][who][href] for href in answers}
        wrong = {href: answer.status_code for href, answer in answers.items() if answer.status_code != expected[href]}
        assert not wrong and len(answers) > 20, (who, wrong)
        orders = {href: client.get(href).status_code for href in told["orders"][who] if has_orders}
        assert set(orders.values()) <= {200}, (who, orders)
        shown = {href: answer.content.decode() for href, answer in answers.items() if answer.status_code == 200}
        leads_nowhere = [href for href, text in shown.items() if 'href=""' in text or 'action=""' in text]
        assert not leads_nowhere and len(shown) > 5, (who, leads_nowhere, len(shown))


told = json.loads(sys.argv[1])
for tree in sys.argv[2:]:  # each in a forked child that has the libraries and imports the rooms from its own tree
    child = os.fork()
    if not child:
        status = 1
        try:
            os.chdir(tree)
            sys.path.insert(0, tree)
            look()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    print(os.path.basename(tree).replace("-", "/"), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def test_every_room_is_found_and_none_is_listed_twice():
    names = [room.name for room in installed()]
    assert len(names) == len(set(names)) > 25
    assert names == [one.removesuffix(".room.Room") for one in rooms.declared()]


def test_the_queue_of_every_task_is_served_by_the_worker():
    ours = {task.queue for task in app.tasks.values() if not task.name.startswith(("builtin:", "procrastinate."))}
    assert ours <= set(queues.names())


def test_every_link_of_menus_footer_and_places_resolves():
    assert all(entry.href.startswith("/") for entry in slots.menus)
    assert all(link.href.startswith("/") for _, links in shell.footer_columns() for link in links)
    assert sum(len(links) for _, links in shell.footer_columns()) == len(shell.footer)
    for name in shell.places.names():
        to = shell.places.get(name)
        assert to is not None
        if name not in OF_SOMETHING:
            assert reverse(to)


def test_every_linked_place_is_declared_and_every_declared_place_is_linked():
    """A misspelt place would show no link, and nobody would miss it."""
    linked = {row[2][0] for row in (*content.ENTRANCES, *content.FEATURES, *content.ELDER_TILES)}
    for path in (ROOT / "tongban").rglob("*"):
        if path.suffix in {".py", ".html"} and "tests" not in path.parts:
            linked |= set(re.findall(r"""\bplace\(["']([a-z-]+)["'][,)]""", path.read_text()))
    assert linked == set(shell.places.names())


def test_every_covered_page_exists_and_belongs_to_a_menu_entry():
    names = [name for room in installed() for name in names_of(room)]
    for entry in slots.menus:
        assert [pattern for pattern in entry.covers if not fnmatch.filter(names, pattern)] == [], entry
    entries = {entry.to for entry in slots.menus}
    for pattern in slots.covered.names():
        assert fnmatch.filter(names, pattern), pattern
        assert shell.places.get(slots.covered.get(pattern)) in entries, pattern


def test_every_slot_is_shown_and_filled():
    """A slot is a name like any other: mypy and the imports find a typo, but not that nobody uses it."""
    sources = {
        path: path.read_text()
        for path in (ROOT / "tongban").rglob("*.py")
        if "tests" not in path.parts and path.name != "testing.py"
    }
    declared = [
        target.id
        for text in sources.values()
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if getattr(node.value.func, "id", "") == "Slot"
        for target in node.targets
    ]
    assert len(declared) == len(set(declared)) >= 3
    everything = "\n".join(sources.values())
    for name in declared:
        for use in ("fill", "add"):
            assert re.search(rf"\b{name}\.{use}\(", everything), f"no room calls {name}.{use}"


def test_no_two_rooms_use_the_same_folder_or_namespace():
    """The second folder of a name would be searched for what the first does not have, and hide what is in both."""
    taken: dict[tuple[str, str], str] = {("static", "npm"): "STATICFILES_DIRS"}
    for room in installed():
        used = {("app_name", getattr(room.part("urls"), "app_name", ""))}
        used |= {(kind, one.name) for kind in ("jinja2", "static") for one in Path(room.path, kind).glob("*")}
        for one in sorted(used - {("app_name", "")}):
            assert one not in taken, f"{room.name} and {taken[one]} both use {one}"
            taken[one] = room.name
    assert len(taken) > 40


def address_of(database: str) -> str:
    server = settings.DATABASES["default"]
    return f"postgresql://{server['USER']}@{server['HOST'].replace('/', '%2F')}/{database}"


@pytest.mark.django_db(transaction=True)
def test_the_pages_work_without_any_room_above_case_handling(tmp_path):
    """Each page answers as it does with all rooms: to nobody, an applicant, and a clerk with a person at the window.

    There is a work order of every kind, also of those that a removed room registers.
    """
    trees = [copy_without([room], tmp_path / room.replace("/", "-")) for room in REMOVABLE]
    city = factories.make_city()
    parents = factories.make_parents(city)
    application = factories.handled_newborn(parents.mother)
    mother, clerk = signed_in(parents.mother.subject_id), signed_in(city.officer("市公安局", "window").subject_id)
    present = identity.subject(parents.mother.subject_id)
    clerk.post(reverse("window:visit"), {"number": present.number, "name": present.name, "seen": "yes"})
    assert identity.open_visit(city.officer("市公安局", "window").subject_id)
    orders = [
        workorders.raise_order(
            kind,
            text="请核对。",
            about=new_id(),
            post_id=post_of(city.departments["市公安局"], "window").id,
            actor=parents.mother,
        ).number
        for kind in kinds.names()
    ]
    people = {"nobody": Client(), "mother": mother, "clerk": clerk}
    told = {
        "rooms": len(installed()) - 1,
        "application": application.number,
        "orders": {
            "nobody": [],
            "mother": [reverse("workorders:my-order", args=[number]) for number in orders],
            "clerk": [reverse("workorders:desk-order", args=[number]) for number in orders],
        },
        "expected": {
            who: {href: client.get(href).status_code for href in linked(application.number)}
            for who, client in people.items()
        },
        "cookies": {
            who: {name: cookie.value for name, cookie in client.cookies.items()} for who, client in people.items()
        },
    }
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, json.dumps(told), *map(str, trees)],
        cwd=tmp_path,
        env=os.environ
        | {
            "DATABASE_URL": address_of(settings.DATABASES["default"]["NAME"]),
            "DJANGO_SETTINGS_MODULE": "tongban.site.settings",
            "TONGBAN_HOSTS": "testserver",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout.splitlines()
    assert [line for line in said if line.partition(" ")[0] in REMOVABLE] == [f"{room} 0" for room in REMOVABLE], (
        done.stderr[-5000:]
    )


QUICK = (
    "handling/cases/tests/test_pages_apply.py",
    "people/signin/tests/test_sign_in.py",
    "portal/home/tests/test_home.py",
)


@pytest.mark.django_db(transaction=True)
def test_the_tests_of_other_rooms_pass_without_a_room_of_the_portal_and_one_of_supervision(tmp_path):
    """For a few files; `python -m tools.without` runs all. They use the database of this test run."""
    name = settings.DATABASES["default"]["NAME"]
    assert name.startswith("test_")
    owner = address_of(name.removeprefix("test_"))
    tree = copy_without(["portal/my", "supervision/ratings"], tmp_path / "tree")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "--reuse-db", *(f"tongban/{one}" for one in QUICK)],
        cwd=tree,
        env={key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COV_"))}
        | {"DATABASE_URL": owner, "DATABASE_OWNER_URL": owner},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 40


def test_the_tool_knows_every_room_that_can_be_left_out():
    assert {"portal/home", "supervision/ratings"} < set(REMOVABLE)
    assert {room.split("/")[0] for room in REMOVABLE} <= set(rooms.REMOVABLE)
