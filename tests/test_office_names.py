"""Names of offices: which look alike, and which are refused."""

import unicodedata

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
        ("市公安局", "巿公安局"),
        ("市口岸办", "市囗岸办"),
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


@pytest.mark.parametrize(
    "name",
    [
        "巿公安局", "市囗岸办", "市公安局ـ", "市公安局々", "市ロ岸办", "市エ信局", "第ー医院", "第ニ医院", "АВС中心",
        "١٢٣٤٥热线", "市公安局ʼ", "市公安局ㆍ", "市公安局ｰ", "市公安局ᠠ", "市公安局ᵙ", "市公安局_", "市_公安局",
        "市公安局\u0301", "市公安局（شىنجاڭ）", "市é局", "市☆局", "市公安局+",
    ],
)  # fmt: skip
def test_field_case_letters_of_other_scripts_that_look_like_chinese_are_refused(name):
    """Field case: a katakana ニ made a second 第二医院."""
    assert problem_with_office_name(office_name(name))


def test_the_refusal_of_another_script_says_what_to_write():
    assert problem_with_office_name("第ニ医院") == (
        "里不能有“ニ”，请用汉字、英文字母 A–Z 和数字 0–9 填写登记的中文名称"
    )


@pytest.mark.parametrize(
    "name",
    [
        "云州市“互联网+监管”中心", "A＋B中心", "市C&D中心", "12345热线", "市发展和改革委员会（信用中国）",
        "市司法局、市普法办", "海州·东港服务站", "市#1中心", "省/市共建中心", "No.1中心", "Ａ座１号窗口", "〇一窗口",
        "𬱖桥街道", "㙍头村", "\u9fff社区", "A-1窗口", "《民法典》宣讲站",
    ],
)  # fmt: skip
def test_field_case_names_with_a_plus_sign_and_rare_characters_are_accepted(name):
    assert not problem_with_office_name(office_name(name))


@given(st.text(max_size=12))
def test_an_accepted_name_has_no_letter_of_another_script(text):
    name = office_name(text)
    if not problem_with_office_name(name):
        assert all(c.isascii() or unicodedata.name(c, "CJK").startswith("CJK") or not c.isalnum() for c in name)
