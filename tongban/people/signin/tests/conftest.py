import pytest
from django.core.cache import cache

from tongban.people.identity import services as identity
from tongban.people.identity.tests.conftest import BY, PASSWORD, office, register, sign_in_as  # noqa: F401
from tongban.people.identity.tests.mandating import firm, people  # noqa: F401

PHONE, NUMBER = "13900005678", "990102199403120022"


@pytest.fixture(autouse=True)
def _empty_cache(db):
    """Forget used codes between tests."""
    cache.clear()


@pytest.fixture
def codes_are_known(monkeypatch):
    """Make every sent code 246810, so that a wrong one is certainly wrong."""
    monkeypatch.setattr("tongban.people.signin.services.codes.secrets.randbelow", lambda most: 246810)


@pytest.fixture
def account(register):  # noqa: F811
    """The account of 李文敏, with a login name, a phone, a number and a password."""
    subject = register(number=NUMBER, phone=PHONE)
    made = identity.open_account("liwenmin", password=PASSWORD, subject_id=subject.id, actor=BY)
    return identity.verify_phone(made.id, phone=PHONE, actor=BY)


@pytest.fixture
def sign_in(client):
    """Type a name and a password on the sign-in page."""

    def type_in(name="liwenmin", password=PASSWORD, **more):
        return client.post("/sign-in/", {"login_name": name, "password": password, **more})

    return type_in


@pytest.fixture
def later(monkeypatch):
    """Move the clock: `later(minutes=6)`."""
    from datetime import UTC, datetime, timedelta

    from tongban.foundation import clock

    moved = timedelta()

    def move(**given):
        nonlocal moved
        moved += timedelta(**given)
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + moved)

    return move
