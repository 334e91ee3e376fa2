"""Every act that the principal can see is an event that exists."""

from tongban.exchange.libraries import events as library_events
from tongban.handling.cases import events as case_events
from tongban.people.identity import events as identity_events
from tongban.portal.acting.words import ACTS
from tongban.supervision.ratings import events as rating_events


def test_acts_are_events():
    known = {
        event.type_name()
        for module in (library_events, identity_events, case_events, rating_events)
        for event in vars(module).values()
        if isinstance(event, type) and hasattr(event, "type_name")
    }
    assert set(ACTS) <= known
