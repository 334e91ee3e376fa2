import pytest

from tongban.people.identity import queries as identity
from tongban.people.identity import services
from tongban.people.identity.actors import machine
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import services as organisation
from tongban.people.signin.testing import prove_again
from tongban.trust.crypto import keyring

BY = machine("test")


@pytest.fixture
def department(db):
    organisation.establish_division("990100", name="云州市", level="city", actor=BY)
    return organisation.establish_department(
        "市公安局", short_name="公安局", short_code="004", uscc="11370800MB28559184", division_code="990100", actor=BY
    )


@pytest.fixture
def appoint(department):
    """Create a person with a post of the given kind; return their actor."""

    def make(kind):
        person = services.register_person(name="李文敏", division_code="990102", actor=BY)
        post = organisation.establish_post(department.id, kind=kind, name=kind, actor=BY)
        services.appoint(person.id, post_id=post.id, actor=BY)
        return identity.actor_of_subject(person.id)

    return make


@pytest.fixture
def guard(appoint):
    """The security administrator."""
    return appoint("security-admin")


@pytest.fixture
def guard_client(guard):
    return prove_again(signed_in(guard.subject_id))


@pytest.fixture
def _at_once(settings):
    """Read the keys at each use, so that a retired key can be destroyed at once."""
    settings.KEY_CACHE_SECONDS = 0
    keyring.forget()
    yield
    settings.KEY_CACHE_SECONDS = 24 * 3600
    keyring.forget()
