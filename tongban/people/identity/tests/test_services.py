from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from tongban.foundation import clock
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.people.identity import queries, services
from tongban.people.identity.models import Account, Appointment, Subject
from tongban.people.identity.tests.conftest import BY
from tongban.trust.ledger import queries as ledger

NUMBER = "990102199403121228"


@pytest.mark.req("B1")
def test_a_person_is_registered_and_found_by_number(register):
    person = register(number=NUMBER, phone="13900001234")
    assert queries.subject_by_number(" 990102199403121228") == person
    assert queries.subject(person.id).name == "李文敏"
    assert person.born == date(1994, 3, 12)
    assert [e.type for e in ledger.entries_of(person.id)] == ["identity.PersonRegistered"]


@pytest.mark.req("D6")
def test_no_personal_data_is_readable_in_the_tables_or_the_ledger(register):
    person = register(number=NUMBER, phone="13900001234")
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text || e::text FROM identity_subject s, ledger_entry e WHERE e.subject = s.id")
        (row,) = cursor.fetchone()
    for personal in ("李文敏", NUMBER, "13900001234"):
        assert personal not in row
        assert personal.encode().hex() not in row
    assert str(person.id) in row


@pytest.mark.req("D12")
def test_a_wrong_check_character_and_a_known_number_are_refused(register):
    with pytest.raises(Invalid):
        register(number=NUMBER[:-1] + "9")
    register(number=NUMBER)
    with pytest.raises(Conflict):
        register(number=NUMBER)
    with pytest.raises(Invalid):
        register(name=" ")


def test_the_database_keeps_numbers_unique(register):
    person = register(number=NUMBER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Subject.objects.create(
            kind="person", name="x", number_index=person.number_index, division_code="990102", registered_at=clock.now()
        )


def test_a_newborn_gets_a_number_once(register):
    child = register("张安然", born=date(2026, 11, 20))
    assert queries.subject(child.id).number == ""
    for _ in range(2):
        services.assign_number(child.id, number="990102202611200021", actor=BY)
    assert [e.type for e in ledger.entries_of(child.id)].count("identity.NumberAssigned") == 1
    with pytest.raises(Conflict):
        services.assign_number(child.id, number=NUMBER, actor=BY)


@pytest.mark.req("B1", "D12")
def test_an_organisation_needs_a_valid_credit_code(db):
    made = services.register_organisation(
        name="云州云帆软件有限公司", number="11430000006122244L", division_code="990104", actor=BY
    )
    assert queries.display_names([made.id]) == {made.id: "云州云帆软件有限公司"}
    with pytest.raises(Invalid):
        services.register_organisation(name="x", number="11440300007542785T", division_code="990104", actor=BY)


@pytest.mark.req("B1")
def test_an_account_stores_a_hash_and_its_name_is_unique(register):
    person = register()
    account = services.open_account("liwenmin", password="correct horse 9", subject_id=person.id, actor=BY)
    assert account.check_password("correct horse 9")
    assert "correct" not in Account.objects.get().password
    with pytest.raises(Conflict):
        services.open_account("liwenmin", password="correct horse 9", subject_id=person.id, actor=BY)
    with pytest.raises(Invalid):
        services.open_account("Li Wenmin", password="correct horse 9", subject_id=person.id, actor=BY)
    with pytest.raises(Invalid):
        services.open_account("liwenmin2", password="short", subject_id=person.id, actor=BY)


@pytest.mark.req("D6")
def test_names_are_shown_masked(register):
    a, b = register("李文敏"), register("张磊")
    assert queries.display_names([a.id, b.id, None]) == {a.id: "李*敏", b.id: "张*"}
    assert queries.display_names([]) == {}
    with pytest.raises(NotFound):
        queries.subject(Subject().id)


def test_an_officer_holds_a_post_from_the_day_of_appointment_to_its_end(register, office):
    officer = register("傅晓明")
    with clock.at_moment(datetime(2026, 3, 2, 1, tzinfo=UTC)):
        appointment = services.appoint(officer.id, post_id=office["window"].id, actor=BY)
        with pytest.raises(Conflict):
            services.appoint(officer.id, post_id=office["window"].id, actor=BY)
    department = office["window"].department_id
    assert queries.actor_of_subject(officer.id).holds(department, "window")
    with clock.at_moment(datetime(2026, 3, 1, 1, tzinfo=UTC)):
        assert not queries.actor_of_subject(officer.id).is_officer
    with clock.at_moment(datetime(2026, 5, 4, 1, tzinfo=UTC)):
        assert queries.actor_of_subject(officer.id).is_officer
        services.end_appointment(appointment.id, reason="调离", actor=BY)
        assert not queries.actor_of_subject(officer.id).is_officer
        assert queries.officers_at(department) == []
        assert queries.holders_at(department) == {}
    assert [e.type.split(".")[1] for e in ledger.entries_of(appointment.id)] == ["AppointmentMade", "AppointmentEnded"]


def test_a_stand_in_acts_at_the_post_and_is_listed_after_its_holder(register, office, django_assert_num_queries):
    head, deputy = register("彭卫东"), register("曾志刚")
    first = services.appoint(head.id, post_id=office["head"].id, actor=BY)
    services.appoint(deputy.id, post_id=office["head"].id, stand_in_for=first.id, actor=BY)
    department = office["head"].department_id
    with django_assert_num_queries(1):
        (post,) = queries.actor_of_subject(deputy.id).posts
    assert post.as_stand_in
    assert post.division_code == "990100"
    assert queries.officers_at(department, "head") == [head.id, deputy.id]
    services.end_appointment(first.id, reason="退休", actor=BY)
    assert not Appointment.objects.filter(until__isnull=True).exists()


def test_nobody_stands_in_for_themselves_or_at_another_post(register, office):
    head = register("彭卫东")
    first = services.appoint(head.id, post_id=office["head"].id, actor=BY)
    with pytest.raises(Invalid):
        services.appoint(register("曾志刚").id, post_id=office["window"].id, stand_in_for=first.id, actor=BY)
    with pytest.raises(NotFound):
        queries.officer_in(office["head"].department_id, "window")


@pytest.mark.req("H5")
@pytest.mark.parametrize("second", ["system-admin", "audit-admin"])
def test_nobody_holds_two_of_the_three_administrator_posts(register, office, second):
    person = register()
    first = services.appoint(person.id, post_id=office["security-admin"].id, actor=BY)
    with pytest.raises(Conflict, match="不同的人"):
        services.appoint(person.id, post_id=office[second].id, actor=BY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(
            subject=person, post=office[second], from_day=date(2026, 1, 5), administers=office[second].kind
        )
    services.end_appointment(first.id, reason="换岗", actor=BY)
    assert services.appoint(person.id, post_id=office[second].id, actor=BY).administers == second


def test_an_administrator_may_hold_an_ordinary_post_too(register, office):
    person = register()
    services.appoint(person.id, post_id=office["security-admin"].id, actor=BY)
    assert services.appoint(person.id, post_id=office["handler"].id, actor=BY).administers == ""


def test_a_command_is_recorded_under_the_name_of_its_user(monkeypatch):
    from tongban.people.identity.console import console

    monkeypatch.setenv("SUDO_USER", "liwenmin")
    assert console("backup").name_for_record == "machine:console:liwenmin:backup"
