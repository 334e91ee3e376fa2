"""A platform from before columns were sealed: migrations seal its rows, issued documents still verify, and back again.

Rows are written as the old code wrote them, through the models of the old migrations.
"""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tongban.exchange.libraries.models import BirthRecord, Marriage, Person
from tongban.exchange.libraries.rules import resident_number
from tongban.exchange.licences import finding, queries, seals
from tongban.exchange.licences.models import Licence, RenderedDocument
from tongban.exchange.licences.rules import make_identifier
from tongban.foundation.codes import credit_code_check
from tongban.foundation.ids import new_id
from tongban.people.identity.models import Subject
from tongban.people.signin.sessions import SessionStore
from tongban.trust.crypto import migrating
from tongban.trust.crypto import services as crypto

BEFORE = [
    ("identity", "0006_account_phone"),
    ("libraries", "0002_shared_records"),
    ("licences", "0001_initial"),
    ("sso", "0002_tokens_of_a_connection"),
]
AT = datetime(2026, 3, 1, 2, tzinfo=UTC)
BORN = date(1994, 3, 12)
CONTENT = {"_auth_user_id": "somebody"}
PDF = b"%PDF-1.7 a document in a citizen's hands"
OPEN = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND data_type <> 'bytea'"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("D6")]


def migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def before():
    """The database at the old migrations, with their models; migrated forward again afterwards."""
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    yield migrate(BEFORE)
    migrate(latest)


def now():
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


def old_person(old, sex="female", serial=122, **more):
    number = resident_number("990102", BORN, serial)
    subject = old.get_model("identity", "Subject").objects.create(
        id=new_id(), kind="person", name="李文敏", number=number, number_index=f"{serial:064}",
        division_code="990102001", born=BORN, registered_at=AT,
    )  # fmt: skip
    return old.get_model("libraries", "Person").objects.create(
        id=subject.id, name="李文敏", number=number, number_index=f"{serial:064}", sex=sex, born=BORN,
        division_code="990102001", role_in_household="户主", **more,
    )  # fmt: skip


def old_licence(old, person):
    """Create a licence as the old `issue` did: the record's salt is the verify code, and columns are in the clear."""
    uscc = "11990100MB0000001" + credit_code_check("11990100MB0000001")
    division = old.get_model("organisation", "Division").objects.create(code="990100", name="云州市", level="city")
    police = old.get_model("organisation", "Department").objects.create(
        id=new_id(), name="市公安局", short_name="市公安局", short_code="001", uscc=uscc, division=division
    )
    kind = old.get_model("licences", "LicenceType").objects.create(
        id=new_id(), key="id-card", name="居民身份证", kind="licence", code=uscc + "W01", definer=police
    )
    licence = old.get_model("licences", "Licence")(
        id=new_id(), type=kind, issuer=police, holder_id=person.id, holder_name=person.name,
        holder_number=person.number, number=person.number, number_index="1" * 64, serial="ABC123", version=1,
        issued_at=AT, valid_from=AT.date(), surface={"姓名": person.name, "公民身份号码": person.number},
        key_id=f"seal:{police.id}", verify_code="Aa-verify_code-of-43-characters-1234567890x",
    )  # fmt: skip
    licence.identifier = make_identifier(type_code=kind.code, issuer_code=uscc, serial="ABC123", version=1)
    licence.salt = None  # what today's record needs; the old table does not have it
    record = seals.record_bytes(licence, issuer=police.name)  # the old department does not remember names
    licence.digest, licence.signature = crypto.digest(record), crypto.sign(licence.key_id, record)
    licence.save()
    old.get_model("licences", "RenderedDocument").objects.create(
        id=new_id(), licence=licence, file_id=new_id(), digest=crypto.digest(PDF).hex(), key_id=licence.key_id,
        signature=crypto.sign(licence.key_id, PDF), rendered_at=AT,
    )  # fmt: skip
    return licence


def open_columns(table):
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [table])
        return {name for (name,) in cursor.fetchall()}


def test_an_older_platform_is_sealed_and_shows_the_same_data(before):
    wife, husband = write_lives(before)
    was = old_licence(before, wife)
    key = write_session()
    now()
    check_licence(was)
    check_lives(wife, husband)
    assert SessionStore(key).load() == CONTENT, "nobody is signed out"
    assert not Session.objects.filter(session_key=key).exists()


