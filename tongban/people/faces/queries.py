"""ASK: whether faces can be compared here, and by what."""

from tongban.people.faces.comparers import comparer
from tongban.people.faces.liveness import PROMPTS as PROMPTS
from tongban.people.faces.protocol import NoFaceService


def available() -> bool:
    try:
        comparer()
    except NoFaceService:
        return False
    return True


def is_demo() -> bool:
    """Whether the one in force is only for show."""
    return available() and not comparer().decisive
