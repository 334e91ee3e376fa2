"""Uploads: taken by content, refused with a sentence that tells what to do, kept encrypted."""

import struct
import threading
from contextlib import suppress

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.crypto.primitives import Tampered
from tongban.foundation.errors import NotFound
from tongban.foundation.files import queries, services
from tongban.foundation.files.models import StoredFile
from tongban.foundation.files.rules import LARGEST, FileRefused, media_type_of
from tongban.foundation.ids import new_id
from tongban.foundation.ledger.testing import Someone

ACTOR = Someone(str(new_id()))
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"


def png(width: int = 40, height: int = 30) -> bytes:
    head = struct.pack(">I4sIIBBBBBI", 13, b"IHDR", width, height, 8, 2, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I4sI", 0, b"IEND", 0xAE426082)


def jpeg(width: int = 40, height: int = 30, marker: int = 0xC0) -> bytes:
    app0 = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = struct.pack(">BBHBHHB", 0xFF, marker, 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + app0 + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9"


def folder_contents() -> list:
    return [path for path in settings.FILE_FOLDER.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (png(), "image/png"),
        (jpeg(), "image/jpeg"),
        (jpeg(marker=0xC2), "image/jpeg"),
        (PDF + b"\n" * (LARGEST - len(PDF) - 1), None),
    ],
)
def test_the_type_is_read_from_the_content(content, media_type):
    if media_type is None:
        with pytest.raises(FileRefused, match="不完整"):
            media_type_of(content)
    else:
        assert media_type_of(content) == media_type


@pytest.mark.req("C1")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (PDF + b"0" * LARGEST, "超过 10 MB"),
        (b"MZ\x90\x00 a program", "只能上传 PDF、JPG 或 PNG"),
        (b"PK\x03\x04 a document", "只能上传 PDF、JPG 或 PNG"),
        (b"<html>%PDF-1.7 %%EOF</html>", "只能上传 PDF、JPG 或 PNG"),
        (b"GIF89a", "只能上传 PDF、JPG 或 PNG"),
        (PDF[:-7], "PDF 文件不完整"),
        (png()[:-6], "PNG 图片不完整"),
        (png()[:20], "PNG 图片不完整"),
        (png(width=0), "图片尺寸"),
        (png(width=20_001), "图片尺寸"),
        (jpeg(height=65_000), "图片尺寸"),
        (jpeg()[:-2], "JPG 图片不完整"),
        (b"\xff\xd8\xff\xd9", "JPG 图片不完整"),
        (b"\xff\xd8\xff\xe0\x00\x00" + b"\x00" * 40 + b"\xff\xd9", "JPG 图片不完整"),
    ],
)
def test_each_bad_file_gets_its_sentence(content, sentence):
    with pytest.raises(FileRefused, match=sentence):
        media_type_of(content)


@given(head=st.sampled_from([b"%PDF-", png()[:16], jpeg()[:4], jpeg()[:22], b""]), rest=st.binary(max_size=200))
def test_no_content_does_more_than_be_refused(head, rest):
    with suppress(FileRefused):
        assert media_type_of(head + rest) in {"application/pdf", "image/png", "image/jpeg"}


@pytest.mark.django_db
@pytest.mark.req("G5")
def test_a_stored_file_comes_back_whole_and_lies_sealed():
    stored = services.store(PDF, name="C:\\我的文件\\出生\x00证明.pdf", actor=ACTOR)
    assert (stored.media_type, stored.size, stored.name) == ("application/pdf", len(PDF), "出生证明.pdf")
    assert services.read(stored.id) == PDF
    (path,) = folder_contents()
    assert path.name == stored.digest
    assert b"PDF" not in path.read_bytes()
    assert queries.stored_file(stored.id).name == "出生证明.pdf"


@pytest.mark.django_db
def test_equal_contents_lie_once():
    one, other = (services.store(png(), name=name, actor=ACTOR) for name in ("a.png", "b.png"))
    assert one.digest == other.digest
    assert len(folder_contents()) == 1
    assert services.read(other.id) == png()


@pytest.mark.django_db
def test_a_refused_file_leaves_nothing():
    with pytest.raises(FileRefused):
        services.store(b"nothing of worth", name="a.pdf", actor=ACTOR)
    assert not StoredFile.objects.exists()
    assert folder_contents() == []


@pytest.mark.django_db
def test_a_changed_file_does_not_open():
    stored = services.store(PDF, name="a.pdf", actor=ACTOR)
    (path,) = folder_contents()
    path.write_bytes(path.read_bytes()[:-1] + b"\x00\x00")
    with pytest.raises(Tampered):
        services.read(stored.id)


@pytest.mark.django_db
def test_a_lost_or_unknown_file_is_told_in_a_sentence():
    stored = services.store(PDF, name="a.pdf", actor=ACTOR)
    folder_contents()[0].unlink()
    with pytest.raises(NotFound, match="请联系"):
        services.read(stored.id)
    for door in (services.read, queries.stored_file):
        with pytest.raises(NotFound):
            door(new_id())


def test_two_writers_of_one_content_leave_one_whole_file(tmp_path):
    path, content = tmp_path / "ab" / "digest", b"sealed" * 20_000
    writers = [threading.Thread(target=services._write, args=(path, content)) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [p.name for p in path.parent.iterdir()] == ["digest"]
    assert path.read_bytes() == content
