"""Rooms register the kinds of data uses and their events; nothing else can be recorded."""

from dataclasses import dataclass

import pytest
from django.db import transaction

from tongban.foundation.announcements.events import Event
from tongban.foundation.ids import new_id
from tongban.foundation.registry import AlreadyTaken
from tongban.people.datauses import queries, services
from tongban.people.datauses.kinds import UndeclaredUse, UseKind, register_use, use_events, use_kinds
from tongban.people.datauses.models import DataUse
from tongban.people.identity.actors import machine
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.folds import folds
from tongban.trust.ledger.tests.conftest import as_superuser

STORED = [
    ("looked-up", "查询共享数据"),
    ("case-opened", "打开办件"),
    ("upload-opened", "查看上传的材料"),
    ("licence-used", "调用电子证照"),
    ("licence-verified", "核验电子证照"),
    ("licence-rendered", "取用证照文件"),
    ("unmasked", "查看完整信息"),
    ("visit", "窗口现场办理"),
    ("exported", "通过系统接口取用"),
    ("searched", "审计查找"),
]
"""Rows of existing platforms hold these words."""


@dataclass(frozen=True)
class BookRead(Event, label="读了一本书"):
    """Somebody read in a book."""


def test_the_rooms_register_every_kind_that_rows_may_hold():
    assert queries.kinds() == STORED
    assert max(len(key) for key, _ in STORED) <= DataUse._meta.get_field("kind").max_length


def test_the_fold_of_uses_covers_the_events_that_rooms_register():
    (fold,) = (one for one in folds() if one.table == DataUse._meta.db_table)
    assert sorted(fold.types) == sorted(
        [
            "audit.PersonSearched",
            "cases.ApplicationTaken",
            "cases.CaseFileOpened",
            "cases.MaterialRead",
            "identity.Unmasked",
            "identity.VisitBegun",
            "libraries.DataLookedUp",
            "licences.LicenceFileTaken",
            "licences.LicenceUsed",
            "licences.LicenceVerified",
        ]
    )


def test_a_new_room_needs_no_change_of_this_one():
    with use_kinds.with_more(), use_events.with_more():
        register_use(UseKind("book-read", "看书", order=110), BookRead)
        assert queries.kinds()[-1] == ("book-read", "看书")
        (fold,) = (one for one in folds() if one.table == DataUse._meta.db_table)
        assert BookRead.type_name() in fold.types
        with pytest.raises(AlreadyTaken):
            register_use(UseKind("book-read", "再看", order=120))


@pytest.mark.django_db
def test_a_use_of_an_unregistered_kind_is_not_recorded():
    with pytest.raises(UndeclaredUse, match="book-read"), transaction.atomic():
        services.record_use([new_id()], kind="book-read", fields=["姓名"], entry_id=new_id(), actor=machine("test"))
    assert not DataUse.objects.exists()


@pytest.mark.django_db
def test_a_use_with_an_event_that_does_not_cover_it_is_not_recorded():
    with pytest.raises(UndeclaredUse, match="BookRead"), transaction.atomic():
        services.record_used(
            BookRead(subject=new_id()), [new_id()], kind="looked-up", fields=["姓名"], actor=machine("test")
        )
    assert not DataUse.objects.exists()


def test_a_use_recorded_by_a_room_that_is_gone_still_has_a_label():
    assert DataUse(kind="book-read").kind_label == "其他用途"
    assert DataUse(kind="visit").kind_label == "窗口现场办理"


@pytest.mark.django_db
def test_uses_recorded_by_a_room_that_is_gone_are_still_accounted_for(monkeypatch):
    person = new_id()
    with use_kinds.with_more(), use_events.with_more():
        register_use(UseKind("book-read", "看书", order=110), BookRead)
        services.record_used(
            BookRead(subject=new_id()), [person], kind="book-read", fields=["姓名"], actor=machine("test")
        )
    known = {name: event for name, event in ledger.event_types().items() if event is not BookRead}
    monkeypatch.setattr("tongban.trust.ledger.queries.types.event_types", lambda: known)
    assert DataUse.objects.get().subject_id == person
    assert list(ledger.findings(tables=["datauses_use"])) == []
    with as_superuser() as cursor:
        cursor.execute("UPDATE datauses_use SET case_number = '990100202600001'")
    assert list(ledger.findings(tables=["datauses_use"])) != []
