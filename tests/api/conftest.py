"""A small city, a mother with a token, and a client that speaks JSON."""

import json

import pytest
from django.test import Client

from tongban.handling.cases.tests import factories
from tongban.handling.cases.tests.conftest import city, parents
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalog
from tongban.handling.catalog.schema import FormField, Material
from tongban.people.api import services
from tongban.people.api.scopes import SCOPES

__all__ = ["city", "parents"]
ITEM = "HJ-09"


class ApiClient:
    """A client that calls like another system: bearer token, JSON, no cookies."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, method, path, body=None, **headers):
        content = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, f"/api/v1{path}", content, "application/json", headers=self.headers | named)

    def get(self, path, **headers):
        return self.send("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self.send("POST", path, body, **headers)

    def upload(self, path, file, **headers):
        return self.client.post(f"/api/v1{path}", {"file": file}, headers=self.headers | headers)


def token_for(subject_id, scopes=tuple(SCOPES), **more):
    return services.issue_token(subject_id, label="测试", scopes=scopes, days=30, actor=factories.CITY, **more)[1]


def an_item(**changes):
    """Return an item with one field, a licence that is in the wallet and a paper to upload; a person decides."""
    materials = (
        Material(key="id", name="居民身份证", source="licence", licence_type="id-card"),
        Material(key="paper", name="情况说明", source="upload"),
    )
    form = (FormField(key="purpose", label="用途", kind="text"),)
    written = {"authored": True, "pilot": False, "form": form, "materials": materials, "instant": False}
    spec = reading.read(reading.FOLDER / "items" / f"{ITEM}.yaml").spec
    return spec.model_copy(update=written | {"promised_days": 1, "version": 1, "apply_through": ""} | changes)


@pytest.fixture
def item(city):
    return catalog.publish_item(an_item(), actor=factories.CITY)


@pytest.fixture
def plain_item(city):
    """Return an item that needs only the wallet and the form."""
    materials = (Material(key="id", name="居民身份证", source="licence", licence_type="id-card"),)
    return catalog.publish_item(an_item(materials=materials), actor=factories.CITY)


@pytest.fixture
def mother(parents):
    return ApiClient(token_for(parents.mother.subject_id))


@pytest.fixture
def anybody(city):
    return ApiClient()
