"""What people type is brought into one form; nothing wrong is accepted, and free text stays as it was typed."""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation import codes, typed
from tongban.foundation.characters import visible

PHONE, NUMBER, CREDIT = "13900018899", "990102199403121228", "91990100MA0Y0001XM"
TODAY = date(2026, 11, 30)
BORN = st.dates(codes.EARLIEST_BIRTH, TODAY)
OTHER_DIGITS = "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "༠༡༢༣༤༥༦༧༨༩", "०१२३४५६७८९", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"
INVISIBLE = "\u202a\u202c\u200b\u200e\u200f\ufeff\u2066\u2069\u00ad\u200d"


def number_of(born, serial=122, district="990102"):
    body = f"{district}{born:%Y%m%d}".rjust(14, "0") + f"{serial:03}"
    return body + codes.resident_number_check(body)


numbers = st.builds(number_of, BORN, st.integers(0, 999), st.sampled_from(["990102", "110101", "659001"]))


@st.composite
def dressed(draw, plain):
    """The same text as somebody might type or paste it: other digits, blanks, hyphens, invisible characters."""
    script = draw(st.sampled_from(OTHER_DIGITS))
    pieces = []
    for at, character in enumerate(plain, 1):
        swap = character.isdigit() and draw(st.booleans())
        pieces.append(script[int(character)] if swap else character)
        between = ["-"] if at < len(plain) else []
        pieces.append(draw(st.sampled_from(["", "", "", " ", "\u3000", *between, *INVISIBLE])))
    return "".join(pieces)


@pytest.mark.parametrize(
    "text",
    [
        "+86 139 0001 8899",
        "\u202a13900018899\u202c",
        "13900018899\u200b",
        "１３９０００１８８９９",
        "0086-139-0001-8899",
    ],
)
def test_field_case_one_phone_however_it_is_typed(text):
    assert typed.phone_in(text) == PHONE


@pytest.mark.parametrize(
    "text",
    ["990102 19940312 1228", "\u200e990102199403121228", "９９０１０２１９９４０３１２１２２８", "99010219٩403121228"],
)
def test_field_case_one_number_however_it_is_typed(text):
    assert typed.number_in(text) == NUMBER


@pytest.mark.parametrize("last", "xXｘＸⅩⅹ×Хх")
def test_field_case_the_last_x_of_a_number_however_it_is_typed(last):
    number = number_of(date(1994, 3, 12), next(s for s in range(999) if number_of(date(1994, 3, 12), s)[-1] == "X"))
    assert typed.number_in(number[:17] + last) == number


@pytest.mark.parametrize("digit", [digits[9] for digits in OTHER_DIGITS])
def test_field_case_a_digit_of_another_script_is_never_a_second_person(digit):
    for accepts, text in [
        (codes.is_resident_number, NUMBER.replace("9", digit, 1)),
        (codes.is_phone, PHONE.replace("9", digit, 1)),
        (codes.is_account, "622202020011223344" + digit),
        (codes.is_amount, f"4{digit}.50"),
        (codes.is_month, f"201{digit}-11"),
        (codes.day_of, f"201{digit}-11-24"),
        (codes.is_credit_code, CREDIT.replace("9", digit, 1)),
        (codes.is_whole_number, f"1{digit}"),
        (codes.is_login_name, f"u{digit}23"),
    ]:
        assert not accepts(text), (accepts, text)
    assert typed.number_in(NUMBER.replace("9", digit, 1)) == NUMBER
    assert typed.phone_in(PHONE.replace("9", digit, 1)) == PHONE
    assert typed.account(f"622202020011223344{digit}") == "6222020200112233449"
    assert (typed.amount(f"4{digit}.50"), typed.month(f"201{digit}-11")) == ("49.50", "2019-11")


def test_field_case_a_capital_in_an_account_name_is_the_same_account():
    assert typed.login_name("Liwenmin") == typed.login_name(" liwenmin\u200b") == "liwenmin"
    assert not codes.is_login_name(typed.login_name("Lıwenmin"))  # the dotless i is another letter


@pytest.mark.parametrize(
    "text", ["，入职", "½ 杯", "①②③", "ＡＢＣ有限公司", "m²", "＋86", "ﬁ", "郎", "a\u00a0b", "甲\n乙", "👩\u200d👧"]
)
def test_field_case_free_text_is_not_changed(text):
    assert visible(text) == text


@given(st.text())
def test_free_text_loses_only_what_nobody_sees(text):
    kept = visible(text)
    assert visible(kept) == kept
    seen = re.sub(
        "[\x01-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u00ad\ufeff\ufff9-\ufffb]",
        "",
        text,
    )
    assert kept.replace("\n", "") == seen.replace("\n", "").strip() or kept == seen.strip() or "\r" in text


@given(dressed(PHONE), dressed(NUMBER), dressed(CREDIT))
def test_dressed_identifiers_are_found_in_their_one_form(phone, number, credit):
    assert (typed.phone_in(phone), typed.number_in(number), typed.number_in(credit)) == (PHONE, NUMBER, CREDIT)


