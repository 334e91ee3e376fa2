"""Photos as phones make them are accepted; only the first picture of each is stored. Real polyglots are refused."""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tongban.foundation.ids import new_id
from tongban.trust.files import services
from tongban.trust.files.examining import accepted
from tongban.trust.files.rules import FileRefused
from tongban.trust.files.tests.phones import (
    FILM,
    GAIN_MAP,
    HERE_AND_NOW,
    PHOTOS,
    PLACE,
    PLAIN,
    exif_of_a_phone,
    many_pictures,
    photo,
    samsung,
    segment,
    with_segment,
)
from tongban.trust.files.tests.samples import IEND, JPEG, PICTURE, idat, ihdr, png, png_of
from tongban.trust.ledger.testing import Someone


def archive(stored: bool = True) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.js", "alert(1)")
    return out.getvalue()


FOREIGN = {
    "archive": archive(),
    "page": b"<html><script>alert(1)</script></html>",
    "page in capitals": b"\r\n<!DOCTYPE HTML><body onload=alert(1)>",
    "script": b"<script>alert(1)</script>",
    "picture that runs": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "php": b"<?php system($_GET['c']); ?>",
    "program of Windows": b"MZ\x90\x00\x03" + bytes(60) + b"PE\x00\x00",
    "program of Linux": b"\x7fELF\x02\x01\x01" + bytes(40),
    "archive of another kind": b"7z\xbc\xaf\x27\x1c" + bytes(40),
    "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "picture that breaks off": JPEG[: len(JPEG) // 2],
    "film that breaks off": FILM[:-100],
    "archive in a film": FILM + archive(),
    "archive in a block of Samsung": samsung((b"Image_UTC_Data", archive())),
}


@pytest.mark.parametrize("name", PHOTOS)
def test_field_case_a_photo_with_a_second_picture_is_accepted_and_only_the_first_is_stored(name):
    """Field case: JPEG with a second picture after the first (gain map, MPF)."""
    media_type, kept = accepted(PHOTOS[name])
    assert media_type == "image/jpeg"
    assert kept == photo()
    with Image.open(io.BytesIO(kept)) as picture:
        assert (picture.format, picture.getexif()[0x0112]) == ("JPEG", 6), "the orientation is kept"


def test_the_samples_are_what_readers_take_for_several_pictures():
    with Image.open(io.BytesIO(many_pictures(photo(), GAIN_MAP, JPEG))) as several:
        assert (several.format, several.n_frames) == ("MPO", 3)
        for number in range(3):
            several.seek(number)
            several.load()


@pytest.mark.parametrize("name", PLAIN)
def test_a_photo_of_one_picture_is_stored_as_it_is(name):
    assert accepted(PLAIN[name]) == ("image/jpeg", PLAIN[name])


PDF = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.mark.req("H2")
@pytest.mark.parametrize("marker", [0xFE, 0xE1, 0xE2, 0xE5, 0xED])
def test_a_document_in_the_first_bytes_of_a_photo_is_refused(marker):
    """Readers of PDF would open it: they look for its header in the first 1024 bytes."""
    with pytest.raises(FileRefused, match="夹带"):
        accepted(with_segment(photo(), segment(marker, PDF)))


@pytest.mark.req("H2")
@pytest.mark.parametrize("hidden", [PDF, archive()], ids=["document", "archive"])
@pytest.mark.parametrize("begin", [b"", b"Exif\x00\x00", b"ICC_PROFILE\x00"], ids=["note", "exif", "no profile"])
def test_no_document_is_stored_in_a_segment_of_a_photo(hidden, begin):
    """Further behind, it is left out with a note or with what is no profile, and refused in Exif data."""
    marker = {b"": 0xFE, b"Exif\x00\x00": 0xE1, b"ICC_PROFILE\x00": 0xE2}[begin]
    made = with_segment(photo(), segment(marker, begin + bytes(2000) + hidden))
    if marker == 0xE1:
        with pytest.raises(FileRefused, match="夹带"):
            accepted(made)
    else:
        assert accepted(made).content == photo()


SIGNATURES = [b"%PDF-1.7", b"<script>", b"<html>", b"<?php", b"PK\x03\x04"]


