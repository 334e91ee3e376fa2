"""What is accepted and what is refused, with a message that says what to do; no content causes any other error."""

import io
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tongban.trust.files.examining import media_type_of
from tongban.trust.files.rules import MAX_FILE_BYTES, FileRefused, with_right_ending
from tongban.trust.files.tests.samples import (
    ALPHA,
    GREY_JPEG,
    IEND,
    JPEG,
    PALETTE,
    PDF,
    PICTURE,
    PROGRESSIVE,
    animated,
    colour_profile,
    idat,
    ihdr,
    jpeg_of_size,
    pdf_with,
    png,
    png_of,
    stream,
)  # fmt: skip

GOOD = {
    "pdf": PDF, "png": png(), "jpeg": JPEG, "progressive": PROGRESSIVE, "grey": GREY_JPEG, "picture": PICTURE,
    "palette": PALETTE, "alpha": ALPHA,
}  # fmt: skip
ZIP = b"PK\x03\x04" + bytes(40) + b"PK\x05\x06" + bytes(18)
BOMB = zlib.compress(bytes(300 * 1024 * 1024), 9)
TEXT_BOMB = zlib.compress(bytes(5 * 1024 * 1024), 9)


@pytest.mark.parametrize("name", GOOD)
def test_real_files_are_accepted_by_their_content(name):
    expected = {"pdf": "application/pdf", "jpeg": "image/jpeg", "progressive": "image/jpeg", "grey": "image/jpeg"}
    assert media_type_of(GOOD[name]) == expected.get(name, "image/png")
    assert media_type_of(GOOD[name] + b"\r\n" + bytes(4000)) == media_type_of(GOOD[name])


def test_a_large_scan_and_ordinary_pictures_are_accepted():
    scan = stream(zlib.compress(bytes(2480 * 3508 * 3)), b"/Width 2480/Height 3508/Filter/FlateDecode")
    assert media_type_of(pdf_with(scan)) == "application/pdf"
    assert media_type_of(pdf_with(stream(b"damaged, but no bomb"))) == "application/pdf"
    out = io.BytesIO()
    Image.new("RGB", (3000, 4000), "white").save(out, "JPEG", exif=Image.Exif())
    assert media_type_of(out.getvalue()) == "image/jpeg"
    profile = (b"iCCP", b"sRGB\x00\x00" + zlib.compress(colour_profile()))
    assert media_type_of(png_of(ihdr(), profile, idat(), IEND)) == "image/png"
    for colour, depth, row in ((0, 1, 5), (3, 2, 10), (6, 16, 320)):
        palette = [(b"PLTE", bytes(12))] if colour == 3 else []
        picture = png_of(ihdr(depth=depth, colour=colour), *palette, idat(30 * (1 + row)), IEND)
        assert media_type_of(picture) == "image/png"


def test_an_interlaced_picture_is_accepted():
    rows = sum(-(-(30 - top) // down) * (1 + 3 * -(-(40 - left) // across)) for left, top, across, down in (
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)
    ))  # fmt: skip
    assert media_type_of(png_of(ihdr(interlace=1), idat(rows), IEND)) == "image/png"


