"""A small city, a couple with a newborn, and their application."""

import pytest

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.handling.cases import services
from tongban.handling.cases.tests import factories


@pytest.fixture
def city(db):
    return factories.make_city()


@pytest.fixture
def parents(city):
    return factories.make_parents(city)


@pytest.fixture
def application(parents):
    """Return a submitted application that the machine has not processed yet."""
    return factories.submitted_newborn(parents.mother)


@pytest.fixture
def handled(parents):
    """Return an application whose machine steps are done; the other cases wait for officers."""
    return factories.handled_newborn(parents.mother)


@pytest.fixture
def certified(parents):
    """The mother's bundle without subsidy and guidance, whose birth certificate was issued."""
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother, subsidy="no", parenting="no")
    application = services.submit(draft.id, actor=parents.mother)
    run_pending_jobs()
    return application