SPELLINGS = (
    typed.phone, typed.number, typed.resident_number, typed.code, typed.account, typed.amount, typed.day, typed.month,
    typed.login_name, typed.document_code, typed.plain_code, typed.compact, typed.whole_number, typed.plate,
)  # fmt: skip


@given(st.text() | dressed(NUMBER) | dressed("+86" + PHONE) | dressed("2026年3月5日") | dressed("1,234.50元"))
def test_every_spelling_is_stable(text):
    for spelling in SPELLINGS:
        assert spelling(spelling(text)) == spelling(text), spelling


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_a_number_with_one_wrong_character_is_never_accepted(number, place, character):
    changed = number[:place] + character + number[place + 1 :]
    assert codes.is_resident_number(number, TODAY)
    assert changed == number or not codes.is_resident_number(changed, TODAY)


@given(numbers, st.integers(0, 16))
def test_a_number_with_two_neighbours_exchanged_is_never_accepted(number, place):
    changed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert changed == number or not codes.is_resident_number(changed, TODAY)


USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
credit_codes = st.text(USCC, min_size=17, max_size=17).map(lambda body: body + codes.credit_code_check(body))


@given(credit_codes, st.integers(0, 17), st.sampled_from(USCC))
def test_a_credit_code_with_one_wrong_character_is_never_accepted(code, place, character):
    changed = code[:place] + character + code[place + 1 :]
    assert codes.is_credit_code(code)
    assert changed == code or not codes.is_credit_code(changed)


@given(credit_codes, st.integers(0, 16))
def test_a_credit_code_with_two_neighbours_exchanged_is_never_accepted(code, place):
    changed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert changed == code or not codes.is_credit_code(changed)


@given(st.text() | dressed(NUMBER) | numbers | st.from_regex(r"\A\d{17}[\dXx]\Z"))
def test_every_accepted_number_is_in_its_one_form(text):
    if codes.is_resident_number(text):
        assert re.fullmatch(r"[0-9]{17}[0-9X]", text)
        assert typed.resident_number(text) == text
        assert codes.born_by(text) >= codes.EARLIEST_BIRTH


@given(st.from_regex(r"\A1\d{10}\Z") | st.from_regex(r"\A[\d.,]{1,14}\Z") | st.from_regex(r"\A\d{4}-?W?\d\d?-?\d\d?\Z"))
def test_every_accepted_value_is_in_its_one_form(text):
    for accepts, spelling in [
        (codes.is_phone, typed.phone),
        (codes.is_amount, typed.amount),
        (codes.is_account, typed.account),
        (codes.is_whole_number, typed.whole_number),
        (codes.is_month, typed.month),
        (codes.day_of, typed.day),
    ]:
        if accepts(text):
            assert text.isascii(), (accepts, text)
            assert spelling(text) == text, (accepts, text)


@pytest.mark.parametrize("born", ["19940230", "19941312", "00000312", "18490312", "19940431", "19940000", "20230229"])
def test_field_case_births_that_cannot_be_are_refused(born):
    body = f"990102{born}122"
    assert not codes.is_resident_number(body + codes.resident_number_check(body))


def test_field_case_births_after_today_are_refused():
    assert codes.is_resident_number(number_of(TODAY), TODAY)
    assert not codes.is_resident_number(number_of(TODAY + timedelta(days=1)), TODAY)
    assert not codes.is_resident_number(number_of(date(2099, 1, 1)), TODAY)
    assert codes.is_resident_number(number_of(date(2024, 2, 29)), TODAY)


@pytest.mark.parametrize(
    "text",
    ["2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "20260305", "２０２６年３月５号", "2026 年 3 月 5 日"],
)
def test_field_case_a_date_in_any_usual_spelling(text):
    assert codes.day_of(typed.day(text)) == date(2026, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2026-W10-4",
        "2026W104",
        "2026-064",
        "2026-02-30",
        "2026-13-01",
        "0000-01-01",
        "0026-01-01",
        "2026-1-1",
        "20260305",
    ],
)
def test_only_calendar_dates_in_iso_form_are_accepted(text):
    assert codes.day_of(text) is None


@pytest.mark.parametrize("text", ["2026-11", "2026/11", "2026年11月", "202611", "２０２６－１１"])
def test_a_month_in_any_usual_spelling(text):
    assert typed.month(text) == "2026-11"
    assert codes.is_month(typed.month(text))
    assert not codes.is_month("2026-13")
    assert not codes.is_month("0000-11")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("4,862.30", "4862.30"),
        ("￥１２", "12"),
        ("1,000,000元", "1000000"),
        ("007.50", "7.50"),
        ("0", "0"),
        ("0.5", "0.5"),
    ],
)
def test_an_amount_in_any_usual_spelling(text, amount):
    assert typed.amount(text) == amount
    assert codes.is_amount(amount)


@pytest.mark.parametrize(
    "text",
    [
        "4,86.30",
        "1,2345",
        "-1",
        "1e3",
        "1.234",
        ".5",
        "12.",
        "½",
        "12345678901",
        "1 2",
        "3·5",
        "10-12",
        "0,123",
        "1 234,5",
    ],
)
def test_a_wrong_amount_is_refused(text):
    assert not codes.is_amount(typed.amount(text))


