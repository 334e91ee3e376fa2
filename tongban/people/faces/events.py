"""TELL: that a face was compared. The images are gone by then."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class FaceCompared(Event, label="人脸核对"):
    """`subject` is the person who said to be the one on the document.

    `digest` is keyed and only tells whether two checks used the same images; `score` runs from 0 to 1.
    """

    comparer: str
    matched: bool
    live: bool
    score: float
    digest: str
    purpose: str
