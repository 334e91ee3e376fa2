"""Search for services in everyday words: by words (BM25), pairs of characters, pinyin, and similar names. In memory.

One index holds every item and bundle in force. A city has a few hundred, so scanning all of them takes a millisecond.
"""

import logging
import math
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path

import jieba
from django.conf import settings
from pypinyin import Style, lazy_pinyin
from rapidfuzz import fuzz, process

from tongban.handling.catalog.circumstances import share_of
from tongban.handling.catalog.words import readings_of

jieba.setLogLevel(logging.WARNING)

K1, B = 1.2, 0.6
"""Parameters of BM25: saturation of repeated words, and normalisation by the length of the text."""
PAIRS_WEIGHT, EXACT_WEIGHT, PINYIN_WEIGHT = 6.0, 8.0, 10.0
NEAR = 72
"""The least similarity (0 to 100) of a name to count as a hit. Used only if nothing else was found."""
GUESS, GUESS_BY_SOUND = 60, 72
"""The same for guesses ("did you mean"), by characters and by pinyin."""
SHORTEST_SOUND = 4
"""The fewest characters for guesses by pinyin, since two syllables sound like a part of many names."""
KEEP = 0.4
"""Hits with less than this share of the best score are left out."""
_LATIN = re.compile(r"[a-z][a-z' ]*")


