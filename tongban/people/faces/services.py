"""DO: choose unpredictable movements, compare faces, and record only the outcome."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid
from tongban.foundation.throttle import CooldownCounter
from tongban.people.faces import events
from tongban.people.faces.comparers import comparer
from tongban.people.faces.liveness import PROMPTS
from tongban.people.faces.protocol import FaceResult
from tongban.trust.crypto import services as crypto

MOVES = 2
VALID = timedelta(minutes=5)
MAX_TRIES = 5
"""Tries per person and day, so that nobody tries out faces."""
DAY = 24 * 3600
MAX_IMAGE_BYTES = 4 * 1024 * 1024


def new_challenge() -> list[str]:
    """Return movements in a random order, to be made within `VALID`."""
    return secrets.SystemRandom().sample(sorted(PROMPTS), MOVES)


def compare(
    subject_id: UUID,
    *,
    reference: bytes,
    frames: Sequence[bytes],
    challenge: Sequence[str],
    asked_at: datetime,
    purpose: str,
    actor: EventActor,
) -> FaceResult:
    """Compare the faces and record digest, score and outcome as an event. The images are never stored.

    `reference` and `frames` are JPEG or PNG. The try is counted first, whatever the result. Raises Conflict, Invalid or
    NoFaceService.
    """
    now = clock.now()
    if not set(challenge) <= set(PROMPTS) or len(challenge) != MOVES or now - asked_at > VALID:
        raise Conflict("这次提示的动作已过期，请按页面上新的提示重新拍。")
    if not reference:
        raise Invalid("请拍下身份证有照片的一面。", field="reference")
    if len(frames) != MOVES + 1:
        raise Invalid(f"请按顺序拍 {MOVES + 1} 张：先正对镜头，再每个动作一张。", field="frames")
    if any(len(image) > MAX_IMAGE_BYTES for image in (reference, *frames)):
        raise Invalid("每张照片不超过 4 MB，请用手机相机直接拍。", field="frames")
    _count_try(subject_id, now)
    used = comparer()
    result = used.compare(reference, frames, challenge)
    digest = crypto.pinned_index(crypto.digest(reference + b"".join(frames)).hex(), purpose="face-check")
    event = events.FaceCompared(
        subject=subject_id,
        comparer=used.name,
        matched=result.matched,
        live=result.live,
        score=result.score,
        digest=digest,
        purpose=purpose,
    )
    with transaction.atomic():
        announce(event, actor=actor, at=now)
    return result


@transaction.atomic(durable=True)
def _count_try(subject_id: UUID, at: datetime) -> None:
    if CooldownCounter(DAY).add(f"faces:{subject_id}:{clock.legal_day(at)}") > MAX_TRIES:
        raise Conflict("今天人脸核验的次数已用完，请换一种方式：带身份证到服务窗口确认。")
