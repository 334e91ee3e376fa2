"""A small city, a couple with a newborn, and their application."""

import pytest

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
def handled(parents):
    """The machine has decided what it may; the rest waits at desks."""
    return factories.handled_newborn(parents.mother)
