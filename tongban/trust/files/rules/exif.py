"""Exif data (CIPA DC-008): only the orientation of the picture is stored.

Phones also write where and when a photo was taken, and with which device. Nobody asked for these personal data, so they
are not kept (Personal Information Protection Law, article 6: no more than the purpose needs).
"""

from PIL import Image

BEGIN = b"Exif\x00\x00"
"""What a JPEG has before the data; a PNG has the data alone."""
_ORIENTATION, _TURNED = 0x0112, range(2, 9)
"""The tag, and its values for a picture that is to be turned or mirrored. 1 is as it is."""


def orientation_only(data: bytes) -> bytes:
    """Return the data, with `BEGIN`, of a picture that is turned in the same way, or b"" for one that is not turned.

    Data that cannot be read rotate nothing: browsers ignore them too.
    """
    found, kept = Image.Exif(), Image.Exif()
    try:
        found.load(data)
        turned = found.get(_ORIENTATION)
    except Exception:  # Pillow raises whatever its reader meets
        return b""
    if not isinstance(turned, int) or turned not in _TURNED:  # other types of numbers cannot be written back
        return b""
    kept[_ORIENTATION] = turned
    return kept.tobytes()
