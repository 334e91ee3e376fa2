"""The protocol of comparers of faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tongban.foundation.errors import DomainError


@dataclass(frozen=True)
class FaceResult:
    """The result: `score` from 0 to 1; `reason` says in Chinese what to do after a failure."""

    matched: bool
    score: float
    live: bool
    reason: str = ""


class FaceComparer(Protocol):
    """Compares the face on a document with frames of somebody who follows the challenge."""

    name: str
    decisive: bool
    """Whether a match may raise a real-name level or grant something by itself. The demo's may not."""

    def compare(self, reference_image: bytes, live_images: Sequence[bytes], challenge: Sequence[str]) -> FaceResult: ...


class NoFaceService(DomainError):
    """There is no face service, or it does not answer. Another way is always open."""

    code = "no-face-service"
    status = 503
    message = "人脸核验现在用不了，请换一种方式：带身份证到服务窗口确认，几分钟就好。"
