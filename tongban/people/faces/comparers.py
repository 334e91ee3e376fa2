"""One protocol for comparing faces: the city's service over HTTP, or outside production the demo's.

The city's service (`TONGBAN_FACE_SERVICE_URL`) takes `POST` with JSON `{"reference": base64, "frames": [base64, …],
"challenge": ["turn-left", …]}` and, with `TONGBAN_FACE_SERVICE_TOKEN`, the header `Authorization: Bearer …`. It answers
200 with `{"matched": bool, "score": 0…1, "live": bool, "reason": "…"}`. Anything else counts as no answer.
"""

import base64
import json
from collections.abc import Sequence

from django.conf import settings

from tongban.foundation.city import has_demo
from tongban.foundation.outbound import Unreached, call
from tongban.foundation.texts import read_json
from tongban.people.faces.protocol import FaceComparer, FaceResult, NoFaceService

TIMEOUT = 10
"""Timeout of the city's service in seconds."""


class HttpComparer:
    """The city's service, as the module describes."""

    name = "city"
    decisive = True

    def __init__(self, url: str, token: str = "", *, timeout: float = TIMEOUT) -> None:
        self.url, self.token, self.timeout = url, token, timeout

    def compare(self, reference_image: bytes, live_images: Sequence[bytes], challenge: Sequence[str]) -> FaceResult:
        body = {
            "reference": base64.b64encode(reference_image).decode(),
            "frames": [base64.b64encode(image).decode() for image in live_images],
            "challenge": list(challenge),
        }
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = call("faces", self.url, body=json.dumps(body).encode(), headers=headers, timeout=self.timeout)
            found = _result(answer.content) if answer.ok else None
        except (Unreached, ValueError) as failure:
            raise NoFaceService from failure
        if found is None:
            raise NoFaceService
        return found


def _result(content: bytes) -> FaceResult:
    """Return the result of an answer. Raises ValueError for any deviation from the protocol."""
    found = read_json(content)
    if not isinstance(found, dict):
        raise ValueError("no object")
    matched, live, score = found.get("matched"), found.get("live"), found.get("score")
    if not isinstance(matched, bool) or not isinstance(live, bool) or not isinstance(score, (int, float)):
        raise ValueError("matched, live and score are missing")
    if isinstance(score, bool) or not 0 <= score <= 1:
        raise ValueError("score is out of bounds")
    return FaceResult(matched, float(score), live, str(found.get("reason", ""))[:200])


def comparer() -> FaceComparer:
    """Return the configured comparer, or the demo's. Raises NoFaceService if there is neither."""
    if settings.FACE_SERVICE_URL:
        return HttpComparer(settings.FACE_SERVICE_URL, settings.FACE_SERVICE_TOKEN)
    if not has_demo():
        raise NoFaceService
    from tongban.people.faces.embedded import EmbeddedComparer  # loads dlib, which most processes never need

    return EmbeddedComparer()
