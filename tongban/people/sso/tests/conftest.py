"""A department with a system in use, the bureau's administrators, a person with an account, and a client system."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import caches
from django.test import Client

from tongban.people.identity import queries as identities
from tongban.people.identity import services as identity
from tongban.people.identity.actors import machine
from tongban.people.organisation import services as organisation
from tongban.people.sso import services
from tongban.people.sso.models import System

BY = machine("test")
BACK = "https://gjj.example/callback"
NUMBER = "990102199001011237"


@dataclass
class City:
    """Officers by their role, and helpers that make systems."""

    bureau: organisation.Department
    department: organisation.Department
    other: organisation.Department
    owner: object
    stranger: object
    system_admin: object
    security_admin: object
    contact_id: object

    def wanted(self, **given):
        return {
            "name": "公积金查询",
            "kind": "web",
            "purpose": "查询和提取您的住房公积金",
            "redirect_uris": [BACK],
            "post_logout_uris": ["https://gjj.example/"],
            "logout_uri": "",
            "scopes": {"openid": "", "profile": "称呼本人"},
            "duty": "《住房公积金管理条例》第五条",
        } | given

    def draft(self, **given) -> System:
        return services.draft_system(
            self.department.id, contact_id=self.contact_id, wanted=self.wanted(**given), actor=self.owner
        )

    def approve(self, system: System) -> System:
        services.submit_system(system.id, actor=self.owner)
        services.agree_to_data(system.id, reason="职责需要", actor=self.security_admin)
        services.approve_system(system.id, reason="符合规定", actor=self.system_admin)
        system.refresh_from_db()
        return system

    def system(self, **given) -> System:
        return self.approve(self.draft(**given))

    def secret(self, system: System) -> str:
        return services.make_secret(system.id, actor=self.owner)[1]


@pytest.fixture(autouse=True)
def _empty_cache(db):
    for cache in caches.all():
        cache.clear()


def officer(name, department, kind):
    subject = identity.register_person(name=name, division_code="990100", actor=BY)
    post = organisation.establish_post(department.id, kind=kind, name=f"{name}岗", actor=BY)
    identity.appoint(subject.id, post_id=post.id, actor=BY)
    return identities.actor_of_subject(subject.id)


@pytest.fixture
def city(db):
    organisation.establish_division("990100", name="云州市", level="city", actor=BY)
    codes = {
        "市政务服务和数据管理局": ("001", "11990100MB0T113715"),
        "市住房公积金管理中心": ("002", "11370800MB28559184"),
    }
    codes["市自然资源局"] = ("003", "11110000000021135M")
    made = [
        organisation.establish_department(
            name, short_name=name[1:5], short_code=code, uscc=uscc, division_code="990100", actor=BY
        )
        for name, (code, uscc) in codes.items()
    ]
    owner = officer("沈佳", made[1], "head")
    return City(
        *made,
        owner=owner,
        stranger=officer("钱进", made[2], "head"),
        system_admin=officer("程思远", made[0], "system-admin"),
        security_admin=officer("安宁", made[0], "security-admin"),
        contact_id=owner.posts[0].post_id,
    )


@pytest.fixture
def account(db):
    subject = identity.register_person(
        name="李文敏", number=NUMBER, phone="13900000001", division_code="990102", actor=BY
    )
    return identity.open_account("liwenmin", password="correct horse 9", subject_id=subject.id, actor=BY)


@pytest.fixture
def browser(account):
    """The person's session at the portal, signed in with the password."""
    return signed_in("liwenmin")


def signed_in(name):
    client = Client()
    assert client.post("/sign-in/", {"login_name": name, "password": "correct horse 9"}).status_code == 302
    return client


@dataclass
class Party:
    """A system's side of the protocol, over HTTP."""

    system: System
    secret: str = ""
    redirect_uri: str = BACK

    @property
    def client_id(self) -> str:
        return self.system.client_id

    def basic(self) -> dict:
        text = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        return {"authorization": f"Basic {text}"} if self.secret else {}

    def post(self, path, headers=None, **data):
        if not self.secret:
            data.setdefault("client_id", self.client_id)
        return Client().post(f"/sso/{path}", data, headers=self.basic() if headers is None else headers)

    def ask(self, browser, **given):
        """Send the browser to the provider; return (answer, verifier)."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile",
            "state": "s-1",
            "nonce": "n-1",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | given
        return browser.get(
            "/sso/authorize", {name: value for name, value in query.items() if value is not None}
        ), verifier

    def code(self, browser, **given) -> tuple[str, str]:
        answer, verifier = self.ask(browser, **given)
        assert answer.status_code == 302, answer.content.decode()
        return answered(answer)["code"], verifier

    def exchange(self, code, verifier, **given):
        data = {"redirect_uri": self.redirect_uri, "code": code, "code_verifier": verifier} | given
        return self.post("token", grant_type="authorization_code", **{k: v for k, v in data.items() if v is not None})

    def sign_in(self, browser, **given) -> dict:
        answer = self.exchange(*self.code(browser, **given))
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def userinfo(self, token):
        return Client().get("/sso/userinfo", headers={"authorization": f"Bearer {token}"})

    def introspect(self, token, **given):
        return self.post("introspect", token=token, **given).json()


def answered(answer) -> dict:
    """The parameters of a redirect to the system."""
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


@pytest.fixture
def party(city):
    system = city.system()
    return Party(system, city.secret(system))
