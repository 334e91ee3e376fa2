"""The whole name of a child."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.handling.cases.rules.child_name import doubled_surname, whole_name

FACTS = {"father_surname": "欧阳", "mother_surname": "李"}
NAMES = st.text(st.sampled_from("李欧阳安"), min_size=1, max_size=5)


@given(name=NAMES, chosen=st.sampled_from(["father", "mother"]))
def test_a_name_is_refused_exactly_if_the_surname_would_stand_twice(name, chosen):
    surname = FACTS[f"{chosen}_surname"]
    whole = whole_name({"surname_of": chosen, "given_name": name}, FACTS)
    assert whole == surname + name
    sentence = doubled_surname(name, {"surname_of": chosen}, FACTS)
    assert bool(sentence) == whole.startswith(surname * 2)
    assert whole in sentence or not sentence


@given(name=NAMES)
def test_a_name_that_the_parents_write_whole_is_left_as_it_is(name):
    assert doubled_surname(name, {"surname_of": "whole"}, FACTS) == ""
    assert whole_name({"surname_of": "whole", "given_name": name}, FACTS) == name


@pytest.mark.parametrize("answers", [{}, {"surname_of": "father"}, {"given_name": "安"}])
def test_an_unfinished_name_is_not_shown(answers):
    assert whole_name(answers, FACTS) == ""


def test_the_surname_alone_is_no_given_name_to_keep():
    assert "请只填名字，不填姓" in doubled_surname("李", {"surname_of": "mother"}, FACTS)
