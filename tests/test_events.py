"""Every event has a Chinese name, for the audit and for readers of a proof."""

import re

from tongban.trust.ledger import queries as ledger


def test_every_event_type_has_a_chinese_name():
    types = ledger.event_types()
    assert len(types) > 50
    assert sorted(name for name, event in types.items() if not re.search("[\u4e00-\u9fff]", event.label)) == []


def test_no_two_event_types_share_a_name_in_a_list_of_choices():
    labels = [event.label for event in ledger.event_types().values()]
    assert sorted(label for label in set(labels) if labels.count(label) > 1) == []
