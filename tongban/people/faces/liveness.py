"""Whether a face does what it was asked to, from 68 landmarks a frame. Pure geometry over (68, 2) arrays of pixels.

Weak by nature: a second person may act the prompts, a replayed video may happen to contain them. It keeps out a
photograph held before the camera, no more.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Landmarks = NDArray[Any]
LEFT, RIGHT, BLINK, MOUTH = "turn-left", "turn-right", "blink", "open-mouth"
PROMPTS = {LEFT: "头慢慢转向左边", RIGHT: "头慢慢转向右边", BLINK: "闭上眼睛", MOUTH: "张开嘴"}
TURNED = 0.12
"""How far the tip of the nose leaves the middle between the cheeks, as a share of their distance."""
SHUT = 0.6
"""What is left of the eyes' openness, against the first frame."""
OPENED = 0.25
"""By how much the mouth's openness (height by width) grows against the first frame."""


def openness(points: Landmarks) -> float:
    """Height by width of an eye given by its six landmarks (Soukupová and Čech, 2016)."""
    tall = np.linalg.norm(points[1] - points[5]) + np.linalg.norm(points[2] - points[4])
    wide = 2 * np.linalg.norm(points[0] - points[3])
    return float(tall / wide) if wide else 0.0


def eyes(points: Landmarks) -> float:
    return (openness(points[36:42]) + openness(points[42:48])) / 2


def mouth(points: Landmarks) -> float:
    """Height by width of the inner lips."""
    wide = np.linalg.norm(points[60] - points[64])
    return float(np.linalg.norm(points[62] - points[66]) / wide) if wide else 0.0


def turn(points: Landmarks) -> float:
    """From -0.5 to 0.5: where the nose stands between the cheeks; negative towards the left of the picture."""
    wide = points[16][0] - points[0][0]
    return float((points[30][0] - points[0][0]) / wide - 0.5) if wide else 0.0


_DONE: dict[str, Callable[[Landmarks, Landmarks], bool]] = {
    # A camera does not mirror: who turns to his own left looks to the right of the picture.
    LEFT: lambda first, now: turn(now) - turn(first) >= TURNED,
    RIGHT: lambda first, now: turn(first) - turn(now) >= TURNED,
    BLINK: lambda first, now: eyes(now) <= eyes(first) * SHUT,
    MOUTH: lambda first, now: mouth(now) - mouth(first) >= OPENED,
}


def missing_moves(challenge: Sequence[str], frames: Sequence[Landmarks]) -> list[str]:
    """The prompts that the frames do not show; the first frame looks straight, then one a prompt, in their order."""
    if len(frames) != len(challenge) + 1:
        return list(challenge)
    return [prompt for prompt, now in zip(challenge, frames[1:], strict=True) if not _DONE[prompt](frames[0], now)]
