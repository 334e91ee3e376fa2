"""Identifiers and states of electronic licences."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.exchange.licences.rules import (
    STATUS_LABELS,
    Identifier,
    Status,
    can_change,
    canonical,
    is_identifier,
    make_identifier,
    status_at,
    surface_rows,
)

ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TYPE, ISSUER = "11100000000013338W011", "11430000006122244L"
serials = st.text(alphabet=ALNUM, min_size=1, max_size=32)
versions = st.integers(min_value=1, max_value=999)


@pytest.mark.parametrize(
    "identifier",
    [
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
        "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
        "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
    ],
)
def test_well_formed_identifiers_are_valid(identifier: str) -> None:
    assert is_identifier(identifier)
    root_and_parts = identifier.split(".")
    assert Identifier(*root_and_parts[5:9]).check == root_and_parts[9]
    assert str(Identifier(*root_and_parts[5:9])) == identifier


@given(serial=serials, version=versions)
def test_generated_identifiers_are_valid(serial: str, version: int) -> None:
    assert is_identifier(make_identifier(type_code=TYPE, issuer_code=ISSUER, serial=serial, version=version))


@given(serial=serials, version=versions, data=st.data())
def test_one_wrong_character_is_detected(serial: str, version: int, data: st.DataObject) -> None:
    """ISO 7064 MOD 37,36 detects every single substitution."""
    good = make_identifier(type_code=TYPE, issuer_code=ISSUER, serial=serial, version=version)
    start = len("1.2.156.3005.2.")
    places = [i for i in range(start, len(good)) if good[i] != "."]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([c for c in ALNUM if c != good[place]]))
    assert not is_identifier(good[:place] + other + good[place + 1 :])


@pytest.mark.parametrize("text", ["", "1.2.3", "1.2.156.3005.2.A.B.c.001.U", "1.2.156.3005.2.A.B.C.1.U"])
def test_other_formats_are_not_identifiers(text: str) -> None:
    assert not is_identifier(text)


@pytest.mark.parametrize("serial", ["", "lower", "A-1", "A" * 33])
def test_a_serial_with_special_characters_is_refused(serial: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        make_identifier(type_code=TYPE, issuer_code=ISSUER, serial=serial, version=1)


def test_every_state_has_a_label() -> None:
    assert set(STATUS_LABELS) == set(Status)
    assert (STATUS_LABELS[Status.LAPSED], STATUS_LABELS[Status.REVOKED]) == ("失效", "吊销")


def test_a_licence_is_valid_through_its_last_day() -> None:
    last = date(2026, 11, 24)
    assert status_at("valid", last, date(2026, 11, 24)) == Status.VALID
    assert status_at("valid", last, date(2026, 11, 25)) == Status.LAPSED
    assert status_at("suspended", last, date(2026, 11, 25)) == Status.SUSPENDED
    assert status_at("valid", None, date(2126, 1, 1)) == Status.VALID


def test_only_a_suspension_can_be_lifted() -> None:
    assert can_change("suspended", "valid")
    assert can_change("valid", "revoked")
    assert not any(can_change(ended, "valid") for ended in ("revoked", "cancelled", "withdrawn", "lapsed"))


def test_the_canonical_record_ignores_the_order_of_keys_except_on_the_face() -> None:
    assert canonical({"b": "中", "a": 1}) == canonical({"a": 1, "b": "中"}) == '{"a":1,"b":"中"}'.encode()
    assert surface_rows({"x": "1", "y": "2"}) != surface_rows({"y": "2", "x": "1"})
