"""How personal data is shown by default (CONVENTIONS §6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.crypto.masking import mask_account, mask_address, mask_name, mask_number, mask_phone


@pytest.mark.req("G5")
@pytest.mark.parametrize(
    ("mask", "plain", "shown"),
    [
        (mask_name, "张三", "张*"),
        (mask_name, "李小敏", "李*敏"),
        (mask_name, "欧阳小敏", "欧**敏"),
        (mask_name, "张", "*"),
        (mask_name, "", ""),
        (mask_number, "990102202601010014", "990***********0014"),
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "0990-1234567", "0990-123****"),
        (mask_address, "云州市东湖区柳岸街道12号3单元401", "云州市东湖区柳岸街道****"),
        (mask_account, "6222021234567890123", "**** **** **** 0123"),
    ],
)
def test_masks(mask, plain, shown):
    assert mask(plain) == shown


@pytest.mark.parametrize("mask", [mask_name, mask_number, mask_phone, mask_account, mask_address])
@given(value=st.text(st.characters(exclude_characters="*"), min_size=1, max_size=30))
def test_no_mask_shows_a_value_whole(mask, value):
    assert mask(value) != value
