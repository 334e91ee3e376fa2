"""The demo's part of `manage.py setup`: its steps come around the catalogue, and in production they do nothing."""

import pytest

from tongban.demo import preparing as demo
from tongban.foundation.operations.preparing import greetings, steps


def test_the_city_is_built_before_the_catalogue_and_its_past_written_last():
    order = [next(name for name in steps.names() if steps.get(name) is step) for step in steps]
    assert order == ["demo: city", "catalog", "libraries", "demo: readers", "demo: history"]


@pytest.mark.parametrize(("name", "value"), [("PRODUCTION", True), ("DEMO", False)])
def test_nothing_is_built_or_printed_in_production_or_without_the_demo(name, value, settings, monkeypatch):
    called = []
    monkeypatch.setattr(demo, "call_command", lambda *words, **options: called.append(words))
    monkeypatch.setattr(demo.build, "is_built", lambda: True)
    demo_steps = [step for step in steps if step.run.__module__ == demo.__name__]

    def run():
        for step in demo_steps:
            step.run(called.append)
        for greeting in greetings:
            greeting(called.append)

    run()
    assert called == [("city", "build"), ("readers", "simulate"), ("city", "history"), ("city", "sign-ins")]
    called.clear()
    setattr(settings, name, value)
    run()
    assert called == []
