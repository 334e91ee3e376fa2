"""Names of offices: which look alike, and which are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.office_names import key_of, office_name, problem_with_office_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("海州·东港服务站", "海州•东港服务站"),
        ("海州·东港服务站", "海州・东港服务站"),
        ("A-1窗口", "A—1窗口"),
        ("A-1窗口", "Ａ－1窗口"),
        ("“一件事”专窗", '"一件事"专窗'),
        ("“一件事”专窗", "„一件事‟专窗"),
        ("‘一件事’专窗", "'一件事'专窗"),
        ("市公安局（本级）", "市公安局(本级)"),
        ("IT Service", "it　service"),
    ],
)
def test_names_that_look_alike_are_one_name(one, other):
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("海州·东港", "海州东港"), ("A-1窗口", "A1窗口"), ("一号窗口", "-号窗口"), ("A窗口", "А窗口")]
)
def test_names_that_can_be_told_apart_stay_two(one, other):
    assert key_of(one) != key_of(other)


@given(st.text(max_size=12))
def test_the_spelling_of_a_name_is_stable_and_does_not_change_its_key(text):
    assert office_name(office_name(text)) == office_name(text)
    assert key_of(office_name(text)) == key_of(text)


@pytest.mark.parametrize("end", "。.,，、；：·—-…（“《")
def test_a_name_does_not_end_with_punctuation(end):
    assert problem_with_office_name(f"市公安局{end}") == f"末尾不能是“{end}”，请删去"


@pytest.mark.parametrize("name", ["市公安局（本级）", "“一件事”", "12345热线", "窗口1", 'A "B"', "局《云》"])
def test_a_name_may_end_with_what_closes(name):
    assert not problem_with_office_name(name)


@pytest.mark.parametrize("name", ["", "12345", "（）"])
def test_a_name_has_letters(name):
    assert problem_with_office_name(name) == "里没有文字，请填写名称"
