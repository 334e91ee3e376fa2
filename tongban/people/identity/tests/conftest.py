import pytest

from tongban.people.identity import services
from tongban.people.identity.actors import machine
from tongban.people.identity.tests.mandating import firm, people
from tongban.people.organisation import services as organisation

__all__ = ["firm", "people"]
BY = machine("test")
PASSWORD = "correct horse 9"


@pytest.fixture
def office(db):
    """A department with a post of each kind."""
    organisation.establish_division("990100", name="云州市", level="city", actor=BY)
    department = organisation.establish_department(
        "市公安局",
        short_name="公安局",
        short_code="004",
        uscc="11370800MB28559184",
        division_code="990100",
        actor=BY,
    )
    kinds = ("window", "handler", "head", "supervisor", "system-admin", "security-admin", "audit-admin")
    return {kind: organisation.establish_post(department.id, kind=kind, name=kind, actor=BY) for kind in kinds}


@pytest.fixture
def register(db):
    """Register persons with a name only, or with the given values."""

    def make(name="李文敏", **given):
        return services.register_person(name=name, division_code="990102", actor=BY, **given)

    return make


@pytest.fixture
def sign_in_as(client, register, office):
    """A signed-in account: a citizen's, or with `post` an officer's."""

    def make(login_name="liwenmin", post=None):
        subject = register()
        services.open_account(login_name, password=PASSWORD, subject_id=subject.id, for_post=bool(post), actor=BY)
        if post:
            services.appoint(subject.id, post_id=office[post].id, actor=BY)
        client.post("/sign-in/", {"login_name": login_name, "password": PASSWORD})
        return subject

    return make