@pytest.mark.req("H2")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (PDF + b"0" * MAX_FILE_BYTES, "超过 10 MB"),
        (b"MZ\x90\x00 a program", "只能上传 PDF、JPG 或 PNG"),
        (ZIP, "只能上传 PDF、JPG 或 PNG"),
        (b"GIF89a", "只能上传 PDF、JPG 或 PNG"),
        (b"\x00" * 9 + PDF, "开头夹带"),
        (b"<html>%PDF-1.7 %%EOF</html>", "开头夹带"),
        (PDF[:-7], "PDF 文件不完整"),
        (PDF + ZIP, "夹带"),
        (PDF + b"x" * 1000 + ZIP + b"%%EOF\n", "夹带了压缩包"),
        (PDF.replace(b"1 0 obj", b"<script>1 0 obj", 1), "夹带"),
        (PDF + b"<script>alert(1)</script>", "夹带"),
        (png()[:-6], "PNG 图片不完整"),
        (png()[:20], "PNG 图片不完整"),
        (png(width=0), "图片尺寸"),
        (png(width=20_001), "图片尺寸"),
        (png(width=9000, height=9000), "图片尺寸"),
        (png_of(ihdr(), idat(100), IEND), "PNG 图片不完整"),
        (png_of(ihdr(), IEND), "PNG 图片不完整"),
        (png_of(idat(), ihdr(), IEND), "PNG 图片不完整"),
        (png_of(ihdr(), ihdr(), idat(), IEND), "PNG 图片不完整"),
        (png_of(ihdr(depth=3), idat(), IEND), "PNG 图片不完整"),
        (png_of(ihdr(), idat(byte=b"\x09"), IEND), "PNG 图片不完整"),
        (png_of(ihdr(), (b"IDAT", b"no zlib"), IEND), "PNG 图片不完整"),
        (png().replace(b"IDAT", b"IDAX"), "PNG 图片不完整"),
        (png_of(ihdr(), (b"IDAT", BOMB), IEND), "大得不正常"),
        (png_of(ihdr(), (b"iCCP", b"p\x00\x00" + TEXT_BOMB), idat(), IEND), "大得不正常"),
        (png_of(ihdr(), (b"zTXt", b"p\x00\x00" + TEXT_BOMB), idat(), IEND), "大得不正常"),
        (png_of(ihdr(), (b"iTXt", b"p\x00\x01\x00zh\x00t\x00" + TEXT_BOMB), idat(), IEND), "大得不正常"),
        (png() + ZIP, "夹带"),
        (png_of(ihdr(), (b"tEXt", b"c\x00<script>alert(1)</script>"), idat(), IEND), "夹带"),
        (animated(), "不接收会动的图片"),
        (jpeg_of_size(20_001, 10), "图片尺寸"),
        (jpeg_of_size(10_000, 10_000), "图片尺寸"),
        (jpeg_of_size(0, 10), "图片尺寸"),
        (JPEG[:-2], "JPG 图片不完整"),
        (JPEG + ZIP, "夹带"),
        (JPEG[:2] + b"\xff\xfe\x00\x12<html><body>xxxx" + JPEG[2:], "夹带"),
        (JPEG[:-2] + JPEG[JPEG.index(b"\xff\xda") : -2] * 101 + b"\xff\xd9", "JPG 图片不完整"),
        (b"\xff\xd8\xff\xd9", "JPG 图片不完整"),
        (b"\xff\xd8\xff\xe0\x00\x00" + b"\x00" * 40 + b"\xff\xd9", "JPG 图片不完整"),
    ],
)  # fmt: skip
def test_each_invalid_file_gets_its_own_message(content, sentence):
    with pytest.raises(FileRefused, match=sentence):
        media_type_of(content)


KINDS = {"application/pdf", "image/png", "image/jpeg"}
PICTURES = [content for name, content in GOOD.items() if name != "pdf"]


@given(head=st.sampled_from([b"%PDF-", png()[:16], JPEG[:4], JPEG[:22], b""]), rest=st.binary(max_size=200))
def test_no_content_causes_an_error_other_than_a_refusal(head, rest):
    with suppress(FileRefused):
        assert media_type_of(head + rest) in KINDS


@given(sample=st.sampled_from(list(GOOD)), words=st.text(st.characters(codec="ascii", categories=["L"]), max_size=20))
def test_whatever_text_an_acceptable_file_carries_it_is_accepted(sample, words):
    """Otherwise the two properties around this one would hold for a rule that refuses everything."""
    said, content = words.encode(), GOOD[sample]
    if content.startswith(b"%PDF-"):
        content = content.replace(b"\n", b"\n%" + said + b"\n", 1)
    elif content.startswith(b"\xff\xd8"):
        content = content[:2] + b"\xff\xfe" + (len(said) + 2).to_bytes(2, "big") + said + content[2:]
    else:
        chunk = b"tEXtComment\x00" + said
        length, checksum = (len(chunk) - 4).to_bytes(4, "big"), zlib.crc32(chunk).to_bytes(4, "big")
        content = content[:33] + length + chunk + checksum + content[33:]
    assert media_type_of(content) == media_type_of(GOOD[sample])


@given(
    sample=st.sampled_from(PICTURES),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=0, max_size=6)), max_size=5),
    cut=st.floats(0, 1),
)
def test_changed_and_truncated_pictures_cause_no_error_but_a_refusal(sample, changes, cut):
    content = bytearray(sample)
    for where, new in changes:
        at = int(where * len(content))
        content[at : at + len(new)] = new
    with suppress(FileRefused):
        assert media_type_of(bytes(content)) in KINDS
    with suppress(FileRefused):
        media_type_of(bytes(content[: int(cut * len(content))]))


@given(cut=st.floats(0.05, 0.99), name=st.sampled_from(["picture", "jpeg", "progressive", "png"]))
def test_a_truncated_picture_is_refused(cut, name):
    content = GOOD[name]
    with pytest.raises(FileRefused):
        media_type_of(content[: min(int(cut * len(content)), len(content) - 2)])


@pytest.mark.parametrize(
    ("name", "media_type", "right"),
    [
        ("出生证明.pdf", "application/pdf", "出生证明.pdf"),
        ("照片.JPG", "image/jpeg", "照片.JPG"),
        ("照片.jpeg", "image/jpeg", "照片.jpeg"),
        ("照片.png", "image/jpeg", "照片.jpg"),
        ("setup.exe", "application/pdf", "setup.pdf"),
        ("证明 2026.11.24", "application/pdf", "证明 2026.11.24.pdf"),
        ("文件", "image/png", "文件.png"),
    ],
)
def test_the_file_extension_follows_the_content(name, media_type, right):
    assert with_right_ending(name, media_type) == right
