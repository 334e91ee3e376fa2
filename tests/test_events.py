"""Every event has a Chinese name, for the audit and for readers of a proof."""

import re
from dataclasses import fields

from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.folds import ROWS, folds_of


def test_every_event_type_has_a_chinese_name():
    types = ledger.event_types()
    assert len(types) > 50
    assert sorted(name for name, event in types.items() if not re.search("[\u4e00-\u9fff]", event.label)) == []


def test_no_two_event_types_share_a_name_in_a_list_of_choices():
    labels = [event.label for event in ledger.event_types().values()]
    assert sorted(label for label in set(labels) if labels.count(label) > 1) == []


def test_no_field_of_an_event_is_overwritten_by_what_the_ledger_adds():
    """The ledger adds the mandate to every payload, and the rows to those of events that account for some."""
    lost = [
        f"{name}.{field.name}"
        for name, event in ledger.event_types().items()
        for field in fields(event)
        if field.name == "mandate" or (field.name == ROWS and folds_of(name))
    ]
    assert lost == []
