"""The comparer's protocol, its geometry, the embedded one on drawn faces, and the city's over HTTP."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from tongban.foundation import clock
from tongban.foundation.errors import Conflict, Invalid
from tongban.foundation.ids import new_id
from tongban.foundation.testing import together
from tongban.people.faces import liveness, services
from tongban.people.faces.comparers import HttpComparer, comparer
from tongban.people.faces.embedded import EmbeddedComparer
from tongban.people.faces.protocol import FaceResult, NoFaceService
from tongban.people.faces.tests.drawing import face, frames
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.testing import Someone

pytestmark = pytest.mark.req("B4")
EVERY_PAIR = [(a, b) for a in liveness.PROMPTS for b in liveness.PROMPTS if a != b]


@pytest.mark.parametrize("challenge", EVERY_PAIR)
def test_a_person_who_follows_the_prompts_is_live_and_matches(challenge):
    result = EmbeddedComparer().compare(face(), frames(challenge), challenge)
    assert (result.matched, result.live, result.reason) == (True, True, "")
    assert result.score > 0.9


@pytest.mark.parametrize("challenge", EVERY_PAIR)
def test_a_photograph_held_before_the_camera_is_not_live(challenge):
    result = EmbeddedComparer().compare(face(), [face()] * 3, challenge)
    assert not result.live
    assert liveness.PROMPTS[challenge[0]] in result.reason


def test_movements_in_another_order_are_not_live():
    challenge = ("turn-left", "open-mouth")
    swapped = frames(("open-mouth", "turn-left"))
    assert not EmbeddedComparer().compare(face(), swapped, challenge).live


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (b"", "打不开"),
        (b"GIF89a", "打不开"),
        (face()[:2000], "打不开"),
        (face(eyes=1, gap=9), "没有找到人脸"),
    ],
)
def test_unusable_pictures_are_reported(image, sentence):
    result = EmbeddedComparer().compare(image, frames(("blink", "open-mouth")), ("blink", "open-mouth"))
    assert (result.matched, result.live) == (False, False)
    assert sentence in result.reason


def points(**moved):
    """68 landmarks of a plain face, with some moved."""
    found = np.zeros((68, 2))
    found[0], found[16], found[30] = (0, 50), (100, 50), (50, 60)
    for first, x in ((36, 25), (42, 65)):
        found[first : first + 6] = [(x, 40), (x + 3, 37), (x + 7, 37), (x + 10, 40), (x + 7, 43), (x + 3, 43)]
    found[60], found[64], found[62], found[66] = (40, 80), (60, 80), (50, 79), (50, 81)
    for name, place in moved.items():
        found[int(name[1:])] = place
    return found


def test_each_movement_is_recognised_by_its_geometry():
    first = points()
    assert liveness.openness(first[36:42]) == pytest.approx(0.6)
    assert liveness.missing_moves(["turn-left"], [first, points(p30=(63, 60))]) == []
    assert liveness.missing_moves(["turn-left"], [first, points(p30=(61, 60))]) == ["turn-left"]
    assert liveness.missing_moves(["turn-right"], [first, points(p30=(37, 60))]) == []
    assert liveness.missing_moves(["turn-right"], [first, points(p30=(63, 60))]) == ["turn-right"]
    assert liveness.missing_moves(["open-mouth"], [first, points(p62=(50, 76), p66=(50, 85))]) == []
    shut = {f"p{i}": (first[i][0], 40) for i in (37, 38, 40, 41, 43, 44, 46, 47)}
    assert liveness.missing_moves(["blink"], [first, points(**shut)]) == []
    assert liveness.missing_moves(["blink"], [first]) == ["blink"]
    assert liveness.openness(np.zeros((6, 2))) == liveness.mouth(np.zeros((68, 2))) == 0.0


# -- the service


def compare(subject=None, **changes):
    challenge = changes.pop("challenge", ["blink", "open-mouth"])
    given = {"reference": face(), "asked_at": clock.now()} | changes
    given.setdefault("frames", frames(["blink", "open-mouth"]))
    subject = subject or new_id()
    actor = Someone(str(subject), subject)
    return services.compare(subject, challenge=challenge, purpose="test", actor=actor, **given)


def test_only_digest_score_and_outcome_are_stored(db):
    subject = new_id()
    assert compare(subject).matched
    (entry,) = ledger.entries_of(subject)
    assert entry.payload.keys() == {"comparer", "matched", "live", "score", "digest", "purpose"}
    assert (entry.payload["comparer"], entry.payload["matched"], len(entry.payload["digest"])) == ("demo", True, 64)


def test_challenges_are_random_and_short_lived(db):
    assert len({tuple(services.new_challenge()) for _ in range(60)}) > 4
    with pytest.raises(Conflict, match="过期"):
        compare(asked_at=clock.now() - timedelta(minutes=6))
    with pytest.raises(Conflict):
        compare(challenge=["smile", "blink"])


def test_missing_images_are_named(db):
    with pytest.raises(Invalid, match="身份证"):
        compare(reference=b"")
    with pytest.raises(Invalid, match="3 张"):
        compare(frames=[face()])


def test_after_five_tries_an_alternative_is_suggested(db):
    subject = new_id()
    for _ in range(5):
        compare(subject, reference=b"x", frames=[b"x"] * 3)
    with pytest.raises(Conflict, match="窗口"):
        compare(subject)


@pytest.mark.django_db(transaction=True)
def test_five_of_twelve_parallel_tries_are_compared(monkeypatch):
    subject, compared = new_id(), []
    whole = EmbeddedComparer.compare
    monkeypatch.setattr(EmbeddedComparer, "compare", lambda *given: compared.append(1) or whole(*given))
    results = together(*[lambda: compare(subject, reference=b"x", frames=[b"x"] * 3)] * 12)
    assert len(compared) == 5
    assert sum(isinstance(one, Conflict) for one in results) == 7


def test_a_failed_comparison_stays_counted(db, monkeypatch):
    def broken(*given):
        raise OSError("broken")

    subject = new_id()
    monkeypatch.setattr(EmbeddedComparer, "compare", broken)
    for _ in range(5):
        with pytest.raises(OSError, match="broken"):
            compare(subject)
    with pytest.raises(Conflict, match="窗口"):
        compare(subject)


# -- which comparer


def test_production_without_a_face_service_refuses_and_names_the_alternative(settings):
    settings.PRODUCTION, settings.FACE_SERVICE_URL = True, ""
    with pytest.raises(NoFaceService, match="窗口"):
        comparer()
    settings.FACE_SERVICE_URL = "https://faces.example/compare"
    assert comparer().decisive
    settings.PRODUCTION, settings.DEMO, settings.FACE_SERVICE_URL = False, False, ""
    with pytest.raises(NoFaceService):
        comparer()
    settings.DEMO = True
    assert not comparer().decisive


class City(BaseHTTPRequestHandler):
    """A face service that records its requests and gives the answers of the test."""

    status, answer, got = 200, b"", {}

    def do_POST(self):
        City.got = {
            "body": json.loads(self.rfile.read(int(self.headers["Content-Length"]))),
            "token": self.headers.get("Authorization"),
        }
        self.send_response(City.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(City.answer)

    def log_message(self, *args):
        pass


@pytest.fixture
def city():
    server = HTTPServer(("127.0.0.1", 0), City)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield HttpComparer(f"http://127.0.0.1:{server.server_port}/compare", "secret", timeout=30)
    server.shutdown()
    server.server_close()


def test_the_citys_service_is_called_as_documented(city):
    City.status = 200
    City.answer = json.dumps({"matched": True, "score": 0.93, "live": True}).encode()
    assert city.compare(b"card", [b"a", b"b"], ["blink"]) == FaceResult(True, 0.93, True)
    assert City.got["token"] == "Bearer secret"
    assert City.got["body"] == {"reference": "Y2FyZA==", "frames": ["YQ==", "Yg=="], "challenge": ["blink"]}


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, b""),
        (200, b"[]"),
        (200, b'{"matched": "yes", "score": 1, "live": true}'),
        (200, b'{"matched": true, "score": 7, "live": true}'),
        (200, b'{"matched": true, "live": true}'),
        (500, b'{"matched": true, "score": 1, "live": true}'),
        (302, b'{"matched": true, "score": 1, "live": true}'),
    ],
)
def test_an_unexpected_answer_counts_as_no_answer(city, status, answer):
    City.status, City.answer = status, answer
    with pytest.raises(NoFaceService):
        city.compare(b"card", [b"a"], ["blink"])


def test_an_unreachable_service_is_reported():
    with pytest.raises(NoFaceService):
        HttpComparer("http://127.0.0.1:9/compare", timeout=1).compare(b"", [], [])
