"""The rooms together: what they declare leads somewhere, and any room above case handling can be left out."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from procrastinate.contrib.django import app

from tongban.foundation.operations.queues import queues
from tongban.foundation.rooms import installed
from tongban.foundation.ui import shell, slots
from tongban.site import rooms

ROOT = Path(__file__).resolve().parents[1]
REMOVABLE = sorted(
    f"{room.name.split('.')[1]}/{room.name.split('.')[2]}"
    for room in installed()
    if room.name.split(".")[1] in {"supervision", "applications", "portal"}
)
WITHOUT = """
import os, sys, traceback
import cryptography.x509, django.contrib.auth, django.core.management, django.test, lxml.etree
import jieba, jinja2, numpy, procrastinate, psycopg_pool, pydantic, pypinyin, yaml


def look():
    import django
    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from tongban.foundation.rooms import installed
    from tongban.foundation.ui import shell, slots

    call_command("check")
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
    links = {link.href for _, links in shell.footer_columns() for link in links}
    hrefs = {entry.href for entry in slots.menus} | links
    answers = {href: Client().get(href).status_code for href in sorted(hrefs)}
    wrong = {href: status for href, status in answers.items() if status not in (200, 302)}
    assert not wrong and len(answers) > 10, answers
    assert len(installed()) == int(sys.argv[1]), len(installed())


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
        if name not in {"application", "apply"}:  # these slots are about an object
            assert reverse(to)


def without(room: str, folder: Path) -> Path:
    """Return a source tree without the room. Its files are links, so compiled files remain valid."""
    tree = folder / room.replace("/", "-")
    shutil.copytree(ROOT / "tongban", tree / "tongban", copy_function=linked)
    shutil.rmtree(tree / "tongban" / room)
    return tree


def linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


@pytest.mark.django_db(transaction=True)
def test_the_platform_starts_without_any_room_above_case_handling(tmp_path):
    database = settings.DATABASES["default"]
    address = f"postgresql://{database['USER']}@{database['HOST'].replace('/', '%2F')}/{database['NAME']}"
    trees = [without(room, tmp_path) for room in REMOVABLE]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, str(len(installed()) - 1), *map(str, trees)],
        cwd=tmp_path,
        env=os.environ
        | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tongban.site.settings", "TONGBAN_HOSTS": "testserver"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout.splitlines()
    assert [line for line in said if line.partition(" ")[0] in REMOVABLE] == [f"{room} 0" for room in REMOVABLE], (
        done.stderr[-5000:]
    )