@pytest.mark.req("H2")
@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("filler", [1, 3])
def test_what_is_left_out_cannot_hide_a_document_behind_the_first_bytes(signature, filler):
    """The signature lies behind the first 1024 bytes of the upload, and within them once the comments are cut out."""
    table = JPEG.index(b"\xff\xdb") + 5
    made = JPEG[:table] + signature + JPEG[table + len(signature) :]
    assert made.index(signature) < 1024
    for _ in range(filler):
        made = with_segment(made, segment(0xFE, bytes(2000)))
    assert made.index(signature) > 1024
    with pytest.raises(FileRefused, match="夹带"):
        accepted(made)
    text = (b"tEXt", b"note\x00" + b"n" * 2000)
    with pytest.raises(FileRefused, match="夹带"):
        accepted(png_of(ihdr(), text, (b"PLTE", signature.ljust(12)), idat(), IEND))


@given(
    parts=st.lists(st.tuples(st.sampled_from([0xFE, 0xE1, 0xE5, 0xED]), st.integers(0, 1500)), max_size=4),
    signature=st.sampled_from(SIGNATURES),
    at=st.integers(0, 50),
)
def test_no_stored_photo_begins_with_another_format(parts, signature, at):
    table = JPEG.index(b"\xff\xdb") + 5 + at
    made = JPEG[:table] + signature + JPEG[table + len(signature) :]
    for marker, length in parts:
        made = with_segment(made, segment(marker, bytes(length)))
    with pytest.raises(FileRefused, match="夹带"):
        accepted(made)


def test_the_samples_say_where_and_when_they_were_taken():
    with Image.open(io.BytesIO(photo(exif=exif_of_a_phone(6)))) as picture:
        place = picture.getexif().get_ifd(0x8825)
        assert [float(part) for part in place[2]] == list(PLACE[2])
        assert HERE_AND_NOW.items() <= dict(picture.getexif()).items()


@pytest.mark.req("H2")
@pytest.mark.parametrize("endian", "<>")
@pytest.mark.parametrize("orientation", [*range(1, 9)])
def test_where_and_when_a_photo_was_taken_is_not_stored_and_it_stays_upright(orientation, endian):
    exif = exif_of_a_phone(orientation, endian)
    screenshot = png_of(ihdr(), (b"eXIf", exif.removeprefix(b"Exif\x00\x00")), idat(), IEND)
    for made in (photo(exif=exif), screenshot):
        kept = accepted(made).content
        assert b"Phone" not in kept
        with Image.open(io.BytesIO(kept)) as picture:
            assert dict(picture.getexif()) == ({0x0112: orientation} if orientation > 1 else {})


@pytest.mark.parametrize(
    ("kind", "value"), [(5, struct.pack("<II", 6, 1)), (11, struct.pack("<f", 6)), (12, struct.pack("<d", 6))]
)
def test_an_orientation_of_another_type_of_number_rotates_nothing(kind, value):
    """The types are those of TIFF 6.0: 5 is a fraction, 11 a float, 12 a double."""
    value = value + bytes(4) if len(value) == 4 else struct.pack("<I", 26) + bytes(4) + value
    exif = b"Exif\x00\x00II*\x00" + struct.pack("<IHHHI", 8, 1, 0x0112, kind, 1) + value
    with Image.open(io.BytesIO(photo(exif=exif))) as picture:
        assert picture.getexif()[0x0112] == 6
    with Image.open(io.BytesIO(accepted(photo(exif=exif)).content)) as picture:
        assert dict(picture.getexif()) == {}


@pytest.mark.filterwarnings("ignore:.*EXIF:UserWarning")
@given(st.binary(max_size=200), st.sampled_from([b"", b"II*\x00\x08\x00\x00\x00", b"MM\x00*\x00\x00\x00\x08"]))
def test_exif_data_that_cannot_be_read_are_left_out(noise, head):
    kept = accepted(photo(exif=b"Exif\x00\x00" + head + noise.replace(b"<", b"").replace(b"P", b""))).content
    with Image.open(io.BytesIO(kept)) as picture:
        assert set(picture.getexif()) <= {0x0112}


def test_notes_in_a_screenshot_are_not_stored():
    """A description (XMP) can hold the place, and a text can be a whole document."""
    text = b"XML:com.adobe.xmp\x00\x00\x00\x00\x00<exif:GPSLatitude>29,33.8N</exif:GPSLatitude>"
    notes = ((b"iTXt", text), (b"tEXt", b"Author\x00Zhou"), (b"tIME", bytes(7)), (b"prVt", b"note"))
    shown = (b"pHYs", bytes(9))
    assert accepted(png_of(ihdr(), shown, *notes, idat(), IEND)).content == png_of(ihdr(), shown, idat(), IEND)


