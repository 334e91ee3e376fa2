"""Logging. Text that people type into addresses is kept out; floods of similar records are counted, not written."""

import logging
import re
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO
from urllib.parse import unquote

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

OF_REQUESTS = ("django", "tongban.gate", "psycopg.pool")
"""Loggers whose records anybody, or an outage, can trigger."""
MAX_RECORDS = 10
"""Records of one kind written per window; further ones are only counted."""
WINDOW = 60.0
"""The length of a window in seconds."""
_WORD = re.compile(r"[a-z][a-z_.-]{0,23}")
_TELLING = 2
"""Shorter typed text is kept in tracebacks: it reveals nothing, and removing it would make them unreadable."""


class RequestLogFilter(logging.Filter):
    """Rewrites records about requests so that they name status and route, never the requested address."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "psycopg.pool":  # it writes several lines for each attempt to connect
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
        request: HttpRequest | None = getattr(record, "request", None)
        if request is None or not hasattr(request, "META") or hasattr(record, "discreet"):
            return True
        record.discreet = True  # another handler's filter may see the record again
        error = record.exc_info[1] if record.exc_info else None
        status = getattr(record, "status_code", 400)
        method = request.method if str(request.method).isalpha() and len(str(request.method)) < 10 else "?"
        record.msg, record.args = "%s %s %s", (status, method, route_of(request))
        if record.name.startswith("django.security."):
            record.msg, record.args = f"{record.msg} (%s)", (*record.args, record.name.removeprefix("django.security."))
        if error is not None and status == 503 and _database_is_away(error):
            record.msg, record.args = f"{record.msg}: the database does not answer", record.args
            record.exc_info = record.exc_text = None
        elif error is not None and record.exc_info:
            lines = "".join(traceback.format_exception(error)).rstrip()
            record.exc_text = _blank(lines, typed_texts(request))
        return True


def route_of(request: HttpRequest) -> str:
    """Return the route of a request, or the first part of its path if that is a plain word. Nothing typed by people."""
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return f"/{match.route}"
    first, _, rest = str(request.path_info).lstrip("/").partition("/")
    return f"/{first}{'/…' if rest else ''}" if _WORD.fullmatch(first) else "/…"


def typed_texts(request: HttpRequest) -> set[str]:
    """Return text that people may have typed: parts of the address, and the form fields that have been read so far."""
    query = str(request.META.get("QUERY_STRING", ""))
    found = {part for part in str(request.path_info).split("/") if not _WORD.fullmatch(part)} | {query, unquote(query)}
    try:
        fields = [request.GET, getattr(request, "_post", {})]
    except Exception:  # Django refuses to read the query
        return found
    for name, values in (pair for data in fields for pair in dict(data).items()):
        found.update(values)
        if not _WORD.fullmatch(name):
            found.add(name)
    return found


def _blank(text: str, typed: set[str]) -> str:
    for part in sorted(typed, key=len, reverse=True):
        if len(part) >= _TELLING:
            text = text.replace(part, "…")
    return text


def _database_is_away(error: BaseException) -> bool:
    """Return whether the error means that there is no connection, as opposed to a failed statement."""
    state = getattr(error.__cause__, "sqlstate", None)
    away = state is None or state[:2] == "08" or state[:4] == "57P0" or state == "53300"
    return isinstance(error, OperationalError | InterfaceError) and away


@dataclass
class _Count:
    since: float
    written: int = 0
    left_out: int = 0


class Console(logging.StreamHandler[TextIO]):
    """Writes to standard error.

    Of each kind of record about requests it writes at most MAX_RECORDS per WINDOW, then the number of the others.
    """

    def __init__(self, stream: TextIO | None = None, *, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream)
        self._now = now
        self._counts: dict[tuple[str, int, str], _Count] = {}
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.summarise()
        if not record.name.startswith(OF_REQUESTS) or self._may_write(record):
            super().emit(record)

    def summarise(self, *, all_windows: bool = False) -> None:
        """Write, for each kind whose window has ended, how many records were left out."""
        if self.stream.closed:  # the timer may run while the process ends
            return
        now = self._now()
        for kind, count in list(self._counts.items()):
            if all_windows or now - count.since >= WINDOW:
                self._counts.pop(kind, None)
                if count.left_out:
                    name, level, what = kind
                    message = f"{what}: {count.left_out} more like it were left out"
                    super().emit(logging.LogRecord(name, level, __file__, 0, message, (), None))

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.summarise(all_windows=True)
        super().close()

    def _may_write(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        if record.name.startswith("tongban."):
            what = record.getMessage()
        else:
            what = f"{getattr(record, 'status_code', '')} {error}".strip() or str(record.msg)[:80]
        count = self._counts.setdefault((record.name, record.levelno, what), _Count(self._now()))
        if count.written < MAX_RECORDS:
            count.written += 1
            return True
        count.left_out += 1
        if self._timer is None or not self._timer.is_alive():
            self._timer = threading.Timer(WINDOW, self._on_time)
            self._timer.daemon = True
            self._timer.start()
        return False

    def _on_time(self) -> None:
        with self.lock or threading.RLock():
            self.summarise()
