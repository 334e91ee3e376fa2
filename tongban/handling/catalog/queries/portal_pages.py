"""Pages of the portal that a search finds beside services, such as 我的办件."""

from dataclasses import dataclass
from functools import lru_cache

from tongban.foundation.ui.targets import SearchTarget, targets
from tongban.handling.catalog.finding import fit, sounds_of
from tongban.handling.catalog.words import plain_of, readings_of, written

STRONG = 0.8
"""From this fit on, a page is meant rather than a service: its name was typed, or nearly."""
LEAST = 0.55
"""The least fit of a page that is offered at all."""


@dataclass(frozen=True)
class PageHit:
    """A page that fits, and how well (0 to 1)."""

    target: SearchTarget
    fit: float


def pages_for(text: str, *, limit: int = 3) -> list[PageHit]:
    """Return at most `limit` pages that fit a text, best first."""
    readings = [reading.replace(" ", "") for reading in readings_of(text)]
    typed = _as_typed(text)
    hits = [PageHit(target, _fit_of(typed, readings, target)) for target in targets]
    return sorted((hit for hit in hits if hit.fit >= LEAST), key=lambda hit: -hit.fit)[:limit]


def _fit_of(typed: str, readings: list[str], target: SearchTarget) -> float:
    if typed in _typed_names(target):
        return 1.0
    return max((_fits(one, target) for one in readings), default=0.0)


def _fits(reading: str, target: SearchTarget) -> float:
    names = _names(target)
    best = max(fit(reading, name) for name in names)
    if reading.isascii() and len(reading) > 3:
        best = max(best, *(1.0 for name in names for sound in sounds_of(name) if sound == reading), 0.0)
    return best if len(reading) > 1 else 0.0


@lru_cache(maxsize=512)
def _typed_names(target: SearchTarget) -> frozenset[str]:
    """Return a page's names with their filler words, since some names, such as 我的申请, are nothing else."""
    return frozenset(_as_typed(name) for name in [target.text, *target.words.split("、")] if name)


def _as_typed(text: str) -> str:
    return written(text).replace(" ", "")


@lru_cache(maxsize=512)
def _names(target: SearchTarget) -> tuple[str, ...]:
    return tuple(plain_of(name).replace(" ", "") for name in [target.text, *target.words.split("、")] if name)
