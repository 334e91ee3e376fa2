"""A small city, a couple with a newborn, and their application."""

import pytest

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.handling.cases.tests import factories


@pytest.fixture
def city(db):
    return factories.make_city()


@pytest.fixture
def parents(city):
    return factories.make_parents(city)


@pytest.fixture
def application(parents):
    """Submitted; the machine has not run yet."""
    return factories.submitted_newborn(parents.mother)


@pytest.fixture
def handled(application):
    """The machine has decided what it may; the rest waits at desks."""
    run_pending_jobs()
    return application
