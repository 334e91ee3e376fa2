"""Check whether a face follows the prompts, from 68 landmarks per frame. Pure geometry on (68, 2) arrays of pixels.

The check is weak: another person may follow the prompts, and a replayed video may happen to show them. It only detects
a photograph held before the camera.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Landmarks = NDArray[np.float64]
"""Pixel coordinates, shape (68, 2), or the rows of one part of the face."""
LEFT, RIGHT, BLINK, MOUTH = "turn-left", "turn-right", "blink", "open-mouth"
PROMPTS = {LEFT: "头慢慢转向左边", RIGHT: "头慢慢转向右边", BLINK: "闭上眼睛", MOUTH: "张开嘴"}
TURNED = 0.12
"""How far the tip of the nose must move from the middle of the cheeks, as a share of their distance."""
SHUT = 0.6
"""The largest openness of closed eyes, relative to the first frame."""
OPENED = 0.25
"""How much the mouth's openness (height by width) must grow from the first frame."""


def openness(points: Landmarks) -> float:
    """Return height by width of an eye, given its six landmarks (Soukupová and Čech, 2016)."""
    tall = np.linalg.norm(points[1] - points[5]) + np.linalg.norm(points[2] - points[4])
    wide = 2 * np.linalg.norm(points[0] - points[3])
    return float(tall / wide) if wide else 0.0


def eyes(points: Landmarks) -> float:
    return (openness(points[36:42]) + openness(points[42:48])) / 2


def mouth(points: Landmarks) -> float:
    """Return height by width of the inner lips."""
    wide = np.linalg.norm(points[60] - points[64])
    return float(np.linalg.norm(points[62] - points[66]) / wide) if wide else 0.0


def turn(points: Landmarks) -> float:
    """Return where the nose is between the cheeks, from -0.5 to 0.5; negative is left in the picture."""
    wide = points[16][0] - points[0][0]
    return float((points[30][0] - points[0][0]) / wide - 0.5) if wide else 0.0


_DONE: dict[str, Callable[[Landmarks, Landmarks], bool]] = {
    # A camera does not mirror: a person who turns to their left faces the right of the picture.
    LEFT: lambda first, now: turn(now) - turn(first) >= TURNED,
    RIGHT: lambda first, now: turn(first) - turn(now) >= TURNED,
    BLINK: lambda first, now: eyes(now) <= eyes(first) * SHUT,
    MOUTH: lambda first, now: mouth(now) - mouth(first) >= OPENED,
}


def missing_moves(challenge: Sequence[str], frames: Sequence[Landmarks]) -> list[str]:
    """Return the prompts that the frames do not show: one frame looking straight, then one per prompt in order."""
    if len(frames) != len(challenge) + 1:
        return list(challenge)
    return [prompt for prompt, now in zip(challenge, frames[1:], strict=True) if not _DONE[prompt](frames[0], now)]
