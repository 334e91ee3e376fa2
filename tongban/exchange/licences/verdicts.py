"""Which seals were found intact: verdicts that a process keeps, by a digest of the whole row."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

KEPT = 4096
"""The number of verdicts that a process keeps, about 0.6 MB."""
_intact: OrderedDict[bytes, bool] = OrderedDict()
_lock = Lock()


def once_for_content(content: bytes, verify: Callable[[], bool]) -> bool:
    """Return the verdict on a row with this digest, which is worked out once.

    A seal covers content that never changes: a row that differs in a single bit has another digest and is verified.
    """
    with _lock:
        if content in _intact:
            _intact.move_to_end(content)
            return _intact[content]
    verdict = verify()
    with _lock:
        _intact[content] = verdict
        while len(_intact) > KEPT:
            _intact.popitem(last=False)
    return verdict
