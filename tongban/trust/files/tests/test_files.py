"""Files are stored encrypted and once, are read back in chunks, and a stolen store reveals nothing; in both stores."""

import io
import struct
import tracemalloc
from pathlib import Path

import pytest
from django.conf import settings

from tongban.foundation.errors import NotFound
from tongban.foundation.ids import new_id
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.primitives import Tampered
from tongban.trust.crypto.streams import CHUNK, TAG
from tongban.trust.files import queries, sealed, services, stores
from tongban.trust.files.models import StoredFile
from tongban.trust.files.rules import MAX_FILE_BYTES, FileRefused
from tongban.trust.files.sealed import HEADER, IncomingContent
from tongban.trust.files.stores import StoreUnavailable
from tongban.trust.files.stores.place import InvalidStoreSetting, Place, place_of
from tongban.trust.files.tests.conftest import KEYS
from tongban.trust.files.tests.phones import segment, with_segment
from tongban.trust.files.tests.samples import JPEG, PDF, pdf_with, png
from tongban.trust.ledger.testing import Someone

ACTOR = Someone(str(new_id()))
LONG = pdf_with(b"<<>>stream\n" + b"0123456789abcdef" * (2 * CHUNK // 16) + b"\nendstream")
"""A file of three chunks."""


def kept_in(store: stores.Store, content: bytes) -> str:
    """Store a content through the layer that has no size limit; return its name."""
    incoming = IncomingContent()
    try:
        for start in range(0, len(content), CHUNK):
            incoming.write(content[start : start + CHUNK])
        incoming.move_to(store)
        return incoming.finish()
    finally:
        incoming.close()


@pytest.mark.req("D6")
@pytest.mark.django_db
@pytest.mark.parametrize("content", [PDF, LONG, JPEG])
def test_a_stored_file_is_sealed_and_read_back_completely(place, content):
    name = "C:\\我的文件\\李文敏的出生\x00证明.exe"
    stored = services.store(content, name=name, actor=ACTOR)
    assert (stored.size, stored.name[:8]) == (len(content), "李文敏的出生证明"[:8])
    assert stored.name.endswith((".pdf", ".jpg"))
    assert services.read(stored.id) == content
    chunks = list(services.open_stream(stored.id))
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) <= CHUNK
    assert queries.stored_file(stored.id).name == stored.name
    ((name, lying),) = place.contents().items()
    assert name == stored.digest
    assert len(lying) == HEADER + len(content) + TAG * -(-len(content) // CHUNK)


@pytest.mark.req("D6")
@pytest.mark.django_db
def test_a_stolen_store_reveals_no_contents_or_names(place):
    services.store(LONG, name="李文敏的出生证明.pdf", actor=ACTOR)
    stolen = b"".join(name.encode() + content for name, content in place.contents().items())
    for secret in (
        LONG[:8],
        b"0123456789abcdef",
        "李文敏".encode(),
        crypto.digest(LONG),
        crypto.digest(LONG).hex().encode(),
    ):
        assert secret not in stolen
    assert not [p for p in Path(settings.FILE_FOLDER).rglob("*") if "李" in p.name]


@pytest.mark.django_db
@pytest.mark.parametrize("source", [io.BytesIO(LONG), iter([LONG[:100], LONG[100:]]), LONG])
def test_bytes_open_files_and_iterables_are_accepted(folder, source):
    assert services.read(services.store(source, name="a.pdf", actor=ACTOR).id) == LONG


@pytest.mark.django_db
def test_field_case_what_is_left_out_is_not_stored_where_the_lengths_agree(folder):
    """Field case: a note of six bytes was left out, and the orientation written again took six bytes more."""
    compact = b"MM\0*" + struct.pack(">IHHIHH", 6, 0x0112, 3, 1, 6, 0)
    upload = with_segment(JPEG, segment(0xE1, b"Exif\0\0" + compact) + segment(0xFE, b"!!"))
    stored = services.read(services.store(upload, name="a.jpg", actor=ACTOR).id)
    assert len(stored) == len(upload)
    assert segment(0xFE, b"!!") not in stored


@pytest.mark.django_db
def test_equal_contents_are_stored_once(place):
    one, other = (services.store(png(), name=name, actor=ACTOR) for name in ("a.png", "b.png"))
    assert one.digest == other.digest
    assert len(place.contents()) == 1
    assert services.read(other.id) == png()


@pytest.mark.django_db
def test_a_refused_file_leaves_nothing_behind(place):
    too_long = (bytes(CHUNK) for _ in range(MAX_FILE_BYTES // CHUNK + 5))
    for source, sentence in ((b"nothing of worth", "只能上传"), (b"", "空的"), (too_long, "超过 10 MB")):
        with pytest.raises(FileRefused, match=sentence):
            services.store(source, name="a.pdf", actor=ACTOR)
    assert not StoredFile.objects.exists()
    assert place.contents() == {}


@pytest.mark.django_db
def test_a_source_that_breaks_leaves_nothing_behind(place):
    def breaks():
        yield PDF
        raise ConnectionError

    with pytest.raises(ConnectionError):
        services.store(breaks(), name="a.pdf", actor=ACTOR)
    assert place.contents() == {}


@pytest.mark.req("D6")
@pytest.mark.django_db
def test_changed_truncated_or_swapped_content_does_not_open(place):
    stored, other = (services.store(content, name="a.pdf", actor=ACTOR) for content in (LONG, PDF))
    lying = place.contents()
    good, header = lying[stored.digest], lying[other.digest][:HEADER]
    for changed in (
        lying[other.digest],
        header + good[HEADER:],
        good[:4] + bytes(7) + good[11:],
        good[:50] + bytes([good[50] ^ 1]) + good[51:],
        good[: HEADER + 5],
        good[:HEADER],
        b"",
    ):
        place.replace(stored.digest, changed)
        with pytest.raises(Tampered):
            services.open_stream(stored.id)
    for cut in (good[:-1], good[: HEADER + CHUNK + TAG], good + b"\x00"):
        place.replace(stored.digest, cut)
        with pytest.raises(Tampered):
            services.read(stored.id)
    place.replace(stored.digest, good)
    assert services.read(stored.id) == LONG


@pytest.mark.django_db
def test_a_lost_or_unknown_file_is_reported_in_a_sentence(place):
    stored = services.store(PDF, name="a.pdf", actor=ACTOR)
    stores.store().remove(stored.digest)
    with pytest.raises(NotFound, match="请联系"):
        services.read(stored.id)
    for door in (services.read, queries.stored_file):
        with pytest.raises(NotFound):
            door(new_id())


@pytest.mark.django_db
def test_content_in_the_old_format_without_chunks_still_opens(place):
    stored = services.store(LONG, name="a.pdf", actor=ACTOR)
    place.replace(stored.digest, crypto.encrypt(LONG, bound_to=f"file|{stored.digest}".encode()))
    assert services.read(stored.id) == LONG
    assert services.rewrap() == 0


@pytest.mark.django_db
def test_rewrapping_changes_the_header_only(place):
    stored = services.store(LONG, name="a.pdf", actor=ACTOR)
    before = place.contents()[stored.digest]
    assert services.rewrap() == 1
    after = place.contents()[stored.digest]
    assert before[:HEADER] != after[:HEADER]
    assert before[HEADER:] == after[HEADER:]
    assert services.read(stored.id) == LONG


@pytest.mark.django_db
def test_content_of_any_length_is_stored_in_constant_memory(folder):
    def peak(megabytes: int) -> int:
        incoming = IncomingContent()
        piece = bytes(1 << 20)
        tracemalloc.start()
        for _ in range(megabytes):
            incoming.write(piece)
        incoming.move_to(stores.store())
        total = sum(map(len, sealed.opened(stores.store(), incoming.finish())))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        incoming.close()
        assert total == megabytes << 20
        return top

    assert peak(40) < 4 << 20
    assert abs(peak(80) - peak(20)) < 1 << 20


@pytest.mark.django_db
def test_an_unreachable_store_is_reported_and_nothing_is_written(settings):
    settings.FILE_STORE = Place("files", "127.0.0.1:9", False, "us-east-1", "key", "secret")
    with pytest.raises(StoreUnavailable, match="请过几分钟再试"):
        services.store(PDF, name="a.pdf", actor=ACTOR)
    assert not StoredFile.objects.exists()
    assert list(stores.workplace().iterdir()) == []


@pytest.mark.django_db
def test_a_missing_bucket_is_reported(bucket, settings, s3_server):
    settings.FILE_STORE = place_of(f"s3://none-here?endpoint={s3_server}", *KEYS.values())
    with pytest.raises(StoreUnavailable):
        services.store(PDF, name="a.pdf", actor=ACTOR)


@pytest.mark.django_db
def test_an_unwritable_folder_is_reported(settings, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    settings.FILE_FOLDER = tmp_path / "file" / "below"
    with pytest.raises((StoreUnavailable, NotADirectoryError)):
        services.store(PDF, name="a.pdf", actor=ACTOR)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("text", "keys", "sentence"),
    [
        ("s3://files?endpoint=http://h:1", ("", ""), "TONGBAN_FILE_STORE_KEY, TONGBAN_FILE_STORE_SECRET"),
        ("s3://files", KEYS.values(), "must look like"),
        ("ftp://files?endpoint=http://h:1", KEYS.values(), "must look like"),
        ("s3:///?endpoint=http://h:1", KEYS.values(), "must look like"),
    ],
)
def test_an_unusable_setting_says_what_to_set(text, keys, sentence):
    with pytest.raises(InvalidStoreSetting, match=sentence):
        place_of(text, *keys)


def test_the_setting_names_the_bucket_and_hides_the_secret():
    place = place_of("s3://files?endpoint=https://s3.city:9000&region=yz-1", *KEYS.values())
    assert (place.bucket, place.host, place.secure, place.region) == ("files", "s3.city:9000", True, "yz-1")
    assert KEYS["TONGBAN_FILE_STORE_SECRET"] not in repr(place)
    assert place_of("", "", "") is None
