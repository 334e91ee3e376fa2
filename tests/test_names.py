"""Names are recorded, never computed; one spelling is stored, and the name is found whichever was typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation import characters, names

DOTS = "·•・‧∙⋅●.。"
HAN = st.sampled_from([chr(c) for first, last in characters.HAN for c in (first, (first + last) // 2, last)])


@pytest.mark.parametrize(
    ("name", "surname"),
    [
        ("端木涛", "端木"), ("南宫雪", "南宫"), ("独孤明", "独孤"), ("呼延平", "呼延"), ("澹台静", "澹台"),
        ("欧阳娜", "欧阳"), ("李文敏", "李"), ("张磊", "张"), ("欧阳", "欧"), ("司马相如", "司马"),
    ],
)  # fmt: skip
def test_field_case_the_surname_that_the_form_proposes(name, surname):
    assert names.proposed_surname(name) == surname


@pytest.mark.parametrize(
    "name", ["阿卜杜拉·买买提", "古丽米热·艾比布力", "阿依古丽", "John Smith", "བསྟན་འཛིན", "李", ""]
)
def test_field_case_no_surname_is_cut_off_a_name_without_one(name):
    assert names.proposed_surname(name) == ""


@pytest.mark.parametrize("dot", DOTS)
@pytest.mark.parametrize("form", ["{0}", " {0}", "{0} ", " {0} ", "\u3000{0}\u3000", "{0}\u200b"])
def test_field_case_every_dot_is_the_same_name(dot, form):
    typed = f"古丽米热{form.format(dot)}艾比布力"
    assert names.person_name(typed) == "古丽米热·艾比布力"
    assert names.same_name(typed, "古丽米热·艾比布力")
    assert not names.same_name(typed, "古丽米热·艾比布")
    assert names.problem_with_given_name(names.person_name(typed)) == ""


def test_field_case_a_given_name_of_eleven_characters_with_dots_is_taken():
    assert names.problem_with_given_name(names.person_name("买买提. 艾力 • 吐尔逊江")) == ""
    assert names.problem_with_given_name("买" * 50) == ""
    assert "50" in names.problem_with_given_name("买" * 51)


def test_dots_stand_inside_a_name_only():
    assert "间隔号" in names.problem_with_given_name(names.person_name("买买提。"))
    assert names.problem_with_given_name(names.person_name("买买提··艾力")) == ""


def test_field_case_what_exists_is_asked_of_gb_18030():
    assert sum(last - first + 1 for first, last in characters.HAN) - 1 + 12 == 87_887  # the figure of GB 18030-2022
    assert names.problem_with_given_name("𠮷宁") == ""
    assert names.problem_with_given_name("㐂〇龦\U0002ebe0\ufa0e\uf92c") == ""
    for bad in ("Amy", "知yi", "知 予", "가나", "知😀", "\U00031350", "\u9ff0", "１"):
        assert names.problem_with_given_name(bad)


def test_a_character_of_compatibility_stays_a_character_of_its_own():
    assert names.person_name("\uf92c") == "\uf92c"
    assert names.person_name("\u2f4a") == "木"  # a radical, as copied from a PDF
    assert names.person_name("\ue81e") == "\u9fb4"  # where GB 18030-2005 had it


def test_latin_names_keep_blanks_and_points():
    assert names.person_name(" ＪＯＨＮ  F. Smith ") == "JOHN F. Smith"
    assert names.same_name("john f. smith", "JOHN F. SMITH")


@given(st.text() | st.text(st.sampled_from(f"买提ab {DOTS}")) | st.text(HAN))
def test_a_stored_name_is_stable_and_found(name):
    stored = names.person_name(name)
    assert names.person_name(stored) == stored
    assert not stored or not stored.strip("· ") or names.same_name(name, stored)


@given(st.text(HAN, min_size=1, max_size=50))
def test_every_character_of_the_standard_can_be_a_name(name):
    assert names.problem_with_given_name(names.person_name(name)) == ""


@pytest.mark.parametrize(
    "name",
    ["阿卜杜拉·买买提", "𠮷宁", "LIU YANG", "Jean-Luc O'Brien", "ئابدۇللا", "བཀྲ་ཤིས", "김민수", "MÜLLER, Anna (LI An)"],
)
def test_names_of_every_script_are_names(name):
    assert names.problem_with_name(names.person_name(name)) == ""


@pytest.mark.parametrize(
    "name",
    [
        "阿依古丽·买买提",
        "O’Brien-Smith",
        "O'Brien–Smith",
        "José",
        "Jose\u0301",
        "Nguyễn Văn An",
        "Robert Downey Jr.",
        "𠮷野家",
        "\U00031350宁",
        "\U0002ebf0",
        "\U000323b0",
        "㐂〇龦",
        "བསྟན་འཛིན",
        "རྡོ་རྗེ",
        "ᠴᠢᠩᠭᠢᠰ",
        "نۇرنىسا",
        "عَبْدُ الله",
        "สมชาย",
        "अनिल कुमार",
        "דוד בן־גוריון",
        "Ștefan",
        "ʻOkina",
        "‘Aziz",
        "Björk Guðmundsdóttir",
        "Søren",
        "Louis Ⅷ",
        "ᱥᱟᱱᱛᱟᱲ",
        "李（Amy）",
    ],
)
def test_field_case_real_names_stay_names(name):
    assert names.problem_with_name(names.person_name(name)) == ""


@pytest.mark.parametrize(
    "bad",
    [
        "张☆三",
        "张三©",
        "张€三",
        "张+三",
        "张=三",
        "张^三",
        "张´三",
        "张²",
        "张①",
        "张½三",
        "张\ue000三",
        "张\U000f0000",
        "张\u0378",
        "张\U0002a6f0",
        "张\U000e0001\U000110bd三",
        "张\u0323三",
        "\u0301张",
        "张\u20dd",
        "😀",
        "张，三《",
        "张“三”",
        "·张三",
        "张三·",
        ".张三",
        "张三。",
        ".John",
        "张_三",
        "张、三",
        "\u2800",
        "张\ufffd三",
        "John\u0600",
        "-",
        "’",
        "འ༔",
    ],
)
def test_field_case_symbols_and_outer_dots_are_no_names(bad):
    """Field case: stars, fractions, characters of private use and dots at the ends were taken for names."""
    assert names.problem_with_name(names.person_name(bad))


SYMBOLS = ["So", "Sc", "Sm", "Sk", "No", "Cn", "Co", "Cf", "Me", "Nd", "Pc"]
SIGN = st.characters(categories=SYMBOLS).filter(lambda c: names.person_name(f"甲{c}乙") == f"甲{c}乙")
LETTER = st.characters(categories=["Lu", "Ll", "Lo"]).filter(lambda c: names.person_name(c) == c)


@given(st.text(LETTER), SIGN.filter(lambda c: not characters.is_letter(c)), st.text(LETTER))
def test_no_name_with_a_symbol_is_taken(before, sign, after):
    assert names.problem_with_name(f"{before}{sign}{after}")


@given(st.text(LETTER, min_size=1, max_size=30))
def test_letters_of_every_script_make_a_name(name):
    assert names.problem_with_name(names.person_name(name)) == ""


@given(LETTER.filter(lambda c: not characters.is_han(c)), st.text(st.characters(categories=["Mn", "Mc"]), max_size=3))
def test_letters_keep_their_marks(letter, marks):
    name = names.person_name(letter + marks + letter)
    assert names.problem_with_name(name) == ""


@given(HAN, st.characters(categories=["Mn", "Mc"]))
def test_no_mark_hides_behind_a_chinese_character(character, mark):
    name = names.person_name(character + mark + character)
    assert name == character * 2 or names.problem_with_name(name)


@given(st.text(LETTER, min_size=1, max_size=5), st.sampled_from(DOTS))
def test_no_name_begins_with_a_dot(name, dot):
    assert names.problem_with_name(names.person_name(dot + name))


def test_newer_characters_are_letters_whatever_python_knows():
    for code in (0x2B739, 0x2EBF0, 0x2EE5D, 0x31350, 0x323AF, 0x323B0, 0x33479):
        assert characters.is_letter(chr(code))
    assert not characters.is_letter(chr(0x3FFFD))
    assert unicodedata.category(chr(0x3FFFD)) == "Cn"


@pytest.mark.parametrize(
    "bad", ["张3", "王\u0665", "13900001234", "·", "-", "甲@乙", "<b>甲", "甲\x00", "甲\ud800", "甲/乙", "甲_"]
)
def test_what_no_name_has_is_refused(bad):
    assert names.problem_with_name(names.person_name(bad))


@given(st.text(HAN | st.just("·"), min_size=1))
def test_every_given_name_is_a_name(name):
    stored = names.person_name(name)
    assert bool(names.problem_with_name(stored)) <= bool(names.problem_with_given_name(stored) or not stored.strip("·"))


@given(st.text(min_size=1), st.sampled_from("0123456789٣４०@#_<>\x00\ud800"), st.text(min_size=1))
def test_no_name_with_a_digit_or_sign_is_taken(before, bad, after):
    assert names.problem_with_name(names.person_name(f"甲{before}{bad}{after}乙"))


@pytest.mark.parametrize("dots", ["." * 200_000, ". " * 100_000, "。." * 100_000])
def test_a_name_of_dots_is_read_once(dots):
    assert names.person_name("甲" + dots) == "甲·"