@pytest.mark.parametrize(
    "text", ["-5", "\u22125", "－５", "10-12", "3·5", "1 2", "1_2", "1—2", "5.0", "1,2", "1\n2", "二"]
)
def test_field_case_a_quantity_is_never_turned_into_another_one(text):
    assert not codes.is_whole_number(typed.whole_number(text))


@pytest.mark.parametrize("text", [" 12 ", "１２", "٠١٢"[1:], "12\u200b", "\u202a12\u202c"])
def test_a_quantity_in_the_digits_of_any_script(text):
    assert typed.whole_number(text) == "12"


@pytest.mark.parametrize("text", ["京A·12345", "京A12345", "京a•12345", "京Ａ 12345", "京A-12345"])
def test_a_plate_may_have_its_dot(text):
    assert typed.plate(text) == "京A12345"
    assert codes.is_plate("京A12345")
    assert not codes.is_plate(typed.plate("京A1·2345"))


DIGITS = st.text("0123456789", min_size=1, max_size=6)
SIGNS = st.text("-−·_ ,/.\u2014\u3000－•~+e", min_size=1, max_size=3)


def value_of(text):
    """The digits that somebody sees, without what parts them, or None if something parts them."""
    words = text.strip()
    return words if words.isascii() and words.isdigit() else None


@given(DIGITS, SIGNS, DIGITS)
def test_what_parts_two_numbers_never_makes_them_one(first, sign, second):
    for text in (first + sign + second, sign + second, first + sign):
        spelled = typed.whole_number(text)
        assert not codes.is_whole_number(spelled) or spelled == value_of(text), text


@given(DIGITS, SIGNS, DIGITS)
def test_an_accepted_amount_is_the_one_that_was_typed(first, sign, second):
    text = first + sign + second
    spelled = typed.amount(text)
    if codes.is_amount(spelled):
        thousands = sign in {",", " ", "\u3000"} and len(first) <= 3 and len(second) == 3 and first[0] != "0"
        shown = text.replace("\u3000", " ").replace(" ", "").replace(",", "") if thousands else text
        assert Decimal(spelled) == Decimal(shown.strip()), text


@given(DIGITS, SIGNS, DIGITS, st.sampled_from([typed.day, typed.month]))
def test_an_accepted_date_has_the_digits_that_were_typed(first, sign, second, spelling):
    text = first + sign + second
    spelled = spelling(text)
    if codes.day_of(spelled) or codes.is_month(spelled):
        typed_numbers = [int(part) for part in re.findall("[0-9]+", text)]
        assert typed_numbers == [int(part) for part in spelled.split("-")] or len(typed_numbers) == 1, text


@pytest.mark.parametrize("text", ["-13900018899", "13900018899-", "1390001\u22128899", "1390001_8899", "1390001·8899"])
def test_only_blanks_and_hyphens_between_groups_of_a_phone_go(text):
    assert typed.phone_in(text) == ""


@pytest.mark.parametrize("text", ["990102_19940312_1228", "-990102199403121228", "990102·19940312·1228"])
def test_only_blanks_and_hyphens_between_groups_of_a_number_go(text):
    assert typed.number_in(text) == ""


@pytest.mark.parametrize("text", ["(+86) 139 0001 8899", "（0086）13900018899", "(86)139-0001-8899"])
def test_the_code_of_the_country_may_stand_in_brackets(text):
    assert typed.phone_in(text) == PHONE


ELSEWHERE = {
    "foundation/operations/postgres/server.py": "process ids of the system",
    "foundation/outbound.py": "a status that our own code wrote",
    "handling/catalog/words.py": "hides numbers of every script from what people searched for",
    "handling/catalog/completing.py": "keys of files",
    "site/environment/model.py": "times of settings",
    "site/processes.py": "process ids of the system",
    "trust/backups/programs.py": "the version that a program prints",
    "trust/crypto/services/wrapping.py": "the version of a stored key",
    "trust/crypto/strength.py": "settings, ASCII checked beside",
    "trust/files/pdfs/streams.py": "bytes of a file",
    "trust/ledger/client.py": "a header of our own server",
    "people/api/middleware.py": "the length of a request's body",
    "people/organisation/models.py": "PostgreSQL's expressions",
    "people/sso/rules/authentication.py": "ASCII checked beside",
}
"""Modules that may look for digits of every script, and what in."""


def test_field_case_no_other_module_accepts_digits_of_every_script():
    root = Path(__file__).parents[1] / "tongban"
    looks = re.compile(r"\\d|\.isdigit\(|\.isdecimal\(|\.isnumeric\(")
    found = set()
    for path in root.rglob("*.py"):
        name = path.relative_to(root).as_posix()
        ours = not {"tests", "migrations", "demo", "bench"} & set(name.split("/")) and path.name != "testing.py"
        if ours and looks.search(path.read_text(encoding="utf-8")):
            found.add(name)
    assert found == set(ELSEWHERE)
