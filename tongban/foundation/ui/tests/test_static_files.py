"""Static files are served compressed, under names with their hash, and never from other sources than the pages."""

import gzip
import os
import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django.core.files.storage import storages
from django.test import Client, override_settings

from tongban.foundation.rooms import installed
from tongban.foundation.ui import sheets, shell, static_files

BACKENDS = {**django_settings.STORAGES, "staticfiles": {"BACKEND": "tongban.foundation.ui.static_files.PublishedFiles"}}


@pytest.fixture(autouse=True)
def _own_sheets(settings, tmp_path):
    """Tests that change a room's styles must not write the sheets that other processes read."""
    settings.DATA_FOLDER = tmp_path
    finders.get_finder.cache_clear()
    yield
    finders.get_finder.cache_clear()


@pytest.fixture
def folder(tmp_path):
    with override_settings(STATIC_ROOT=str(tmp_path / "static"), STORAGES=BACKENDS):
        yield tmp_path / "static"


def address(name):
    return storages.create_storage(BACKENDS["staticfiles"]).url(name)


def test_each_theme_is_one_file_that_holds_every_sheet_of_every_room_in_cascade_order():
    for theme, overrides in sheets.THEMES.items():
        parts = sheets.parts_of(theme)
        assert {style for room in installed() for style in room.styles} <= set(parts)
        assert parts[-len(overrides) :] == [f"ui/css/{name}.css" for name in overrides]
        content = Path(finders.find(sheets.sheet_of(theme))).read_text()
        at = [content.index(Path(finders.find(part)).read_text()) for part in parts]
        assert at == sorted(at)


def test_the_styles_of_a_room_go_with_the_room():
    assert ".home-hero" in sheets.put_together("normal")
    kept = {style: style for style in shell.styles if not style.startswith("home/")}
    with shell.styles.only(**kept):
        assert ".home-hero" not in sheets.put_together("normal")
        assert ".home-hero" not in Path(finders.find("sheets/normal.css")).read_text()


def test_a_declared_sheet_that_does_not_exist_is_named():
    with shell.styles.with_more():
        shell.styles.add("no/such.css", "no/such.css")
        with pytest.raises(LookupError, match=r"no/such\.css"):
            sheets.put_together("normal")


def test_every_sheet_in_a_room_is_declared():
    """A sheet that no room declares would be loaded by no page."""
    found = {
        str(path.relative_to(Path(room.path, "static")))
        for room in installed()
        for path in Path(room.path).glob("static/**/*.css")
    }
    parts = {part for theme in sheets.THEMES for part in sheets.parts_of(theme)}
    assert found - parts == set()


def test_published_files_are_compressed_and_kept_for_good(folder):
    assert static_files.publish()
    for name in (
        "sheets/normal.css",
        "ui/tongban.js",
        "ui/icons.svg",
        "home/scene.svg",
        "npm/htmx.org/dist/htmx.min.js",
    ):
        at = address(name)
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", at), at
        answer = Client().get(at, HTTP_ACCEPT_ENCODING="gzip")
        assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(b"".join(answer.streaming_content)) == Path(finders.find(name)).read_bytes()
        plain = Client().get(at)
        assert "Content-Encoding" not in plain.headers
        assert b"".join(plain.streaming_content) == Path(finders.find(name)).read_bytes()


def test_fonts_of_documents_are_not_served(folder):
    static_files.publish()
    assert list(folder.rglob("*.ttf")) == []


def test_nothing_is_published_twice(folder):
    assert static_files.publish()
    assert not static_files.publish()
    assert static_files.is_current()


def test_a_changed_sheet_gets_another_address_even_if_its_file_is_older(folder, tmp_path):
    """A release that is rolled back has older files than what was published before."""
    source = tmp_path / "sources"
    source.mkdir()
    (source / "a.css").write_text("a { color: red }")
    with override_settings(STATICFILES_DIRS=[("other", str(source))]):
        finders.get_finder.cache_clear()
        try:
            static_files.publish()
            before = address("other/a.css")
            (source / "a.css").write_text("a { color: blue }")
            os.utime(source / "a.css", (0, 0))
            assert address("other/a.css") == "/static/other/a.css"  # never the address of what it was before
            assert static_files.publish()
            after = address("other/a.css")
            assert after != before
            assert b"".join(Client().get(after).streaming_content) == b"a { color: blue }"
            assert Client().get(before).status_code == 200  # pages that are still open
        finally:
            finders.get_finder.cache_clear()


def test_a_changed_style_of_a_room_changes_the_sheet(folder, tmp_path):
    static_files.publish()
    before = address("sheets/normal.css")
    with shell.styles.only():
        assert not static_files.is_current()
        static_files.publish()
        assert address("sheets/normal.css") != before


def test_without_published_files_every_name_is_plain(folder):
    assert address("sheets/normal.css") == "/static/sheets/normal.css"
    folder.mkdir()
    (folder / "staticfiles.json").write_text("{")
    (folder / static_files.STAMP).write_text(static_files.digest_of_sources())
    assert address("sheets/normal.css") == "/static/sheets/normal.css"
