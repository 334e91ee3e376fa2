"""Rules for all pictures: a limited size, and a test that Pillow can decode them."""

import io
import threading

from PIL import Image

from tongban.trust.files.rules.common import FileRefused

MAX_PIXELS = 50_000_000
MAX_SIDE = 20_000
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
_one_at_a_time = threading.Lock()
"""A decoded picture may take 200 MB, so each process decodes one at a time."""


def check_sides(width: int, height: int) -> None:
    """Raise FileRefused for a picture without area, or with more pixels than any scan of a sheet has."""
    if not 0 < width <= MAX_SIDE or not 0 < height <= MAX_SIDE or width * height > MAX_PIXELS:
        raise FileRefused(
            f"图片尺寸是 {width}×{height} 像素，不能处理。请缩小到每边 {MAX_SIDE} 像素、"
            f"总共 {MAX_PIXELS // 10_000} 万像素以内，或重新拍照。"
        )


def decode(content: bytes, kind: str, size: tuple[int, int], broken: str) -> None:
    """Decode the whole picture; raise FileRefused with the message `broken` when that fails.

    A JPEG is decoded at an eighth of its size, which still reads all of its data.
    """
    with _one_at_a_time:
        try:
            with Image.open(io.BytesIO(content), formats=(kind,)) as picture:
                if picture.size != size or getattr(picture, "n_frames", 1) != 1:
                    raise FileRefused(broken)
                picture.draft("L", (1, 1))
                picture.load()
        except FileRefused:
            raise
        except Exception:  # Pillow raises whatever its decoders meet
            raise FileRefused(broken) from None