def write_session():
    key = "k" * 32
    sealed = crypto.encrypt(json.dumps(CONTENT).encode(), bound_to=f"session|{key}".encode())
    Session.objects.create(
        session_key=key, session_data=base64.b64encode(sealed).decode(), expire_date=timezone.now() + timedelta(hours=1)
    )
    return key


def check_licence(was):
    """Check a licence by its code, its identifier, its record and its file."""
    licence = Licence.objects.get()
    assert seals.is_untouched(licence)
    assert crypto.digest(seals.record_bytes(licence)) == bytes(was.digest)
    assert queries.verification(was.verify_code).licence.id == was.id
    assert queries.verification(was.identifier).licence.id == was.id
    assert queries.code_of_document(PDF) == was.verify_code
    document = RenderedDocument.objects.get()
    assert crypto.verify(crypto.public_key(document.key_id), PDF, bytes(document.signature))
    assert not {"identifier", "serial", "verify_code"} & open_columns("licences_licence")
    assert finding.licence_by(was.verify_code.swapcase(), Licence.objects.all()) is None


def write_lives(before):
    wife, husband = old_person(before), old_person(before, "male", 121, died_on=date(2025, 1, 2))
    libraries = {name: before.get_model("libraries", name) for name in ("BirthRecord", "Marriage", "MedicalBill")}
    libraries["Marriage"].objects.create(
        id=new_id(), number="J1", husband=husband, wife=wife, registered_on=date(2022, 5, 20)
    )
    birth = libraries["BirthRecord"].objects.create(
        id=new_id(), mother_name="李文敏", mother_number=wife.number, mother_index="0" * 64, born_at=AT, sex="female",
        weight=3350, length=50, weeks=39, hospital="云州市妇幼保健院", division_code="990102", reported_at=AT,
    )  # fmt: skip
    libraries["MedicalBill"].objects.create(
        id=new_id(), number="B1", patient=wife, birth=birth, hospital="云州市妇幼保健院", amount=Decimal("120.50"),
        reimbursable=Decimal("0.05"), issued_on=date(2026, 3, 2),
    )  # fmt: skip
    return wife, husband


def check_lives(wife, husband):
    assert {(p.born, p.division_code) for p in Subject.objects.all()} == {(BORN, "990102001")}
    people = {p.id: (p.sex, p.born, p.division_code, p.role_in_household, p.died_on) for p in Person.objects.all()}
    assert people == {
        wife.id: ("female", BORN, "990102001", "户主", None),
        husband.id: ("male", BORN, "990102001", "户主", date(2025, 1, 2)),
    }
    marriage, found = Marriage.objects.get(), BirthRecord.objects.get()
    assert (marriage.registered_on, marriage.ended_on) == (date(2022, 5, 20), None)
    values = (found.born_at, found.sex, found.weight, found.length, found.weeks, found.hospital, found.division_code)
    assert values == (AT, "female", 3350, 50, 39, "云州市妇幼保健院", "990102")
    bill = found.bills.get()
    assert (bill.amount, bill.reimbursable, bill.issued_on) == (
        Decimal("120.50"), Decimal("0.05"), date(2026, 3, 2)
    )  # fmt: skip
    assert not {"born", "division_code"} & open_columns("identity_subject")


def test_a_stopped_migration_resumes_and_the_reverse_decrypts_the_values(before, monkeypatch):
    """Batches of one, of which the third fails. What was sealed stays, and the next run seals the rest."""
    people = [old_person(before, serial=serial) for serial in (122, 124, 126)]
    monkeypatch.setattr(migrating, "BATCH", 1)
    seal, sealed = migrating._sealed, []

    def fails(field, value, key):
        if key == people[2].id:
            raise RuntimeError("power cut")
        sealed.append(key)
        return seal(field, value, key)

    monkeypatch.setattr(migrating, "_sealed", fails)
    with pytest.raises(RuntimeError):
        now()
    assert set(sealed) == {people[0].id, people[1].id}
    sealed.clear()
    monkeypatch.setattr(
        migrating, "_sealed", lambda field, value, key: (sealed.append(key), seal(field, value, key))[1]
    )
    now()
    of_person = 5
    assert sealed.count(people[0].id) == of_person, "what was sealed of the subject is not sealed again"
    assert {p.born for p in Person.objects.all()} == {BORN}
    back = migrate(BEFORE)
    rows = back.get_model("libraries", "Person").objects.values_list("born", "sex", "role_in_household", "died_on")
    assert list(rows) == [(BORN, "female", "户主", None)] * 3
