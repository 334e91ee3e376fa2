"""A browser: keeps cookies, reads and sends forms, and reaches the platform in this process or over HTTP."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from tongban.bench.forms import Form, forms_of, hidden_values

ACCEPTED = "text/html,*/*;q=0.8"
AGENT = "Mozilla/5.0 (X11; Linux) Tongban bench"


@dataclass(frozen=True)
class Answer:
    """The answer to one request."""

    status: int
    headers: list[tuple[str, str]]
    """Names are in lower case."""
    body: bytes
    """As sent, so possibly compressed."""
    ms: float
    """Processor time of this thread if it was asked in this process, and wall time over HTTP."""

    def header(self, name: str) -> str:
        """Return a header, or an empty string if there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        """The body as text, if it was asked for without compression."""
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        """Where a redirect leads, without scheme and host; otherwise empty."""
        parts = urlsplit(self.header("location"))
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


class Transport(Protocol):
    """Sends one request."""

    def __call__(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> Answer: ...


class Refused(Exception):
    """A request got an answer that the benchmark does not expect; the message says which."""


class Browser:
    """Somebody with one browser."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.cookies: dict[str, str] = {}
        self.accepts = "identity"
        """The compressions that the browser understands, as in Accept-Encoding."""
        self._forms: dict[str, Form] = {}

    def get(self, address: str) -> Answer:
        """Ask for an address, which may have a query."""
        return self._ask("GET", address.partition("#")[0])

    def post(self, address: str, data: Mapping[str, str]) -> Answer:
        """Send a form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", address, urlencode(data).encode(), kind)

    def press(self, address: str, *, to: str = "", answers: dict[str, str] | None = None) -> Answer:
        """Open a page, fill in its form that leads to `to` (otherwise to the page itself), and send it.

        Raises Refused if the page has no such form.
        """
        page = self.get(address)
        form = form_on(page.text, to or address, at=address)
        if form is None:
            raise Refused(f"{urlsplit(address).path} ({page.status}) has no form to {to or 'itself'}")
        return self.post(form.action or address, form.filled(answers or {}))

    def form_like(self, name: str, page: str, address: str) -> Form | None:
        """Return the page's own form. Pages of one `name` are read once; afterwards only hidden fields are read."""
        if name not in self._forms:
            found = form_on(page, address, at=address)
            if found is None:
                return None
            self._forms[name] = found
        return self._forms[name].with_values(hidden_values(page))

    def sign_in(self, login_name: str, password: str) -> None:
        """Sign in by the form. Raises Refused if that fails."""
        answer = self.press("/sign-in/", answers={"login_name": login_name, "password": password})
        if answer.status not in {302, 303}:
            raise Refused(f"{login_name} could not sign in: {answer.status}")

    def _ask(self, method: str, address: str, body: bytes = b"", more: Mapping[str, str] | None = None) -> Answer:
        headers = {"Accept": ACCEPTED, "Accept-Encoding": self.accepts, "User-Agent": AGENT, **(more or {})}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.transport(method, address, headers, body)
        for name, value in answer.headers:
            if name == "set-cookie":
                self._keep(value)
        return answer

    def _keep(self, cookie: str) -> None:
        for name, morsel in SimpleCookie(cookie).items():
            if str(morsel["max-age"]) == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value


def form_on(page: str, to: str, *, at: str) -> Form | None:
    """Return the form of a page that posts to an address, if there is one; `at` is the page's own address."""
    wanted = to.partition("?")[0]
    for form in forms_of(page):
        if form.method == "post" and (form.action or at).partition("?")[0] == wanted:
            return form
    return None


def links(page: str) -> list[str]:
    """Return the addresses on this host to which a page's links lead, in their order, each once."""
    found = re.findall(r"""<a\b[^>]*?\shref=["']([^"'#]*)""", page)
    here = [address.replace("&amp;", "&") for address in found if address.startswith("/")]
    return list(dict.fromkeys(address for address in here if not address.startswith("//")))
