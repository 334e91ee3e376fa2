"""Names of offices: one spelling, and names that look alike are the same name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.office_names import key_of, office_name, problem_with_office_name

LOOK_ALIKES = [
    "市公安局\u200b",
    "市公安局\u202e",
    "市公安局\u00ad",
    "市公安\ufe00局",
    "市公安局\u3164",
    "市 公安局",
    "市公安局\u00a0",
    "市公安局\u2060",
    "市公安局\U000e0041",
    "市公安局\n",
    "市公安局 ",
    "\u3000市公安局",
    "市公安\u5c40\ufe0f",
    "市公安\U000e0100局",
    "市公安局\u115f",
    "市公安局\uffa0",
    "市公安局\u180b",
    "市\u3000公安局",
    "市公安局\u034f",
]
"""Names that no reader can tell from 市公安局."""
UNREADABLE = [
    "市公安局\ue000",
    "市公安局\U000f0000",
    "市公安局\u0378",
    "市公安局\u0323",
    "市公安局★",
    "市公安局\u2800",
    "⺠政局",
    "<市公安局>",
    "市公安局①",
    "\ud800",
    "—",
    "",
    "市+局",
]
GOOD = [
    "市公安局",
    "市发展和改革委员会（信用中国）",
    "12345政务服务便民热线",
    "A区B站",
    "“一件事”专班",
    "阿克苏地区·分局",
    "城北街道办事处（筹）",
    "Foreign Affairs Office",
    "ئۈرۈمچى شەھەرلىك ساقچى ئىدارىسى",
    "ལྷ་ས་གྲོང་ཁྱེར",
    "𠮷山镇",
]


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_field_case_a_name_that_looks_like_another_is_the_other(name):
    assert office_name(name) == "市公安局"
    assert key_of(name) == key_of("市公安局")


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_nobody_can_read_or_tell_apart_is_no_name(name):
    assert problem_with_office_name(office_name(name))


@pytest.mark.parametrize("name", GOOD)
def test_names_of_offices_stay_as_they_are(name):
    assert office_name(name) == name
    assert problem_with_office_name(name) == ""


def test_width_capitals_and_compatibility_do_not_make_another_name():
    assert key_of("市残联（筹）") == key_of("市残联(筹)")
    assert key_of("Ａ区站") == key_of("a区 站")
    assert key_of("六\uf9d1局") == key_of("六六局")
    assert key_of("市公安局") != key_of("市公安分局")
    assert office_name("第１窗口") == "第1窗口"
    assert office_name("\u2f24局") == "大局"


UNSEEN = st.text(st.sampled_from("\u200b\u200d\u3164\ufe0f\U000e0100\U000e0061\u00ad \u3000\u2060"), max_size=4)


@given(st.lists(st.tuples(st.sampled_from("市公安局民政𠮷〇"), UNSEEN), min_size=1, max_size=8), UNSEEN)
def test_nothing_invisible_makes_another_name(parts, before):
    typed = before + "".join(character + unseen for character, unseen in parts)
    assert office_name(typed) == "".join(character for character, _ in parts)


@given(st.text())
def test_a_stored_name_is_stable(text):
    assert office_name(office_name(text)) == office_name(text)


BAD = st.characters(categories=["So", "Sc", "Sm", "Sk", "No", "Co", "Cn", "Cf"])


@given(BAD.filter(lambda c: c in office_name(f"市{c}局") and unicodedata.category(c) != "Cn"))
def test_no_symbol_is_part_of_a_name(character):
    assert problem_with_office_name(office_name(f"市{character}局"))
