"""One rating of a finished application, and one addition; no level is preselected."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.handling.cases import services as cases
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in
from tongban.supervision.ratings import cards, queries, rules, services
from tongban.supervision.ratings.models import Rating
from tongban.trust.ledger import queries as ledger

pytestmark = pytest.mark.req("E1")


@pytest.fixture
def application(parents):
    """A finished application: the machine has decided some cases, and the others were withdrawn."""
    application = factories.submitted_newborn(
        parents.mother, maternity="no", subsidy="no", parenting="no", card_delivery="pickup"
    )
    run_pending_jobs()
    cases.withdraw(application.id, reason="", actor=parents.mother)
    application.refresh_from_db()
    assert application.state == "closed"
    return application


def test_what_nobody_sees_is_no_part_of_a_rating_from_any_door(application, parents):
    rating = rate(application, parents.mother, words="\u202e很好\u200b，½ 天办完 ")
    assert rating.words == "很好，½ 天办完"
    with pytest.raises(Invalid):
        services.add(application.number, words="\u200b \u202e", actor=parents.mother)
    assert services.add(application.number, words="\u200b谢谢", actor=parents.mother).addition == "谢谢"


def rate(application, actor, **changes):
    given = {"level": 2, "tags": ["办得快"], "words": " 很好 "} | changes
    return services.rate(application.number, **given, actor=actor)


def test_a_finished_application_is_rated_once_and_the_rating_recorded(application, parents):
    assert queries.rating_of(application.id) is None
    rating = rate(application, parents.mother)
    assert (rating.level, rating.tags, rating.words) == (2, ["办得快"], "很好")
    assert "ratings.ApplicationRated" in [e.type for e in ledger.entries_of(application.id)]
    with pytest.raises(Conflict, match="已经评价过"):
        rate(application, parents.mother, level=5, tags=[])


def test_a_rating_can_be_extended_only_once(application, parents):
    with pytest.raises(NotFound):
        services.add(application.number, words="补充", actor=parents.mother)
    rate(application, parents.mother)
    services.add(application.number, words="证照第二天就用上了", actor=parents.mother)
    with pytest.raises(Conflict, match="只有一次"):
        services.add(application.number, words="再说一句", actor=parents.mother)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"level": 0}, "请选择一个满意程度"),
        ({"level": 6}, "请选择一个满意程度"),
        ({"tags": ["服务态度差"]}, "不配"),
        ({"level": 5, "tags": ["办得快"]}, "不配"),
        ({"words": "长" * 501}, "请删去 1 个字"),
    ],
)
def test_an_invalid_rating_is_refused_with_a_reason(application, parents, changes, sentence):
    with pytest.raises(Invalid, match=sentence):
        rate(application, parents.mother, **changes)
    assert not Rating.objects.exists()


def test_only_the_applicant_can_rate_and_only_a_finished_application(application, parents):
    with pytest.raises(NotFound):
        rate(application, parents.father)
    with pytest.raises(Conflict, match="全部办完以后"):
        rules.check_open(None, clock.now(), hotline="12345")


def test_rating_closes_after_thirty_days(application, parents):
    late = application.closed_at + timedelta(days=rules.WINDOW_DAYS, seconds=1)
    with clock.at_moment(late), pytest.raises(Conflict, match="30 天"):
        rate(application, parents.mother)


def test_the_database_allows_one_rating_with_a_known_level(application, parents):
    rate(application, parents.mother)
    for values in ({"application_id": application.id, "level": 1}, {"application_id": parents.birth_id, "level": 9}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rating.objects.create(subject_id=parents.mother.subject_id, rated_at=clock.now(), **values)


def test_nobody_else_can_rate_an_application(application, parents, city):
    address = reverse("ratings:rate", args=[application.number])
    assert Client().get(address).url.startswith("/sign-in/?next=")
    assert signed_in(parents.father.subject_id).get(address).status_code == 404
    assert signed_in(city.officer("市公安局", "window").subject_id).get(address).status_code == 403


def test_the_page_has_no_default_and_keeps_the_input(application, parents):
    client = signed_in(parents.mother.subject_id)
    address = reverse("ratings:rate", args=[application.number])
    assert " checked" not in client.get(address).content.decode()
    refused = client.post(address, {"words": "挺好"})
    assert refused.status_code == 422
    assert "请选择一个满意程度" in refused.content.decode()
    assert "挺好" in refused.content.decode()
    client.post(address, {"level": "5", "tags": ["多次跑动"], "words": "跑了两趟"})
    text = client.get(address).content.decode()
    assert "非常不满意" in text
    assert "很抱歉没有让您满意" in text
    assert "追加评价" in text


def test_a_rating_that_comes_second_keeps_its_words_for_the_addition(application, parents):
    client = signed_in(parents.mother.subject_id)
    rate(application, parents.mother, words="第一次说的")
    late = client.post(reverse("ratings:rate", args=[application.number]), {"level": "1", "words": "另一个窗口里写的"})
    assert late.status_code == 409
    assert "您已经评价过了" in late.content.decode()
    assert ">另一个窗口里写的</textarea>" in late.content.decode()
    assert queries.rating_of(application.id).addition == ""


def test_a_rating_that_comes_too_late_keeps_its_words(application, parents):
    with clock.at_moment(application.closed_at + timedelta(days=rules.WINDOW_DAYS, seconds=1)):
        client = signed_in(parents.mother.subject_id)
        address = reverse("ratings:rate", args=[application.number])
        late = client.post(address, {"level": "2", "tags": ["办得快"], "words": "写了半天"})
    assert late.status_code == 409
    assert "不能再评价" in late.content.decode()
    assert ">写了半天</textarea>" in late.content.decode()


def test_an_addition_has_its_own_address_and_a_second_one_keeps_its_words(application, parents):
    client = signed_in(parents.mother.subject_id)
    address = reverse("ratings:additions", args=[application.number])
    early = client.post(address, {"words": "还没评价"})
    assert early.status_code == 422
    assert ">还没评价</textarea>" in early.content.decode()
    rate(application, parents.mother)
    assert "请写下要追加的内容" in client.post(address, {"words": " "}).content.decode()
    done = client.post(address, {"words": "第二天就用上了"})
    assert done.url == reverse("ratings:rate", args=[application.number])
    assert queries.rating_of(application.id).addition == "第二天就用上了"
    second = client.post(address, {"words": "再说一句"})
    assert second.status_code == 409
    assert "追加评价只有一次" in second.content.decode()
    assert ">再说一句</textarea>" in second.content.decode()


def test_the_form_is_shown_only_while_it_can_be_used(application, parents):
    """A form that is refused after it was filled in costs people their time."""
    client, address = signed_in(parents.mother.subject_id), reverse("ratings:rate", args=[application.number])
    assert "提交评价" in client.get(address).content.decode()
    with clock.at_moment(application.closed_at + timedelta(days=rules.WINDOW_DAYS, seconds=1)):
        client = signed_in(parents.mother.subject_id)
        page = client.get(address).content.decode()
        assert "提交评价" not in page
        assert "评价的期限已经过了" in page
        assert "tel:12345" in page
        assert cards.invitation(None, application) == []
    assert [card["action"] for card in cards.invitation(None, application)] == ["去评价"]
    rate(application, parents.mother)
    with clock.at_moment(application.closed_at + timedelta(days=rules.WINDOW_DAYS, seconds=1)):
        assert [card["action"] for card in cards.invitation(None, application)] == ["查看评价"]


def test_the_page_promises_nothing_that_does_not_happen(application, parents):
    """No page shows ratings to departments yet."""
    client, address = signed_in(parents.mother.subject_id), reverse("ratings:rate", args=[application.number])
    for page in (client.get(address), client.post(address, {"level": "5"}, follow=True)):
        assert "功能还没有开通" in page.content.decode()
        assert "部门能看到" not in page.content.decode()
