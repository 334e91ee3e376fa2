"""The pages that a process keeps, in bounded memory. Pure: it knows neither requests nor the database."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import NamedTuple

ORDINARY_BYTES, OPEN_ENDED_BYTES = 24 * 1024 * 1024, 8 * 1024 * 1024
"""The most that is kept of pages at their plain address, and of those with a query or host that strangers choose. They
are apart, so that nobody drives out the ordinary pages by asking for those."""
_OVERHEAD = 2048
"""Bytes that an entry takes besides its content, rounded up."""


class Key(NamedTuple):
    """What a kept page may depend on besides the topics and the day."""

    scheme: str
    host: str
    path: str
    query: str
    elder: bool
    is_open_ended: bool
    """Whether strangers can make up any number of such keys, since they choose a part of it freely.

    The part is the query, a port, or a name before the city's domain.
    """


@dataclass(frozen=True)
class Page:
    """A kept page."""

    content: bytes
    headers: Mapping[str, str]
    etag: str
    versions: tuple[tuple[str, str], ...]
    """The topics with the versions that they had before the page was rendered."""
    until: datetime

    def is_current(self, versions: Mapping[str, str], now: datetime) -> bool:
        """Return whether nothing that it shows was published since, and its time is not over."""
        return now < self.until and all(versions.get(topic, "") == version for topic, version in self.versions)


class KeptPages:
    """Pages by key. When there are too many bytes, those that were not asked for the longest are dropped."""

    def __init__(self, ordinary_bytes: int = ORDINARY_BYTES, open_ended_bytes: int = OPEN_ENDED_BYTES) -> None:
        self._lock = Lock()
        self._most = {False: ordinary_bytes, True: open_ended_bytes}
        self._pages: dict[bool, OrderedDict[Key, Page]] = {False: OrderedDict(), True: OrderedDict()}
        self._bytes = {False: 0, True: 0}

    def get(self, key: Key) -> Page | None:
        """Return the page of a key, current or not."""
        pages = self._pages[key.is_open_ended]
        with self._lock:
            page = pages.get(key)
            if page is not None:
                pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Page) -> None:
        """Keep a page in place of an older one. A page of more than a tenth of all bytes is not kept."""
        open_ended = key.is_open_ended
        pages, size = self._pages[open_ended], _size(key, page)
        if size > self._most[open_ended] // 10:
            return
        with self._lock:
            self._drop(open_ended, key)
            pages[key] = page
            self._bytes[open_ended] += size
            while self._bytes[open_ended] > self._most[open_ended]:
                self._drop(open_ended, next(iter(pages)))

    def _drop(self, open_ended: bool, key: Key) -> None:
        page = self._pages[open_ended].pop(key, None)
        if page is not None:
            self._bytes[open_ended] -= _size(key, page)

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            for open_ended, pages in self._pages.items():
                pages.clear()
                self._bytes[open_ended] = 0

    @property
    def size(self) -> int:
        """The bytes that are kept."""
        return sum(self._bytes.values())

    def __len__(self) -> int:
        return sum(len(pages) for pages in self._pages.values())


def _size(key: Key, page: Page) -> int:
    """Return about how many bytes an entry takes. A character may take four."""
    words = [key.host, key.path, key.query, page.etag, *(word for header in page.headers.items() for word in header)]
    return len(page.content) + 4 * sum(map(len, words)) + _OVERHEAD


pages = KeptPages()
"""The pages of this process."""
