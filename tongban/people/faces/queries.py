"""ASK: whether faces can be compared, and by which comparer."""

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
    """Return whether the configured comparer is the demo's, which decides nothing."""
    return available() and not comparer().decisive
