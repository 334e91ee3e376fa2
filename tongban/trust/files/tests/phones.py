"""Files as phones and printers make them."""

import io
import struct
from functools import cache

from PIL import Image

from tongban.trust.files.tests.samples import JPEG, colour_profile

NOISE = Image.effect_noise((64, 48), 60)
HERE_AND_NOW = {0x010F: "Phone", 0x0110: "P 12", 0x0132: "2026:11-24 10:15:00", 0x013B: "Zhou"}
"""Exif data of the device, the time and the owner."""
PLACE = {1: "N", 2: (29.0, 33.0, 48.0), 3: "E", 4: (106.0, 33.0, 5.0)}
"""Exif data of the place: latitude and longitude in degrees, minutes and seconds."""


def exif_of_a_phone(orientation: int, endian: str = "<") -> bytes:
    """Exif data as a phone writes them, with the place, in either order of bytes."""
    exif = Image.Exif()
    exif.endian = endian
    for tag, value in {**HERE_AND_NOW, 0x0112: orientation}.items():
        exif[tag] = value
    exif.get_ifd(0x8825).update(PLACE)
    return exif.tobytes()


@cache
def photo(**options: object) -> bytes:
    """A small photo whose Exif data say no more than that the phone was held upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    picture = NOISE.convert(str(options.pop("mode", "RGB")))
    picture.save(out, "JPEG", **{"exif": exif, **options})
    return out.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def with_segment(picture: bytes, made: bytes) -> bytes:
    """The picture with one more segment, after the first one."""
    at = 4 + int.from_bytes(picture[4:6], "big")
    return picture[:at] + made + picture[at:]


def many_pictures(first: bytes, *others: bytes, padding: bytes = b"") -> bytes:
    """A photo in the Multi-Picture Format (CIPA DC-007): an index in the first picture, then the others."""
    count = 1 + len(others)
    length = 4 + 8 + 2 + 3 * 12 + 4 + 16 * count
    whole = len(first) + length + 4
    base = 4 + int.from_bytes(first[4:6], "big") + 4 + 4  # offsets count from the byte order of the index
    rows, at = struct.pack(">IIIHH", 0x030000, whole, 0, 0, 0), whole
    for other in others:
        rows += struct.pack(">IIIHH", 0, len(other), at - base + len(padding), 0, 0)
        at += len(other) + len(padding)
    entries = (
        struct.pack(">HHI4s", 0xB000, 7, 4, b"0100"),
        struct.pack(">HHII", 0xB001, 4, 1, count),
        struct.pack(">HHII", 0xB002, 7, len(rows), 8 + 2 + 3 * 12 + 4),
    )
    index = b"MPF\x00MM\x00\x2a" + struct.pack(">IH", 8, 3) + b"".join(entries) + bytes(4) + rows
    return with_segment(first, segment(0xE2, index)) + b"".join(padding + other for other in others)


GAIN_MAP = with_segment(
    photo(mode="L"),
    segment(
        0xE1,
        b'http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"/></rdf:RDF></x:xmpmeta>',
    ),
)
"""The second picture of an Ultra HDR photo, which says how much brighter each point may be shown."""


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


FILM = box(b"ftyp", b"mp42\x00\x00\x00\x00isommp42") + box(b"mdat", bytes(range(256)) * 20) + box(b"moov", bytes(300))
"""The outer form of the film of a moving photo."""


def samsung(*blocks: tuple[bytes, bytes]) -> bytes:
    """What Samsung's cameras append: named blocks and their directory."""
    made, places = b"", []
    for name, body in blocks:
        places.append(len(made))
        made += struct.pack("<HHI", 0, 0x0A30, len(name)) + name + body
    rows = b"".join(
        struct.pack("<HHII", 0, 0x0A30, len(made) - at, end - at)
        for at, end in zip(places, [*places[1:], len(made)], strict=True)
    )
    directory = b"SEFH" + struct.pack("<II", 106, len(blocks)) + rows
    return made + directory + struct.pack("<I", len(directory)) + b"SEFT"


PHOTOS = {
    "with a gain map (Ultra HDR)": many_pictures(photo(), GAIN_MAP),
    "with a gain map and a preview": many_pictures(photo(), GAIN_MAP, JPEG),
    "with pictures at whole blocks": many_pictures(photo(), JPEG, padding=bytes(100)),
    "with a second picture but no index": photo() + JPEG,
    "with a film (Motion Photo)": photo() + FILM,
    "with a gain map and a film": many_pictures(photo(), GAIN_MAP) + FILM,
    "of Samsung": photo() + samsung((b"Image_UTC_Data", b"1764460800000")),
    "of Samsung with a film": photo() + samsung((b"MotionPhoto_Data", FILM), (b"Image_UTC_Data", b"1764460800000")),
    "of Samsung with a gain map": many_pictures(photo(), GAIN_MAP) + samsung((b"Image_UTC_Data", b"1")) + bytes(16),
    "of Huawei with a film": photo() + FILM + b"v3_f31              LIVE_1280512            ",
    "of vivo": photo() + b'vivo{"version":"1.0","camera":"back"}cameraAlbum',
    "padded to whole blocks": photo() + bytes(4096),
    "with a thumbnail": with_segment(photo(), segment(0xED, b"Photoshop 3.0\x00" + JPEG)),
    "with the place and the time": photo(exif=exif_of_a_phone(6)),
    "with the place, in the other order of bytes": photo(exif=exif_of_a_phone(6, ">")),
    "with a comment": with_segment(photo(), segment(0xFE, b"CREATOR: gd-jpeg v1.0")),
    "with notes of the maker": with_segment(photo(), segment(0xE4, b"Qualcomm") + segment(0xEB, bytes(30_000))),
    "with a description": with_segment(photo(), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta/>")),
    "with a comment after fill bytes": with_segment(photo(), b"\xff\xff" + segment(0xFE, b"made in 2026")),
}
"""Photos with more than is needed to show one picture."""
PLAIN = {
    "upright": photo(),
    "with a colour profile": photo(icc_profile=colour_profile()),
    "progressive": photo(progressive=True),
    "of a scanner in CMYK": photo(mode="CMYK"),
}
"""Photos with nothing else, which are stored as they are."""
