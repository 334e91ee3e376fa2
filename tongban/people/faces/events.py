"""TELL: a face was compared. The images no longer exist."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class FaceCompared(Event, label="人脸核对"):
    """`subject` is the person who said to be the one on the document.

    `digest` is keyed and shows only whether two checks used the same images. `score` is between 0 and 1.
    """

    comparer: str
    matched: bool
    live: bool
    score: float
    digest: str
    purpose: str
