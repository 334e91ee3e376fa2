"""The house as a whole: what rooms declare leads somewhere, and a room above case handling can be taken out."""

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
import django
django.setup()
from django.core.management import call_command
from django.test import Client
from tongban.foundation.rooms import installed
from tongban.foundation.ui import shell, slots

call_command("check")
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
hrefs = {entry.href for entry in slots.menus} | {link.href for _, links in shell.footer_columns() for link in links}
answers = {href: Client().get(href).status_code for href in sorted(hrefs)}
assert set(answers.values()) <= {200, 302}, answers
print(len(installed()), len(answers))
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
        if name not in {"application", "apply"}:  # these are about a thing
            assert reverse(to)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("room", REMOVABLE)
def test_the_house_stands_without_a_room_above_case_handling(room, tmp_path):
    shutil.copytree(ROOT / "tongban", tmp_path / "tongban", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(tmp_path / "tongban" / room)
    database = settings.DATABASES["default"]
    address = f"postgresql://{database['USER']}@{database['HOST'].replace('/', '%2F')}/{database['NAME']}"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        cwd=tmp_path,
        env=os.environ
        | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tongban.site.settings", "TONGBAN_HOSTS": "testserver"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    rooms_left, pages = map(int, done.stdout.split()[-2:])
    assert rooms_left == len(installed()) - 1
    assert pages > 10
