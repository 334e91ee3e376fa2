"""Each signed table is declared, so that the check of the ledger notices when the key of its rows is gone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import models

from tongban.trust.crypto.models import Certificate, SigningKey
from tongban.trust.crypto.signed import declare, signed_tables
from tongban.trust.keys import events
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.queries import integrity

OF_THE_LEDGER = {"ledger.Head", "ledger.Epoch"}
"""The ledger looks up the keys of its own heads and epochs when it verifies them."""


def test_each_model_that_names_its_signing_key_is_declared():
    naming = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.local_fields
        if model.__module__.startswith("tongban.") and field.name == "key_id" and isinstance(field, models.CharField)
    }
    assert {table.label for table in signed_tables} == naming - OF_THE_LEDGER - {SigningKey._meta.label}


@pytest.mark.parametrize("table", list(signed_tables), ids=lambda table: table.label)
def test_each_declared_table_exists_with_its_column(table):
    assert isinstance(table.model._meta.get_field(table.key), models.CharField)


@pytest.mark.django_db
def test_a_missing_signing_key_is_found():
    now = datetime(2026, 11, 30, tzinfo=UTC)
    Certificate.objects.create(
        kind="seal", key_id="seal:gone", serial="00", subject="x", not_before=now, not_after=now + timedelta(days=1),
        der=b"", issued_at=now,
    )  # fmt: skip
    found = [sentence for sentence in integrity.findings() if "seal:gone" in sentence]
    assert found == [
        "crypto_signing_key seal:gone: the signing key is gone; rows of crypto_certificate are signed with it"
    ]


@pytest.mark.django_db
def test_a_declared_table_that_does_not_exist_is_reported():
    with signed_tables.with_more():
        declare("licences.Renamed")
        with pytest.raises(LookupError):
            list(integrity.findings())


def test_the_events_of_keys_say_that_a_task_records_them_later():
    later = {name for name, event in ledger.event_types().items() if event.recorded_later}
    assert later == {events.KeyMade.type_name(), events.SigningKeyMade.type_name()}
