"""Two ways to reach the platform: the WSGI application in this process, and a server over HTTP."""

import http.client
import io
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from tongban.bench.browser import Answer

HOST = "localhost"
TIMEOUT = 60
"""Seconds to wait for an answer."""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class InProcess:
    """Calls a WSGI application as the web server does. The answer says how much processor time that took."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> Answer:
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, named: list[tuple[str, str]], exc_info: object = None) -> Callable[..., None]:
            said.append((status, named))
            return lambda data: None

        environ = _environ(method, address, headers, body)
        began = time.thread_time()
        answer = self.application(environ, start_response)
        try:
            content = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        took = (time.thread_time() - began) * 1000
        status, named = said[-1]
        return Answer(int(status.split()[0]), [(name.lower(), value) for name, value in named], content, took)


class OverHttp:
    """One connection to a server on this machine that stays open."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def __call__(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> Answer:
        began = time.perf_counter()
        try:
            self.connection.request(method, address, body or None, {"Host": HOST, **headers})
            answer = self.connection.getresponse()
            content = answer.read()
        except BaseException:
            with suppress(OSError):
                self.connection.close()
            raise
        took = (time.perf_counter() - began) * 1000
        return Answer(answer.status, [(name.lower(), value) for name, value in answer.getheaders()], content, took)


def _environ(method: str, address: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    path, _, query = address.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": unquote(path, "latin-1"), "QUERY_STRING": query,
        "SERVER_NAME": HOST, "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": HOST, "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(), "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    if body or method in {"POST", "PUT", "PATCH"}:
        environ["CONTENT_LENGTH"] = str(len(body))
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ
