"""A demo of the two national identity services, as a process of its own. Nothing here is real.

- 国家政务服务平台: an OpenID provider (code + PKCE) that returns name, number and level.
- 国家网络身份认证公共服务: people present a 网证. We receive a 网号, which reveals nothing about them, and may
  ask whether a name and a number belong to it.

Whoever opens the page types who they are, and is believed. It needs the standard library, PyJWT and cryptography.

python examples/national_identity.py --port 9300
TONGBAN_NATIONAL_OIDC_ISSUER=http://localhost:9300 TONGBAN_NATIONAL_OIDC_CLIENT=city \\
TONGBAN_NATIONAL_OIDC_SECRET=demo TONGBAN_CTID_URL=http://localhost:9300/ctid TONGBAN_CTID_APP=city \\
TONGBAN_CTID_SECRET=demo bin/run
"""

import argparse
import base64
import hashlib
import hmac
import html
import json
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SALT = b"demo"
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><body><main><h1>{title}（演示）</h1><p>这里是演示，填什么就是什么。</p>
<form method="post" action="{action}">{hidden}
<p><label>姓名 <input name="name" required></label></p><p><label>公民身份号码 <input name="number" required></label></p>
<p><button>确认是我本人</button></p></form></main></body></html>"""
codes: dict[str, dict[str, str]] = {}
tokens: dict[str, dict[str, str]] = {}
credentials: dict[str, dict[str, str]] = {}


def opaque(kind: str, number: str) -> str:
    """Return an identifier for a person that reveals nothing about them."""
    return hmac.new(SALT, f"{kind}|{number}".encode(), hashlib.sha256).hexdigest()[:32]


class Handler(BaseHTTPRequestHandler):
    issuer = secret = ""

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, self._pairs(urlsplit(self.path).query)
        if path == "/.well-known/openid-configuration":
            return self._json(self._description())
        if path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return self._json({"keys": [key | {"kid": "demo", "alg": "RS256"}]})
        if path == "/authorize":
            if query.get("code_challenge_method") != "S256" or not query.get("state"):
                return self._json({"error": "invalid_request"}, 400)
            return self._page("国家政务服务平台", "/authorize", query)
        if path == "/userinfo":
            person = tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
            return self._json(self._claims(person)) if person else self._json({"error": "invalid_token"}, 401)
        if path == "/ctid/present":
            return self._page("国家网络身份认证", "/ctid/present", query)
        return self._json({"error": "not_found"}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path = urlsplit(self.path).path
        given = json.loads(body) if "json" in self.headers.get("Content-Type", "") else self._pairs(body)
        if path == "/authorize":
            code = secrets.token_urlsafe(24)
            codes[code] = given
            return self._go(given["redirect_uri"], code=code, state=given["state"])
        if path == "/token":
            return self._token(given)
        if path == "/ctid/present":
            credential = secrets.token_urlsafe(24)
            credentials[credential] = given
            return self._go(given["back"], credential=credential, state=given["state"])
        if not hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.secret}"):
            return self._json({"error": "unauthorized"}, 401)
        if path == "/ctid/redeem":
            person = credentials.pop(given.get("credential", ""), None)
            if person is None:
                return self._json({"error": "credential"}, 400)
            tokens[opaque("ctid", person["number"])] = person
            return self._json({"network_id": opaque("ctid", person["number"]), "verified": True})
        if path == "/ctid/match":
            person = tokens.get(given.get("network_id", ""), {})
            same = all(person.get(name) == given.get(name) for name in ("name", "number"))
            return self._json({"match": bool(person) and same})
        return self._json({"error": "not_found"}, 404)

    def _token(self, given: dict[str, str]) -> None:
        asked = codes.pop(given.get("code", ""), None)
        proof = given.get("client_secret", "")
        basic = self.headers.get("Authorization", "").removeprefix("Basic ")
        if basic:
            proof = base64.b64decode(basic).decode().partition(":")[2]
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not hmac.compare_digest(proof, self.secret):
            return self._json({"error": "invalid_client"}, 401)
        if asked is None or challenge != asked["code_challenge"] or given["redirect_uri"] != asked["redirect_uri"]:
            return self._json({"error": "invalid_grant"}, 400)
        token, now = secrets.token_urlsafe(32), int(time.time())
        tokens[token] = asked
        content = {"iss": self.issuer, "aud": asked["client_id"], "iat": now, "exp": now + 300}
        content |= {"sub": opaque("sub", asked["number"]), "nonce": asked.get("nonce", "")}
        signed = jwt.encode(content, KEY, algorithm="RS256", headers={"kid": "demo"})
        return self._json({"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": signed})

    def _claims(self, person: dict[str, str]) -> dict[str, str]:
        level = {"level": "L3"}
        return {"sub": opaque("sub", person["number"]), "name": person["name"], "number": person["number"]} | level

    def _description(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/keys",
            **{name: f"{self.issuer}/{path}" for name, path in places.items()},
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

    @staticmethod
    def _pairs(text: str) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(text).items()}

    def _page(self, title: str, action: str, query: dict[str, str]) -> None:
        rows = (f'<input type="hidden" name="{html.escape(n)}" value="{html.escape(v)}">' for n, v in query.items())
        self._send(PAGE.format(title=title, action=action, hidden="".join(rows)).encode(), "text/html; charset=utf-8")

    def _json(self, content: dict[str, Any], status: int = 200) -> None:
        self._send(json.dumps(content).encode(), "application/json", status)

    def _go(self, target: str, **parameters: str) -> None:
        self.send_response(302)
        self.send_header("Location", f"{target}?{urlencode(parameters)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, content: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing, since addresses contain codes."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="国家政务服务平台和网络身份认证（演示）")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--secret", default="demo")
    options = parser.parse_args()
    Handler.issuer, Handler.secret = f"http://localhost:{options.port}", options.secret
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads = True
    print(f"演示的国家身份服务：{Handler.issuer}", flush=True)
    server.serve_forever()