@given(st.lists(st.tuples(st.sampled_from([*range(0xE0, 0xF0), 0xFE]), st.binary(max_size=200)), max_size=6))
def test_only_segments_that_say_how_to_show_the_photo_are_stored(parts):
    made = photo()
    for marker, body in parts:
        made = with_segment(made, segment(marker, b"note " + body))
    try:
        kept = accepted(made).content
    except FileRefused:
        return
    assert kept == photo()


@pytest.mark.django_db
def test_the_store_keeps_and_measures_the_first_picture_only(place):
    stored = services.store(many_pictures(photo(), GAIN_MAP), name="IMG_0001.MPO.jpg", actor=Someone(str(new_id())))
    assert services.read(stored.id) == photo()
    assert stored.size == len(photo())
    again = services.store(iter([photo()]), name="same.jpg", actor=Someone(str(new_id())))
    assert again.digest == stored.digest
    assert len(place.contents()) == 1


@pytest.mark.req("H2")
@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("before", [b"", bytes(10), GAIN_MAP, FILM], ids=["at once", "after zeros", "picture", "film"])
def test_another_file_after_the_picture_is_refused(name, before):
    with pytest.raises(FileRefused, match=r"夹带了别的文件.*截屏"):
        accepted(photo() + before + FOREIGN[name])


PARTS = st.lists(st.sampled_from([JPEG, GAIN_MAP, FILM, b"\x00" * 7, b"\r\n"]), max_size=5).map(b"".join)


@given(before=PARTS, foreign=st.sampled_from(sorted(FOREIGN)))
def test_whatever_phones_append_is_left_out_and_whatever_they_do_not_is_refused(before, foreign):
    assert accepted(photo() + before).content == photo()
    with pytest.raises(FileRefused, match="夹带"):
        accepted(photo() + before + FOREIGN[foreign])


@given(rest=st.binary(max_size=300))
def test_nothing_that_follows_the_picture_is_ever_stored(rest):
    try:
        kept = accepted(photo() + rest).content
    except FileRefused:
        return
    assert kept == photo()


def test_a_cropped_screenshot_that_still_has_the_end_of_the_larger_one_is_accepted_without_it():
    """Editors of phones and of Windows wrote the smaller picture over the beginning of the larger one."""
    small = png()
    cropped = small + PICTURE[len(PICTURE) // 3 :]
    assert accepted(cropped) == ("image/png", small)
    with pytest.raises(FileRefused, match="夹带"):
        accepted(small + PICTURE[len(PICTURE) // 3 : -20])
    with pytest.raises(FileRefused, match="夹带"):
        accepted(small + archive() + PICTURE[-12:])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x00\x00\x00\x24ftypheic" + bytes(40), "HEIC 照片.*兼容性最佳"),
        (b"\x00\x00\x00\x1cftypmif1" + bytes(40), "HEIC 照片"),
        (b"\x00\x00\x00\x1cftypavif" + bytes(40), "AVIF"),
        (FILM, "视频"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40), "WebP.*截屏"),
        (b"II*\x00" + bytes(40), "TIFF.*PDF"),
        (b"BM" + bytes(40), "BMP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40), "WPS.*PDF"),
        (archive().replace(b"a.js", b"xl/a"), "Excel 表格.*PDF"),
        (archive().replace(b"a.js", b"wd/a"), "压缩包.*解压"),
        (b"PK\x03\x04" + bytes(26) + b"OFD.xml", "OFD.*PDF"),
        (b"PK\x03\x04" + bytes(26) + b"word/document.xml", "Word.*PDF"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "网页.*打印"),
    ],
)
def test_other_kinds_are_refused_with_their_name_and_a_way(content, sentence):
    with pytest.raises(FileRefused, match=f"只能上传 PDF、JPG 或 PNG 文件.*{sentence}"):
        accepted(content)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("👨‍👩‍👧全家福🫩.jpg", "👨‍👩‍👧全家福🫩.jpg"),
        ("照片\u202egpj.exe", "照片gpj.jpg"),
        ("\u2066发票\u2069\u200b\u2028.jpg", "发票.jpg"),
        ("𠮷宁.jpg", "𠮷宁.jpg"),
        ("\u200d\u200d", "文件.jpg"),
    ],
)
@pytest.mark.django_db
def test_a_name_keeps_its_emoji_and_loses_what_turns_it_around(place, name, shown):
    assert services.store(photo(), name=name, actor=Someone(str(new_id()))).name == shown


def test_a_photo_with_thousands_of_indexes_of_further_pictures_is_refused():
    index, note = segment(0xE2, b"MPF\x00"), segment(0xFE, b"")
    with pytest.raises(FileRefused, match="不完整或已损坏"):
        accepted(with_segment(photo(), (index + note) * 5_000))
