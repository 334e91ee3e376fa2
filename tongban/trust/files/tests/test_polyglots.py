"""No stored picture is an archive too, wherever in its data the archive stands; what cameras and programs write stays.

A picture with an archive in its own data passes for a picture here, and unpacks to programs where it is downloaded.
"""

import io
import struct
import tarfile
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tongban.trust.files.rules import FileRefused, accepted
from tongban.trust.files.tests.phones import exif_of_a_phone, segment, with_segment
from tongban.trust.files.tests.samples import GREY_JPEG, IEND, JPEG, PROGRESSIVE, colour_profile, idat, ihdr, png_of

LARGE = Image.effect_noise((320, 240), 80)


def archive(name: str = "setup.js", content: bytes = b"alert(1)", comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(name, content)
        made.comment = comment
    return out.getvalue()


def unpacks(content: bytes) -> bool:
    """Whether Python's reader finds files in the content, as those of other systems do."""
    with suppress(zipfile.BadZipFile, OSError, ValueError), zipfile.ZipFile(io.BytesIO(content)) as found:
        return bool(found.namelist())
    return False


def in_scan(picture: bytes, hidden: bytes) -> bytes:
    """The picture with more data at the end of its last scan, which decoders skip."""
    return picture[:-2] + hidden.replace(b"\xff", b"\xff\x00") + picture[-2:]


def before_scan(picture: bytes, made: bytes) -> bytes:
    at = picture.index(b"\xff\xda")
    return picture[:at] + made + picture[at:]


def with_preview(preview: bytes) -> bytes:
    """The picture with a small one in its JFIF segment: width, height and the pixels."""
    return JPEG[:2] + segment(0xE0, JPEG[6:18] + preview) + JPEG[20:]


def without_packing(hidden: bytes) -> bytes:
    """A PNG whose first row of pixels is the archive, as it is."""
    row = hidden.ljust(3 * 120, b"\x00")
    rows = b"\x00" + row + (b"\x00" + bytes(len(row))) * 9
    return png_of(ihdr(len(row) // 3, 10), (b"IDAT", zlib.compress(rows, 0)), IEND)


ZIP = archive()
JPEG_PLACES = {
    "in the scan": lambda hidden: in_scan(JPEG, hidden),
    "in the scan of a progressive picture": lambda hidden: in_scan(PROGRESSIVE, hidden),
    "in the scan of a grey picture": lambda hidden: in_scan(GREY_JPEG, hidden),
    "in Huffman tables": lambda hidden: before_scan(
        JPEG, segment(0xC4, b"\x13" + bytes(9) + bytes([64] * 3 + [0] * 4) + hidden.ljust(192)[:192])
    ),
    "in the preview": lambda hidden: with_preview(b"\x0a\x0a" + bytes(300) + hidden),
    "in what is no profile": lambda hidden: with_segment(JPEG, segment(0xE2, b"ICC_PROFILE\0\1\1" + hidden)),
    "behind the colours": lambda hidden: with_segment(JPEG, segment(0xEE, b"Adobe" + bytes(1300) + hidden)),
} | {
    f"in a segment {marker:02X}": lambda hidden, marker=marker: before_scan(JPEG, segment(marker, bytes(1500) + hidden))
    for marker in (0x02, 0xBF, 0xC8, 0xCC, 0xDC, 0xDE, 0xDF, 0xF0, 0xFD, 0xFE)
}  # fmt: skip
PACKED = idat()[1]
PNG_PLACES = {
    "after the data": lambda hidden: png_of(ihdr(), (b"IDAT", PACKED + hidden), IEND),
    "in data after the data": lambda hidden: png_of(ihdr(), (b"IDAT", PACKED), (b"IDAT", hidden), IEND),
    "in the pixels": without_packing,
    "in a profile": lambda hidden: png_of(ihdr(), (b"iCCP", b"p\0\0" + zlib.compress(hidden, 0)), idat(), IEND),
    "after a profile": lambda hidden: png_of(ihdr(), (b"iCCP", b"p\0\0" + zlib.compress(b"p") + hidden), idat(), IEND),
    "in the palette": lambda hidden: png_of(ihdr(), (b"PLTE", hidden.ljust(255)), idat(), IEND),
    "in the end": lambda hidden: png_of(ihdr(), idat(), (b"IEND", hidden)),
} | {
    f"in {kind.decode()}": lambda hidden, kind=kind: png_of(ihdr(), (kind, bytes(1100) + hidden), idat(), IEND)
    for kind in (b"ABCD", b"PLTE", b"sPLT", b"hIST", b"sBIT", b"tRNS", b"bKGD", b"pHYs", b"eXIf", b"prVt", b"tEXt")
}
PLACES = JPEG_PLACES | PNG_PLACES
OPEN = ["in the scan", "in the scan of a progressive picture", "in a segment DC", "after the data", "in the pixels",
        "in data after the data", "after a profile", "in the palette", "in ABCD"]  # fmt: skip


@pytest.mark.req("H2")
@pytest.mark.parametrize("place", PLACES)
def test_field_case_a_picture_that_is_also_an_archive_is_refused_or_stored_without_it(place):
    with suppress(FileRefused):
        assert not unpacks(accepted(PLACES[place](ZIP)).content)


@pytest.mark.req("H2")
@pytest.mark.parametrize("place", OPEN)
def test_the_samples_unpack_and_are_refused_with_what_to_do(place):
    """Otherwise the tests around this one would hold for places in which no reader finds an archive."""
    assert unpacks(PLACES[place](ZIP))
    with pytest.raises(FileRefused, match="重新|截屏"):
        accepted(PLACES[place](ZIP))


@pytest.mark.req("H2")
@given(
    place=st.sampled_from(sorted(PLACES)),
    name=st.text("abc/.", min_size=1, max_size=8),
    content=st.binary(max_size=40),
    comment=st.binary(max_size=20),
)
def test_no_stored_picture_unpacks(place, name, content, comment):
    with suppress(FileRefused):
        assert not unpacks(accepted(PLACES[place](archive(name, content, comment))).content)


def with_directory_last(before: int) -> bytes:
    """An archive behind `before` bytes whose end record stands before its directory, which it names by its offset."""
    at = ZIP.index(b"PK\x01\x02")
    files, directory, end = ZIP[:at], ZIP[at : ZIP.index(b"PK\x05\x06")], ZIP[ZIP.index(b"PK\x05\x06") :]
    starts = before + len(files) + len(end)
    moved = bytearray(directory)
    struct.pack_into("<L", moved, 42, before)
    return files + end[:16] + struct.pack("<L", starts) + end[20:] + bytes(moved)


@pytest.mark.req("H2")
def test_an_archive_whose_directory_stands_behind_its_end_record_is_refused():
    """Python's reader expects the directory before the record; others go by the offset."""
    photo, head = in_scan(JPEG, with_directory_last(len(JPEG) - 2)), png_of(ihdr(), (b"IDAT", PACKED))
    for made in (photo, png_of(ihdr(), (b"IDAT", PACKED), (b"IDAT", with_directory_last(len(head) + 8)), IEND)):
        ends = made.index(b"PK\x05\x06")
        assert ends < made.index(b"PK\x01\x02")
        assert made[struct.unpack_from("<L", made, ends + 16)[0] :].startswith(b"PK\x01\x02")
        with pytest.raises(FileRefused, match="重新|截屏"):
            accepted(made)


def tar_header(name: bytes) -> bytes:
    """A header in the oldest form of tar, which has no signature: name, mode, owners, size, time, checksum."""
    fields = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"00000000003\0" + b"00000000000\0"
    checksum = sum(fields) + 8 * ord(" ")
    return (fields + f"{checksum:06o}".encode() + b"\0 ").ljust(512, b"\0")


@pytest.mark.req("H2")
def test_field_case_a_photo_that_begins_like_the_oldest_tar_is_refused():
    """What stands before the checksum is the photo's beginning and a colour profile."""
    start = JPEG[:20] + segment(0xE2, b"ICC_PROFILE\0\1\1" + colour_profile(600))[:80]
    header = tar_header(start[:100])
    rest = colour_profile(600)
    made = start[:100] + header[100:512]
    made += bytes(20 + 4 + 14 + len(rest) - len(made)) + JPEG[20:]
    with tarfile.open(fileobj=io.BytesIO(made)) as found:
        assert len(found.getnames()) == 1
    with pytest.raises(FileRefused, match="夹带"):
        accepted(made)


@pytest.mark.req("H2")
def test_of_segments_that_a_picture_has_once_the_first_is_stored():
    turned = segment(0xE1, exif_of_a_phone(6))
    once = accepted(with_segment(JPEG, turned)).content
    assert accepted(with_segment(JPEG, turned * 3)).content == once
    profile = segment(0xE2, b"ICC_PROFILE\0\1\1" + colour_profile())
    assert accepted(with_segment(JPEG, profile)).content == with_segment(JPEG, profile)
    assert accepted(with_segment(JPEG, segment(0xE2, b"ICC_PROFILE\0\2\2" + bytes(99)))).content == JPEG


@pytest.mark.req("H2")
@pytest.mark.parametrize("mark", [b"Rar!\x1a\x07\x00", b"7z\xbc\xaf\x27\x1c"])
def test_archives_whose_readers_search_the_whole_file_are_refused(mark):
    for made in (in_scan(JPEG, bytes(1500) + mark), without_packing(bytes(100) + mark)):
        with pytest.raises(FileRefused, match="夹带"):
            accepted(made)


def saved(kind: str, mode: str, **options: object) -> bytes:
    out = io.BytesIO()
    LARGE.convert(mode).save(out, kind, **options)
    return out.getvalue()


@given(
    mode=st.sampled_from(["L", "RGB", "CMYK"]),
    progressive=st.booleans(),
    optimize=st.booleans(),
    quality=st.integers(20, 100),
    restarts=st.sampled_from([{}, {"restart_marker_blocks": 7}, {"restart_marker_rows": 1}]),
    sampling=st.sampled_from([0, 1, 2]),
    dpi=st.sampled_from([{}, {"dpi": (300, 300)}, {"icc_profile": colour_profile(70_000)}]),
)
def test_every_photo_that_an_encoder_writes_is_stored_as_it_is(
    mode, progressive, optimize, quality, restarts, sampling, dpi
):
    options = {"progressive": progressive, "optimize": optimize, "quality": quality, **restarts, **dpi}
    made = saved("JPEG", mode, **options, **({"subsampling": sampling} if mode == "RGB" else {}))
    assert accepted(made) == ("image/jpeg", made)


@given(
    mode=st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]),
    level=st.integers(0, 9),
    more=st.sampled_from([{}, {"dpi": (96, 96)}, {"icc_profile": colour_profile(300)}, {"bits": 8}]),
)
def test_every_png_that_an_encoder_writes_is_stored_as_it_is(mode, level, more):
    made = saved("PNG", mode, compress_level=level, **more)
    kept = accepted(made)
    assert kept == ("image/png", made)


def test_transparency_and_the_orientation_stay():
    for mode, clear in (("L", 3), ("RGB", (1, 2, 3)), ("P", bytes(range(200)))):
        made = saved("PNG", mode, transparency=clear)
        assert accepted(made).content == made
    made = saved("JPEG", "RGB", exif=exif_of_a_phone(8))
    with Image.open(io.BytesIO(accepted(made).content)) as picture:
        assert picture.getexif()[0x0112] == 8


def test_four_bytes_of_an_archive_that_stand_in_a_picture_by_chance_do_no_harm():
    """They stand in one of 65 000 photos; only an archive that unpacks is refused."""
    for made in (in_scan(JPEG, b"PK\x05\x06" + bytes(18)), without_packing(bytes(90) + b"PK\x05\x06" + bytes(18))):
        assert accepted(made).content == made


def test_the_preview_of_a_photo_is_not_stored():
    """It may show what was cut off from the photo."""
    assert accepted(with_preview(b"\x02\x02" + b"\x99" * 12)).content == JPEG


def test_an_upload_in_parts_of_a_chunk_is_whole():
    """Encoders write the data in chunks of any length, also empty ones at the end."""
    parts = [(b"IDAT", PACKED[at : at + 1]) for at in range(len(PACKED))]
    made = png_of(ihdr(), *parts, (b"IDAT", b""), IEND)
    assert accepted(made).content == made
