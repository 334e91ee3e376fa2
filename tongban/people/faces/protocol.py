"""What every comparer of faces promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tongban.foundation.errors import DomainError


@dataclass(frozen=True)
class FaceResult:
    """`score` runs from 0 to 1; `reason` says in Chinese what to do, where it did not match or was not live."""

    matched: bool
    score: float
    live: bool
    reason: str = ""


class FaceComparer(Protocol):
    """Compares the face of a document with frames of somebody who does what the challenge asks."""

    name: str
    decisive: bool
    """Whether its yes may raise a real-name level or grant something by itself; the demo's may not."""

    def compare(self, reference_image: bytes, live_images: Sequence[bytes], challenge: Sequence[str]) -> FaceResult: ...


class NoFaceService(DomainError):
    """There is no face service, or it does not answer; another way is always open."""

    code = "no-face-service"
    status = 503
    message = "人脸核验现在用不了，请换一种方式：带身份证到服务窗口确认，几分钟就好。"
