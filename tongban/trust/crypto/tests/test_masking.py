"""How personal data is masked by default."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.trust.crypto.masking import KINDS, kind_of, mask

pytestmark = pytest.mark.req("D6")
HIDING = sorted(set(KINDS) - {"code"})
VALUES = st.text(st.characters(exclude_characters="*"), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("kind", "plain", "shown"),
    [
        ("name", "张三", "张*"),
        ("name", "李小敏", "李*敏"),
        ("name", "欧阳小敏", "欧阳*敏"),
        ("name", "欧阳娜", "欧阳*"),
        ("name", "南宫𠮷宁", "南宫*宁"),
        ("name", "古丽米热·艾比布力", "古**·**力"),
        ("name", "阿·买", "阿**"),
        ("name", "张", "*"),
        ("name", "", ""),
        ("number", "990102202601010014", "990***********0014"),
        ("number", "Z202612345678", "Z20******5678"),
        ("number", "12345678", "12****78"),
        ("number", "1234567", "*******"),
        ("phone", "13812345678", "138****5678"),
        ("phone", "+86 138-1234-5678", "138****5678"),
        ("phone", "0990-1234567", "0990-123****"),
        ("phone", "1234567", "123****"),
        ("phone", "不知道的号码", "****"),
        ("address", "云州市东湖区柳岸街道12号3单元401", "云州市东湖区柳岸街道****"),
        ("address", "河东省云州市云江县柳林镇花园路8号", "河东省云州市云江县柳林镇****"),
        ("address", "云江区柳荫路8号河西街道办事处旁", "云江区****"),
        ("address", "柳荫路8号2栋301室", "****"),
        ("address", "幸福小区3栋", "****"),
        ("account", "6222021234567890123", "**** **** **** 0123"),
        ("account", "6222 0212 3456 7890", "**** **** **** 7890"),
        ("account", "12345678", "**** **** **** ****"),
        ("email", "wenmin@mail.example", "w***@mail.example"),
        ("email", "w@mail.example", "***@mail.example"),
        ("email", "wenmin", "****"),
        ("plate", "云A12345", "云A***45"),
        ("plate", "云AD12345", "云A****45"),
        ("plate", "云A", "****"),
        ("passport", "E12345678", "E****5678"),
        ("passport", "E1234", "****"),
        ("code", "91990100MA0Y0001XM", "91990100MA0Y0001XM"),
    ],
)
def test_each_kind_of_value_is_masked_as_expected(kind, plain, shown):
    assert mask(kind, plain) == shown


@pytest.mark.parametrize("kind", HIDING)
@given(value=VALUES)
def test_no_mask_shows_a_whole_value(kind, value):
    assert mask(kind, value) != value


@pytest.mark.parametrize(
    ("kind", "most"), [("name", 4), ("number", 7), ("account", 4), ("plate", 4), ("passport", 5), ("phone", 9)]
)
@given(value=VALUES)
def test_no_mask_shows_more_characters_than_its_rule_allows(kind, most, value):
    """A landline shows its area code and the first three or four digits, a mobile phone seven digits."""
    assert len(mask(kind, value).replace("*", "").replace(" ", "")) <= most


@given(value=st.from_regex(r"\A1[3-9][0-9]{9}\Z"))
def test_four_digits_of_a_mobile_phone_are_always_hidden(value):
    assert mask("phone", value) == f"{value[:3]}****{value[-4:]}"


@given(tail=st.from_regex(r"\A[\u4e00-\u9fff]{1,4}路[0-9]{1,3}号[\u4e00-\u9fff0-9]{0,10}\Z"))
def test_a_masked_address_never_shows_the_road_or_the_house(tail):
    assert mask("address", "云州市云江区清河街道" + tail) == "云州市云江区清河街道****"
    assert "路" not in mask("address", tail)
    assert not any(character.isdigit() for character in mask("address", tail))


@pytest.mark.parametrize("kind", KINDS)
@given(value=VALUES)
def test_nothing_about_a_minor_is_shown(kind, value):
    assert kind == "code" or mask(kind, value, minor=True) == "***"


@pytest.mark.parametrize("kind", [k for k in HIDING if k not in {"phone", "passport"}])
@given(value=VALUES)
def test_masking_a_masked_value_changes_nothing(kind, value):
    once = mask(kind, value)
    assert mask(kind, once) == once


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("持卡人姓名", "name"),
        ("与户主关系", None),
        ("统一社会信用代码", None),
        ("户主姓名", "name"),
        ("母亲公民身份号码", "number"),
        ("收款账号", "account"),
        ("联系电话", "phone"),
        ("电子邮箱", "email"),
        ("户籍地址", "address"),
        ("号牌号码", "plate"),
        ("签发机关", None),
    ],
)
def test_a_label_determines_how_its_value_is_masked(label, kind):
    assert kind_of(label) == kind
