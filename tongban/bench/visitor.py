"""A visitor in this process: calls the WSGI application as the web server does, and keeps the cookies."""

import io
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from tongban.bench.forms import forms_of

HOST = "localhost"


@dataclass(frozen=True)
class Answer:
    """The answer to one request."""

    status: int
    headers: dict[str, str]
    """By lower-case name; of several cookies only the last."""
    body: bytes
    """As sent, so possibly compressed."""
    processor_ms: float
    """Processor time of this thread, from the call of the application to the last byte."""

    @property
    def text(self) -> str:
        """The body as text, if it was asked for without compression."""
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        """Where a redirect leads, without scheme and host; otherwise empty."""
        parts = urlsplit(self.headers.get("location", ""))
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Visitor:
    """Somebody with one browser."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.cookies: dict[str, str] = {}
        self.accepts = "identity"
        """The compressions that the browser understands, as in Accept-Encoding."""

    def get(self, address: str) -> Answer:
        """Ask for an address, which may have a query."""
        return self._ask("GET", address)

    def post(self, address: str, data: Mapping[str, object]) -> Answer:
        """Send a form."""
        body = urlencode(data, doseq=True).encode()
        return self._ask("POST", address, body, "application/x-www-form-urlencoded")

    def press(self, address: str, *, to: str = "", answers: dict[str, str] | None = None) -> Answer:
        """Open a page, fill in its form that leads to `to` (otherwise to the page itself), and send it.

        Raises LookupError if the page has no such form.
        """
        page = self.get(address)
        for form in forms_of(page.text):
            if form.method == "post" and (form.action or address).partition("?")[0] == (to or address):
                return self.post(form.action or address, form.filled(answers or {}))
        raise LookupError(f"{address} ({page.status}) has no form to {to or address}")

    def send(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send any request, for instance JSON to the interface."""
        return self._ask(method, address, body, "application/json", headers)

    def sign_in(self, login_name: str, password: str) -> None:
        """Sign in by the form. Raises RuntimeError if that fails."""
        answer = self.press("/sign-in/", answers={"login_name": login_name, "password": password})
        if answer.status not in {302, 303}:
            raise RuntimeError(f"{login_name} could not sign in: {answer.status}")

    def _ask(
        self, method: str, address: str, body: bytes = b"", kind: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        path, _, query = address.partition("#")[0].partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": unquote(path, "latin-1"), "QUERY_STRING": query,
            "SERVER_NAME": HOST, "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": HOST, "HTTP_ACCEPT": "text/html,*/*;q=0.8", "HTTP_ACCEPT_ENCODING": self.accepts,
            "HTTP_ACCEPT_LANGUAGE": "zh-CN,zh;q=0.9", "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux) Tongban bench",
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(), "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
        }  # fmt: skip
        if body or method in {"POST", "PUT", "PATCH"}:
            environ |= {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": kind}
        if self.cookies:
            environ["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        for name, value in (headers or {}).items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        return self._call(environ)

    def _call(self, environ: dict[str, Any]) -> Answer:
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[..., None]:
            said.append((status, headers))
            return lambda data: None

        began = time.thread_time()
        answer = self.application(environ, start_response)
        try:
            body = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        took = (time.thread_time() - began) * 1000
        status, headers = said[-1]
        for name, value in headers:
            if name.lower() == "set-cookie":
                self._keep(value)
        return Answer(int(status.split()[0]), {name.lower(): value for name, value in headers}, body, took)

    def _keep(self, cookie: str) -> None:
        for name, morsel in SimpleCookie(cookie).items():
            if morsel["max-age"] == "0" or morsel["max-age"] == 0:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value


def links(page: str) -> list[str]:
    """Return the addresses on this host to which a page's links lead, in their order, each once."""
    found = re.findall(r"""<a\b[^>]*?\shref=["']([^"'#]*)""", page)
    here = [address.replace("&amp;", "&") for address in found if address.startswith("/")]
    return list(dict.fromkeys(address for address in here if not address.startswith("//")))
