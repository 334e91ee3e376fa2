"""A department's system that signs people in with the city's portal. All that such a system must do is in this file.

It needs only the standard library and PyJWT. The two systems beside it (`housing_fund.py`, `real_estate.py`) add a
page each. Everything that matters for security is here, in the order of the protocol:

1. Send the browser to the portal with state, nonce and a PKCE challenge (`_begin`).
2. Accept the code only from the portal's issuer and with our own state (`_finish`).
3. Exchange the code, check the ID token's signature, issuer, audience and nonce, and fetch the person (`_finish`).
4. End the session when the portal requests it, after checking that it is the portal (`_backchannel_logout`).
"""

import argparse
import base64
import hashlib
import hmac
import html
import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

import jwt

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><body><main><h1>{title}</h1>{body}</main></body></html>"""


Content = Callable[[dict[str, Any]], str]
"""Makes the page of a person, as HTML, from the portal's claims about them."""


class InvalidMessage(Exception):
    """A message that the portal would not have sent."""


@dataclass
class Session:
    """The session of one browser: a sign-in that is under way, and the person who is signed in."""

    waiting: dict[str, str] = field(default_factory=dict)
    person: dict[str, Any] | None = None
    sid: str = ""
    id_token: str = ""


class System(ThreadingHTTPServer):
    """The system's server. A system differs only in `title` and `content`; the rest is signing in."""

    daemon_threads = True

    def __init__(self, title: str, content: Content, options: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", options.port), Handler)
        self.title, self.content = title, content
        self.issuer, self.client_id, self.secret = options.issuer, options.client_id, options.client_secret
        self.address = f"http://localhost:{self.server_port}"
        self.cookie = f"session_{self.server_port}"
        self.sessions: dict[str, Session] = {}
        self.used: dict[str, float] = {}
        """`jti` of each logout token received -> the time (Unix seconds) until which it is remembered."""
        self.lock = threading.Lock()
        self._portal: dict[str, Any] = {}

    @property
    def portal(self) -> dict[str, Any]:
        """The portal's description of its endpoints (OpenID Connect Discovery)."""
        if not self._portal:
            found = fetch(f"{self.issuer}/.well-known/openid-configuration")
            if found["issuer"] != self.issuer:
                raise InvalidMessage("the description is of another provider")
            self._portal = found
        return self._portal

    def read(self, token: str, kind: str, **required: Any) -> dict[str, Any]:
        """Verify a token that the portal signed for us, and return its claims."""
        header = jwt.get_unverified_header(token)
        if header.get("typ", "JWT") != kind:
            raise InvalidMessage("a token of another kind")
        keys = {key["kid"]: key for key in fetch(self.portal["jwks_uri"])["keys"]}
        if header.get("kid") not in keys:
            raise InvalidMessage("signed with a key that the portal does not have")
        return jwt.decode(
            token,
            jwt.PyJWK(keys[header["kid"]]).key,
            algorithms=["RS256"],
            audience=self.client_id,
            issuer=self.issuer,
            leeway=30,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )


class Handler(BaseHTTPRequestHandler):
    server: System

    def do_GET(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        pages = {"/": self._home, "/my": self._my, "/callback": self._finish}
        self._run(pages.get(urlsplit(self.path).path), query)

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 20_000)).decode()
        posted = {name: values[0] for name, values in parse_qs(body).items()}
        pages = {"/logout": self._sign_out, "/backchannel-logout": self._backchannel_logout}
        self._run(pages.get(urlsplit(self.path).path), posted)

    def _run(self, page: Callable[[dict[str, str]], None] | None, given: dict[str, str]) -> None:
        if page is None:
            return self._show("没有这一页", status=404)
        try:
            page(given)
        except (InvalidMessage, jwt.PyJWTError, KeyError, ValueError, HTTPError, OSError) as refusal:
            self.log_message("refused: %r", refusal)
            self._show('<p>登录没有成功，请<a href="/my">重新登录</a>。</p>', status=400)

    def _home(self, given: dict[str, str]) -> None:
        person = self._session().person
        self._show(
            f"<p>您好，{html.escape(person['name'])}。</p>" if person else '<p><a href="/my">用通办账号登录</a></p>'
        )

    def _my(self, given: dict[str, str]) -> None:
        """Show the person's page. Send people who are not signed in to the portal, where they may be already."""
        person = self._session().person
        if person is None:
            self._begin()
            return
        out = '<form method="post" action="/logout"><button>退出</button></form>'
        self._show(self.server.content(person) + out)

    def _begin(self) -> None:
        waiting = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        self._session(new=True).waiting = waiting
        challenge = base64.urlsafe_b64encode(hashlib.sha256(waiting["verifier"].encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": self.server.client_id,
            "redirect_uri": f"{self.server.address}/callback",
            "scope": "openid real-name",
            "state": waiting["state"],
            "nonce": waiting["nonce"],
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        self._go(f"{self.server.portal['authorization_endpoint']}?{urlencode(query)}")

    def _finish(self, given: dict[str, str]) -> None:
        session = self._session()
        waiting, session.waiting = session.waiting, {}
        if not waiting or not hmac.compare_digest(waiting["state"], given.get("state", "")):
            raise InvalidMessage("this browser did not start the sign-in")
        if given.get("iss") != self.server.issuer:
            raise InvalidMessage("the answer of another provider")
        if "error" in given:
            self._show('<p>您没有同意登录。<a href="/my">再试一次</a></p>', status=403)
            return
        tokens = self._exchange(given["code"], waiting["verifier"])
        content = self.server.read(tokens["id_token"], "JWT")
        if not hmac.compare_digest(content.get("nonce", ""), waiting["nonce"]):
            raise InvalidMessage("the token of another sign-in")
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        person = fetch(self.server.portal["userinfo_endpoint"], headers=headers)
        if person["sub"] != content["sub"]:
            raise InvalidMessage("the data of another person")
        fresh = self._session(new=True)  # a new session id at sign-in prevents session fixation
        fresh.person, fresh.sid, fresh.id_token = person, content["sid"], tokens["id_token"]
        self._go("/my")

    def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self.server.address}/callback",
            "code_verifier": verifier,
        }
        proof = base64.b64encode(f"{self.server.client_id}:{self.server.secret}".encode()).decode()
        return fetch(self.server.portal["token_endpoint"], body, {"Authorization": f"Basic {proof}"})

    def _sign_out(self, posted: dict[str, str]) -> None:
        """Sign out here and at the portal, which notifies all other systems."""
        session = self._session()
        query = {
            "id_token_hint": session.id_token,
            "client_id": self.server.client_id,
            "post_logout_redirect_uri": f"{self.server.address}/",
        }
        hint = {name: value for name, value in query.items() if value}
        self._session(new=True)
        self._go(f"{self.server.portal['end_session_endpoint']}?{urlencode(hint)}")

    def _backchannel_logout(self, posted: dict[str, str]) -> None:
        """End the sessions that a logout token of the portal names (OpenID Connect Back-Channel Logout)."""
        content = self.server.read(posted["logout_token"], "logout+jwt")
        if LOGOUT_EVENT not in content.get("events", {}) or "nonce" in content:
            raise InvalidMessage("not a logout token")
        with self.server.lock:
            self.server.used = {jti: until for jti, until in self.server.used.items() if until > time.time()}
            if content["jti"] in self.server.used:
                raise InvalidMessage("a logout token that was used before")
            self.server.used[content["jti"]] = content["exp"] + 60
            for name in [name for name, one in self.server.sessions.items() if one.sid == content["sid"]]:
                del self.server.sessions[name]
        self.send_response(200)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _session(self, new: bool = False) -> Session:
        """Return the browser's session. `new` replaces it by an empty one with another id."""
        if not hasattr(self, "_cookie"):
            found = SimpleCookie(self.headers.get("Cookie", "")).get(self.server.cookie)
            self._cookie = found.value if found else ""
        with self.server.lock:
            if new or self._cookie not in self.server.sessions:
                self.server.sessions.pop(self._cookie, None)
                self._cookie = secrets.token_urlsafe(32)
                self.server.sessions[self._cookie] = Session()
            return self.server.sessions[self._cookie]

    def _go(self, target: str) -> None:
        self.send_response(302)
        self.send_header("Location", target)
        self._end()

    def _show(self, body: str, status: int = 200) -> None:
        content = PAGE.format(title=self.server.title, body=body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self._end(content)

    def _end(self, content: bytes = b"") -> None:
        if hasattr(self, "_cookie"):
            self.send_header("Set-Cookie", f"{self.server.cookie}={self._cookie}; HttpOnly; SameSite=Lax; Path=/")
            del self._cookie  # the connection may carry another request
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing, since addresses contain codes."""


def fetch(address: str, body: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the JSON at an address. With a body, send a POST request."""
    data = urlencode(body).encode() if body else None
    with urlopen(Request(address, data, headers or {}), timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def run(title: str, content: Content) -> None:
    """Serve until the process ends. Pass the secret in CLIENT_SECRET, since other users can read command lines."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--issuer", default="http://localhost:8000", help="the portal's address")
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--client-secret", default=os.environ.get("CLIENT_SECRET", ""))
    system = System(title, content, parser.parse_args())
    print(f"{title}: {system.address}/", flush=True)
    system.serve_forever()
