"""`bin/run` stops whenever it is asked to."""

import os
import signal
from contextlib import suppress

import pytest

from tongban.site import run


@pytest.fixture
def asked_by_signal(monkeypatch):
    monkeypatch.setattr(run, "_asked_to_stop", [])
    before = signal.signal(signal.SIGTERM, run._ask_to_stop)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("asked_by_signal")
def test_the_signal_stops_code_that_catches_every_exception():
    with pytest.raises(run.Stop), suppress(Exception):
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("asked_by_signal")
def test_a_signal_while_an_object_is_finalised_is_not_lost():
    class Finalised:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGTERM)

    Finalised()  # Python discards exceptions raised in there
    with pytest.raises(run.Stop):
        run._watch(0, {})
