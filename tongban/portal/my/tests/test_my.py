"""The list of applications and the progress page, as their owner, a stranger and an officer see them."""

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.announcements.events import Event
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.handling.cases import services
from tongban.handling.cases.models import Application
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in
from tongban.portal.my import words
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.queries import reading


def earlier_applications(subject_id, count):
    now = clock.now()
    Application.objects.bulk_create(
        Application(
            number=f"25010199010200{i:07d}X", kind="bundle", service="birth", service_version=1, title="旧的申请",
            applicant_id=subject_id, division_code="990102", state="closed", created_at=now - timedelta(days=i + 1),
            saved_at=now, submitted_at=now, closed_at=now,
        )
        for i in range(count)
    )  # fmt: skip


@pytest.mark.parametrize("count", [10, 1000])
def test_my_cases_need_the_same_number_of_queries_for_any_length(parents, django_assert_max_num_queries, count):
    earlier_applications(parents.mother.subject_id, count)
    client = signed_in(parents.mother.subject_id)
    client.get("/my/")
    with django_assert_max_num_queries(8):
        text = client.get("/my/").content.decode()
    assert text.count("旧的申请</a>") == 10


def test_groups_narrow_the_list_and_an_empty_group_is_explained(parents):
    factories.start_newborn(parents.mother)
    client = signed_in(parents.mother.subject_id)
    assert "继续填写" in client.get("/my/").content.decode()
    assert "新生儿出生一件事</a>" in client.get("/my/?group=draft").content.decode()
    assert "这一组现在没有办件" in client.get("/my/?group=closed").content.decode()
    assert "这里还没有办件" in signed_in(parents.father.subject_id).get("/my/?page=none").content.decode()


@pytest.mark.req("A4")
def test_the_progress_page_says_who_handles_each_case_and_until_when(parents):
    application = factories.submitted_newborn(parents.mother)
    address = reverse("my:application", args=[application.number])
    client = signed_in(parents.mother.subject_id)
    assert "等“出生医学证明（首次签发）”办好后自动开始" in client.get(address).content.decode()
    run_pending_jobs()
    text = client.get(address).content.decode()
    assert "九项办好了六项" in text
    assert "现在由人社局办理：收件受理" in text
    assert text.count("系统依规则自动办结") == 6
    assert "居民户口簿" in text
    live = client.get(reverse("my:live", args=[application.number])).content.decode()
    assert "hx-get" in live
    assert "<html" not in live
    beside = live[live.index('id="beside"') :]
    assert beside.startswith('id="beside" class="tb-stack" hx-swap-oob="true"')
    assert "结果已出，可以打开" in beside
    assert text.count('id="beside"') == 1
    assert "hx-swap-oob" not in text
    for entry in ledger.entries_of(application.id):
        assert reverse("ledger:certificate", args=[entry.id]) in live


def test_the_progress_page_does_not_query_once_per_case(parents, django_assert_max_num_queries):
    application = factories.handled_newborn(parents.mother)
    client = signed_in(parents.mother.subject_id)
    with django_assert_max_num_queries(18):
        client.get(reverse("my:application", args=[application.number]))


def test_the_progress_page_says_that_it_is_the_applicants_turn(parents, city):
    application = factories.handled_newborn(parents.mother)
    case = factories.case_of(application, "maternity")
    wanted = [{"material": case.materials.exclude(way="form").first().key, "sentence": "请补一张出院小结照片"}]
    actor = city.officer("市医疗保障局", "window")
    services.request_correction(case.steps.get(kind="accept", state="open").id, wanted=wanted, actor=actor)
    address = reverse("my:application", args=[application.number])
    text = signed_in(parents.mother.subject_id).get(address).content.decode()
    assert "现在轮到您：补正" in text
    assert "请补一张出院小结照片" in text


def test_nobody_else_can_follow_an_application(parents, city):
    application = factories.submitted_newborn(parents.mother)
    for name in ("my:application", "my:live", "cases:receipt", "cases:withdrawal"):
        address = reverse(name, args=[application.number])
        assert Client().get(address).url.startswith("/sign-in/?next=")
        assert signed_in(parents.father.subject_id).get(address).status_code == 404
        assert signed_in(city.officer("市公安局", "window").subject_id).get(address).status_code == 403


@dataclass(frozen=True)
class RatingAdded(Event, label="追加投诉", applicant_label="您补充了投诉", reason_is_for_applicant=True):
    """An event of a room that does not exist."""


@dataclass(frozen=True)
class PraiseAdded(Event, label="追加表扬", applicant_label="您追加了表扬"):
    """An event of another room that does not exist. Below it has the same name as the first."""


def told(*types):
    """Return what the history says about entries of these types, and the reasons that it shows."""
    reader = uuid4()
    entries = [
        SimpleNamespace(
            id=uuid4(), type=name, subject=uuid4(), actor=str(reader), principal=reader, at=clock.now(), reason="原因"
        )
        for name in types
    ]
    progress = SimpleNamespace(cases=[], history=entries, application=SimpleNamespace(applicant_id=reader))
    return [(line["what"], line["reason"]) for line in reversed(words.history(progress, reader))]


def test_the_history_shows_each_event_in_the_words_of_its_room(monkeypatch):
    known = ledger.event_types() | {"praise.RatingAdded": PraiseAdded, "complaints.RatingAdded": RatingAdded}
    monkeypatch.setattr(reading, "event_types", lambda: known)
    assert told("cases.CaseAccepted", "cases.CaseDenied", "praise.RatingAdded", "complaints.RatingAdded") == [
        ("已受理", ""),
        ("不予准许", "原因"),
        ("您追加了表扬", ""),
        ("您补充了投诉", "原因"),
    ]


def test_the_history_does_not_confuse_an_event_of_an_unknown_room_with_another():
    assert told("gone.CaseDenied") == [("有新的进展", "")]


@pytest.mark.parametrize(("number", "spoken"), [(3, "三"), (10, "十"), (12, "12")])
def test_small_numbers_are_written_in_words(number, spoken):
    assert words.number_words(number) == spoken