@dataclass(frozen=True)
class Entry:
    """One service in the index."""

    kind: str
    """`item` or `bundle`."""
    key: str
    name: str
    nicknames: tuple[str, ...] = ()
    text: str = ""
    """Other words by which it can be found: department, themes, materials, results."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(name.lower() for name in (self.name, *self.nicknames))

    def nickname_for(self, text: str) -> str:
        """Return the nickname that fits the typed text better than the name does, or an empty string."""
        readings = readings_of(text) or ("",)
        fits = [max(fit(w, n) for w in readings for n in (name, *sounds_of(name))) for name in self.names]
        best = max(range(len(fits)), key=lambda place: (fits[place], -place))
        return self.nicknames[best - 1] if best and fits[best] > fits[0] else ""

    @cached_property
    def words(self) -> Counter[str]:
        """The words with their weights. Words of a name count three times."""
        counted: Counter[str] = Counter()
        for name in self.names:
            for word in cut(name):
                counted[word] += 3
        counted.update(cut(self.text.lower()))
        return counted

    @cached_property
    def pairs(self) -> frozenset[str]:
        return frozenset(pair for name in self.names for pair in pairs_of(name))

    @cached_property
    def sounds(self) -> tuple[str, ...]:
        """Full pinyin and initials of each name."""
        return tuple(sound for name in self.names for sound in sounds_of(name))


@lru_cache(maxsize=8192)
def sounds_of(name: str) -> tuple[str, str]:
    """Return the full pinyin of a name, and its initials."""
    return "".join(lazy_pinyin(name)), "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))


@dataclass(frozen=True)
class Hit:
    """A service that fits a search. Scores are comparable within one search only."""

    entry: Entry
    score: float


def cut(text: str) -> list[str]:
    """Split a text into words, and long words also into their parts. Punctuation is left out."""
    _keep_dictionary_private()
    return [word for word in jieba.cut_for_search(text) if re.search(r"\w", word)]


def pairs_of(text: str) -> list[str]:
    """Return all pairs of neighbouring characters."""
    return [text[i : i + 2] for i in range(len(text) - 1) if not text[i : i + 2].isspace()]


@dataclass
class Index:
    """The search index: built once from all entries, then only read."""

    entries: tuple[Entry, ...]
    holders: dict[str, list[int]] = field(default_factory=dict)
    lengths: list[int] = field(default_factory=list)
    paired: dict[str, list[int]] = field(default_factory=dict)
    """Positions of the entries by the pairs of their names."""
    without_pairs: set[int] = field(default_factory=set)
    """Positions of the entries with a name in which no two characters stand together."""

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Index":
        """Build the index, with words, pairs and sounds of every entry computed in advance."""
        index = cls(tuple(entries))
        for position, entry in enumerate(index.entries):
            index.lengths.append(entry.words.total())
            for word in entry.words:
                index.holders.setdefault(word, []).append(position)
            for pair in entry.pairs:
                index.paired.setdefault(pair, []).append(position)
            if not all(any(len(word) > 1 for word in name.split()) for name in entry.names):
                index.without_pairs.add(position)
            _ = entry.sounds
        return index

    @cached_property
    def average(self) -> float:
        """The mean number of words of an entry."""
        return sum(self.lengths) / len(self.lengths)

    @cached_property
    def written(self) -> dict[str, tuple[list[str], list[int]]]:
        """All names and all sounds, each with the position of its entry, so that they are compared in one go."""
        found: dict[str, tuple[list[str], list[int]]] = {}
        for kind in ("names", "sounds"):
            pairs = [(name, at) for at, entry in enumerate(self.entries) for name in getattr(entry, kind)]
            found[kind] = [name for name, _ in pairs], [at for _, at in pairs]
        return found

    def find(self, text: str) -> list[Hit]:
        """Return the entries that fit, best first. Similar names are tried only if nothing matches by words."""
        readings = readings_of(text)
        scores = _best(self._said(wanted) for wanted in readings) or _best(self._alike(wanted) for wanted in readings)
        best = max(scores.values(), default=0.0)
        hits = [
            Hit(self.entries[position], score * self._share(position, readings))
            for position, score in scores.items()
            if score >= KEEP * best
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.entry.key))

    def _share(self, position: int, readings: tuple[str, ...]) -> float:
        """Return the share of its score that an entry keeps; a question in Latin letters says too little for that."""
        asked = [reading for reading in readings if not reading.isascii()]
        return share_of(self.entries[position].name, asked) if asked else 1.0

    def guess(self, text: str) -> list[Hit]:
        """Return services whose names look or sound a little like the text, for searches that found nothing."""
        readings = [wanted for wanted in readings_of(text) if not wanted.isascii()]
        sounds = ["".join(lazy_pinyin(wanted)) for wanted in readings if len(wanted) >= SHORTEST_SOUND]
        scores = _best(
            (*(self._near(w, GUESS) for w in readings), *(self._near(sound, GUESS_BY_SOUND) for sound in sounds))
        )
        hits = [Hit(self.entries[position], score) for position, score in scores.items()]
        return sorted(hits, key=lambda hit: (-hit.score, hit.entry.key))

    def _said(self, wanted: str) -> dict[int, float]:
        """Score entries by the words of the text, or by sound if it is in Latin letters."""
        if _LATIN.fullmatch(wanted):
            return self._by_sound(re.sub(r"[' ]", "", wanted)) or self._by_words(set(cut(wanted)))
        words = set(cut(wanted))
        telling = {word for word in words if len(word) > 1}
        scores = self._by_words(telling or words)
        self._add_pairs(wanted, scores)
        for position, score in self._by_words(words - telling).items() if telling else ():
            if position in scores:  # a single character, such as 买 in 买飞机, only adds to other matches
                scores[position] += score
        return scores

    def _alike(self, wanted: str) -> dict[int, float]:
        """Score entries that sound the same, or else those that look similar."""
        return self._by_sound("".join(lazy_pinyin(wanted))) or self._near(wanted)

    def _by_words(self, words: set[str]) -> dict[int, float]:
        scores: dict[int, float] = {}
        for word in words:
            holders = self.holders.get(word, [])
            rarity = math.log(1 + (len(self.entries) - len(holders) + 0.5) / (len(holders) + 0.5))
            for position in holders:
                times = self.entries[position].words[word]
                damp = K1 * (1 - B + B * self.lengths[position] / self.average)
                scores[position] = scores.get(position, 0.0) + rarity * times * (K1 + 1) / (times + damp)
        return scores

    def _add_pairs(self, wanted: str, scores: dict[int, float]) -> None:
        """Add the share of the wanted pairs that a name contains, and more if a name contains or equals the text."""
        pairs = {pair for word in wanted.split() for pair in pairs_of(word)}
        for position in self._written_alike(wanted, pairs):
            entry = self.entries[position]
            shared = len(pairs & entry.pairs) / len(pairs) if pairs else 0.0
            whole = max((fit(wanted, name) for name in entry.names), default=0.0)
            if shared or whole:
                scores[position] = scores.get(position, 0.0) + PAIRS_WEIGHT * shared + EXACT_WEIGHT * whole

    def _written_alike(self, wanted: str, pairs: set[str]) -> Iterable[int]:
        """Return the positions of the entries that can fit: one text contains the other only if they share a pair.

        A single character is no pair, so a text with one can be part of any name.
        """
        if any(len(word) < 2 for word in wanted.split()) or not pairs:
            return range(len(self.entries))
        return sorted({position for pair in pairs for position in self.paired.get(pair, ())} | self.without_pairs)

    def _by_sound(self, wanted: str) -> dict[int, float]:
        scores = {}
        for position, entry in enumerate(self.entries):
            share = max((fit(wanted, sound) for sound in entry.sounds), default=0.0)
            if share and len(wanted) > 1:
                scores[position] = PINYIN_WEIGHT * share
        return scores

    def _near(self, wanted: str, least: int = NEAR) -> dict[int, float]:
        scores: dict[int, float] = {}
        if len(wanted) < 2:
            return scores
        names, positions = self.written["sounds" if wanted.isascii() else "names"]
        for _, likeness, place in process.extract_iter(wanted, names, scorer=fuzz.ratio, score_cutoff=least):
            scores[positions[place]] = max(likeness / 100, scores.get(positions[place], 0.0))
        return scores


def _best(found: Iterable[dict[int, float]]) -> dict[int, float]:
    """Return the highest score of each entry."""
    best: dict[int, float] = {}
    for scores in found:
        for position, score in scores.items():
            best[position] = max(score, best.get(position, 0.0))
    return best


def fit(wanted: str, name: str) -> float:
    """Return how well a text fits a name, from 0 to 1.

    1 for the name itself, less for its beginning, less again for a part of it, or for a question that contains it.
    """
    if wanted == name:
        return 1.0
    if name.startswith(wanted):
        return 0.6 + 0.3 * len(wanted) / len(name)
    if wanted in name:
        return 0.4 + 0.3 * len(wanted) / len(name)
    if len(name) > 1 and not name.isascii() and name in wanted:
        return 0.4 + 0.4 * len(name) / len(wanted)
    return 0.0


@cache
def _keep_dictionary_private() -> None:
    """Let jieba cache its dictionary in our data folder, since anybody can write to the shared temporary folder."""
    folder = Path(settings.DATA_FOLDER) / "cache"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid != os.geteuid():
            raise PermissionError
        folder.chmod(0o700)
    except OSError:
        folder = Path(os.devnull)  # no cache: each process builds the dictionary itself
    jieba.dt.tmp_dir = str(folder)
