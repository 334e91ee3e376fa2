"""Tabs and lights above a list: each link changes one parameter and keeps the others."""

from tongban.foundation.ui.tabs import light_counts, tabs

GROUPS = (("", "全部"), ("open", "办理中"))


def test_each_tab_sets_its_parameter_and_keeps_the_filters():
    made = tabs("group", GROUPS, current="open", counts={"all": 3, "open": 1}, kept={"q": "a&b", "type": ""})
    assert made == [
        {"text": "全部", "href": "?q=a%26b", "current": False, "count": 3},
        {"text": "办理中", "href": "?q=a%26b&group=open", "current": True, "count": 1},
    ]


def test_a_tab_replaces_the_same_parameter_among_the_filters():
    made = tabs("group", GROUPS, current="open", kept={"group": "open"}, address="/list/")
    assert [tab["href"] for tab in made] == ["/list/?", "/list/?group=open"]
    assert not any("count" in tab for tab in made)


def test_each_light_shows_its_count_and_only_the_chosen_one_is_current():
    counts = {"all": 6, "red": 1, "yellow": 2, "green": 3}
    made = light_counts("全部待办", counts, current="red", kept={"kind": "decide", "q": ""})
    assert [(light["word"], light["number"], light["current"]) for light in made] == [
        ("全部待办", 6, False), ("已超期", 1, True), ("临近到期", 2, False), ("按时", 3, False),
    ]  # fmt: skip
    assert [light["href"] for light in made][:2] == ["?kind=decide", "?light=red&kind=decide"]
    assert not any(light["current"] for light in light_counts("全部待办", counts, current=None, kept={}))
