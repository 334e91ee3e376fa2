"""The demo's comparer with dlib: 128-dimensional descriptors, and prompts checked by landmarks.

Its false accepts on real faces were not measured, and its liveness check is weak (see `liveness`). It may demonstrate a
check, but never raises a real-name level or grants anything by itself.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any  # dlib has no types

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from tongban.people.faces.liveness import PROMPTS, Landmarks, missing_moves
from tongban.people.faces.protocol import FaceResult

SAME = 0.55
"""The largest distance of two descriptors of one person. dlib's authors use 0.6, on photographs of adults."""
MAX_SIDE = 800
"""Pixels. Larger images are scaled down first."""
MAX_PIXELS = 40_000_000
Descriptor = NDArray[np.float64]


class _Unusable(Exception):
    """An image without exactly one face. The text is the sentence for the reader."""


class EmbeddedComparer:
    name = "demo"
    decisive = False

    def compare(self, reference_image: bytes, live_images: Sequence[bytes], challenge: Sequence[str]) -> FaceResult:
        try:
            reference = _look(reference_image, "证件照片")
            frames = [_look(image, f"第 {place} 张照片") for place, image in enumerate(live_images, 1)]
        except _Unusable as refusal:
            return FaceResult(False, 0.0, False, str(refusal))
        left = missing_moves(challenge, [landmarks for landmarks, _ in frames])
        one_person = all(_distance(frames[0][1], other) <= SAME for _, other in frames[1:])
        distance = _distance(reference[1], frames[0][1])
        reason = ""
        if left:
            reason = f"没有看到“{PROMPTS[left[0]]}”这个动作，请按提示的顺序重新拍。"
        elif not one_person:
            reason = "几张照片不像同一个人，请由本人重新拍。"
        elif distance > SAME:
            reason = "和证件照片对不上，请在光线好的地方正对镜头重新拍，或换一种方式。"
        return FaceResult(distance <= SAME, round(max(0.0, 1 - distance), 3), not left and one_person, reason)


def _look(content: bytes, what: str) -> tuple[Landmarks, Descriptor]:
    """Return landmarks and descriptor of the only face in an image. Raises _Unusable."""
    detect, shape, describe = _models()
    pixels = _pixels(content, what)
    found = detect(pixels, 1)
    if len(found) != 1:
        sentence = "里没有找到人脸" if not found else "里不止一张脸"
        raise _Unusable(f"{what}{sentence}，请在光线好的地方只拍本人，重新拍一张。")
    points = shape(pixels, found[0])
    landmarks = np.array([(point.x, point.y) for point in points.parts()], dtype=float)
    return landmarks, np.array(describe.compute_face_descriptor(pixels, points))


def _pixels(content: bytes, what: str) -> NDArray[np.uint8]:
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _Unusable(f"{what}太大了，请用手机相机直接拍。")
            image.draft("RGB", (MAX_SIDE, MAX_SIDE))
            small = image.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise _Unusable(f"{what}打不开，请用 JPG 或 PNG 重新拍一张。") from None
    small.thumbnail((MAX_SIDE, MAX_SIDE))
    return np.asarray(small)


def _distance(one: Descriptor, other: Descriptor) -> float:
    return float(np.linalg.norm(one - other))


@cache
def _models() -> tuple[Any, Any, Any]:
    """Load detector, landmarks and descriptor models (1 s, 130 MB) from their package, without running its code."""
    import dlib

    spec = find_spec("face_recognition_models")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package face-recognition-models is not installed")
    folder = Path(spec.origin).with_name("models")
    return (
        dlib.get_frontal_face_detector(),
        dlib.shape_predictor(str(folder / "shape_predictor_68_face_landmarks.dat")),
        dlib.face_recognition_model_v1(str(folder / "dlib_face_recognition_resnet_model_v1.dat")),
    )
