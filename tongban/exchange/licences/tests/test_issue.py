"""A case issues each type once; a number has one valid version, sealed by the issuing department."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tongban.exchange.licences import queries, seals, services
from tongban.exchange.licences.models import Licence, LicenceType
from tongban.exchange.licences.rules import Status, is_identifier
from tongban.exchange.licences.tests.conftest import CITY, Town
from tongban.foundation import clock
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.trust.crypto import services as crypto
from tongban.trust.ledger import queries as ledger


def _valid(town: Town, type_key: str, at: datetime) -> queries.LicenceFacts | None:
    return queries.valid_licences(town.mother, [type_key], at=at).get(type_key)


def test_loading_types_twice_changes_nothing(town: Town) -> None:
    before = list(LicenceType.objects.values_list("key", "code"))
    assert services.load_types() == len(before) > 0
    assert list(LicenceType.objects.values_list("key", "code")) == before


def test_a_type_whose_definer_is_absent_is_registered_at_first_issue(town: Town, issue: Any) -> None:
    assert not LicenceType.objects.filter(key="denial-decision").exists()
    assert issue("denial-decision").type.definer_id == town.health


def test_results_of_other_items_get_their_own_type(town: Town) -> None:
    first = services.ensure_type("hukou-move-result", "迁移结果", "document", "市公安局")
    again = services.ensure_type("hukou-move-result", "别的名称", "document", "市公安局")
    other = services.ensure_type("name-change-result", "变更结果", "document", town.police)
    assert first == again
    assert first.code[:18] == other.code[:18] == first.definer.uscc
    assert first.code != other.code
    assert len(first.code) == 21


def test_an_unknown_type_is_refused(issue: Any) -> None:
    with pytest.raises(NotFound, match="尚未登记"):
        issue("no-such-type")


@pytest.mark.req("C11", "C12")
def test_each_licence_has_an_identifier_and_a_seal(town: Town, issue: Any) -> None:
    licence = issue(case_number="2611249901020010000018", item_code="SY-01")
    kept = Licence.objects.get()
    assert is_identifier(kept.identifier)
    assert kept.type.code in kept.identifier
    assert kept.key_id == f"seal:{town.health}"
    assert services.verify_record(kept).is_good
    record = seals.record_bytes(kept)
    assert crypto.digest(record) == bytes(kept.digest)
    assert crypto.verify(crypto.public_key(kept.key_id), record, bytes(kept.signature))
    assert not crypto.verify(crypto.public_key(f"seal:{town.police}"), record, bytes(kept.signature))
    assert len(kept.verify_code) >= 32
    assert kept.automatic
    assert [entry.type for entry in ledger.entries_of(licence.id)] == ["licences.LicenceIssued"]


@pytest.mark.req("D6")
def test_no_personal_data_is_stored_in_the_clear(issue: Any) -> None:
    issue()
    with connection.cursor() as cursor:
        cursor.execute("select t::text from licences_licence t")
        row = cursor.fetchone()[0]
        cursor.execute("select string_agg(e::text, '') from ledger_entry e")
        entries = cursor.fetchone()[0]
    for secret in ("张知予", "李小敏", "9901021992"):
        for text in (row, entries):
            assert secret not in text
            assert secret.encode().hex() not in text


def test_the_same_case_never_issues_a_type_twice(issue: Any) -> None:
    """A worker that was killed and runs again gets the licence that it had issued."""
    first = issue(case_number="C1", surface={"新生儿姓名": "张知予"})
    again = issue(case_number="C1", surface={"新生儿姓名": "别的"})
    assert again.id == first.id
    assert again.surface == {"新生儿姓名": "张知予"}
    assert Licence.objects.count() == 1
    assert issue("premium-receipt", case_number="C1").id != first.id


def test_a_number_already_in_use_is_drawn_again(issue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter((5, 5, 6))
    monkeypatch.setattr("tongban.exchange.licences.services.secrets.randbelow", lambda most: next(drawn))
    first, second = (issue("premium-receipt", case_number=case) for case in ("C1", "C2"))
    assert [first.number[-8:], second.number[-8:]] == ["00000005", "00000006"]


@pytest.mark.req("C11")
def test_a_new_version_replaces_the_old_one(town: Town, issue: Any) -> None:
    first = issue("household-register", holder_id=town.mother, issuer_id=town.police, surface={"家庭人口": "3"})
    second = issue("household-register", holder_id=town.mother, issuer_id=town.police, surface={"家庭人口": "4"})
    first.refresh_from_db()
    assert (second.version, second.number, second.serial) == (2, first.number, first.serial)
    assert second.identifier != first.identifier
    assert (first.status, first.superseded_by_id) == (Status.LAPSED, second.id)
    assert seals.is_untouched(first), "a change of state leaves the seal whole"
    valid = _valid(town, "household-register", clock.now())
    assert valid is not None
    assert valid.id == second.id
    assert [one.version for one in queries.versions_of(second)] == [2, 1]
    assert "licences.LicenceSuperseded" in [entry.type for entry in ledger.entries_of(first.id)]


def test_each_member_of_a_household_holds_their_own_register(town: Town, issue: Any) -> None:
    issue("household-register", holder_id=town.mother, issuer_id=town.police)
    issue("household-register", holder_id=town.stranger, issuer_id=town.police)
    assert Licence.objects.filter(status="valid").count() == 2


def test_the_database_allows_one_valid_version_of_a_number(issue: Any) -> None:
    issue()
    issue()
    old = Licence.objects.get(version=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Licence.objects.filter(pk=old.pk).update(status="valid", superseded_by=None)


def test_the_number_of_another_holder_is_refused(town: Town, issue: Any) -> None:
    issue("marriage-certificate", holder_id=town.mother, issuer_id=town.police, number="J990102-2020-000001")
    with pytest.raises(Conflict, match="另一位持有人"):
        issue("marriage-certificate", holder_id=town.stranger, issuer_id=town.police, number="J990102-2020-000001")


def test_a_newborn_without_a_number_gets_a_certificate_and_an_identity_card_shows_its_number(
    town: Town, issue: Any
) -> None:
    born = issue()
    assert (born.holder_number, born.holder_number_index) == ("", "")
    assert born.number.startswith("S")
    card = issue("id-card", holder_id=town.mother, keeper_id=None, issuer_id=town.police)
    assert card.number == card.holder_number
    assert card.number not in card.identifier


def test_a_licence_lapses_after_its_last_day(town: Town, issue: Any) -> None:
    now = clock.now()
    issue("id-card", holder_id=town.mother, issuer_id=town.police, valid_until=clock.legal_day(now))
    assert _valid(town, "id-card", now) is not None
    tomorrow = now + timedelta(days=1)
    assert _valid(town, "id-card", tomorrow) is None
    with clock.at_moment(tomorrow):
        assert queries.wallet(town.mother).rows[0].status_word == "失效"


@pytest.mark.req("C11")
def test_a_licence_is_suspended_resumed_and_revoked(town: Town, issue: Any) -> None:
    card = issue("id-card", holder_id=town.mother, issuer_id=town.police)
    with pytest.raises(Invalid, match="理由"):
        services.change_status(card.id, to="suspended", reason=" ", actor=CITY)
    services.change_status(card.id, to="suspended", reason="协助调查", actor=CITY)
    assert _valid(town, "id-card", clock.now()) is None
    services.change_status(card.id, to="valid", reason="调查结束", actor=CITY)
    assert _valid(town, "id-card", clock.now()) is not None
    services.change_status(card.id, to="revoked", reason="依法吊销", actor=CITY)
    with pytest.raises(Conflict, match="吊销"):
        services.change_status(card.id, to="valid", reason="误操作", actor=CITY)


def test_results_of_several_cases_are_read_in_one_query(issue: Any, django_assert_num_queries: Any) -> None:
    for number in range(8):
        issue("premium-receipt", case_number=f"C{number}")
    with django_assert_num_queries(1):
        found = queries.licences_of_case([f"C{number}" for number in range(8)])
    assert [one.case_number for one in found] == [f"C{number}" for number in range(8)]
    assert {one.holder_name for one in found} == {"张*予"}


def test_an_altered_licence_does_not_count_as_proof(town: Town, issue: Any) -> None:
    issue("id-card", holder_id=town.mother, issuer_id=town.police)
    with connection.cursor() as cursor:
        cursor.execute("update licences_licence set valid_until = '2099-01-01'")
    assert _valid(town, "id-card", clock.now()) is None


def test_the_newest_licences_of_several_types_are_read_in_one_query(town: Town, issue: Any) -> None:
    one = issue("id-card", holder_id=town.mother, issuer_id=town.police)
    issue("household-register", holder_id=town.mother, issuer_id=town.police)
    register = issue("household-register", holder_id=town.mother, issuer_id=town.police)
    issue("marriage-certificate", holder_id=town.child)
    wanted = ["household-register", "id-card", "marriage-certificate"]
    with CaptureQueriesContext(connection) as captured:
        found = queries.valid_licences(town.mother, wanted, at=clock.now())
    assert sum("licences_licence" in query["sql"] for query in captured) == 1
    assert {key: facts.id for key, facts in found.items()} == {"id-card": one.id, "household-register": register.id}
