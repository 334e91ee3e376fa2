"""At the window, the clerk checks a document, applies for the person present, prints the receipt and ends the visit."""

import re
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tongban.foundation.ui.filters import grouped
from tongban.handling.cases.models import Application, Case, CaseMaterial, Step
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalog
from tongban.handling.catalog.schema import Material
from tongban.people.identity import queries as identity
from tongban.people.identity.testing import signed_in
from tongban.trust.ledger import queries as ledger

pytestmark = pytest.mark.django_db
ITEM = "HJ-09"


@pytest.fixture
def window(city, parents):
    """A clerk's client and the mother, who is present; one item besides the newborn bundle."""
    catalog.publish_item(an_item_with_a_paper(), actor=factories.CITY)
    clerk = city.officer("市公安局", "window")
    mother = identity.subject(parents.mother.subject_id)
    return SimpleNamespace(
        clerk=clerk,
        client=signed_in(clerk.subject_id),
        mother=parents.mother,
        document={"number": mother.number, "name": mother.name, "seen": "yes"},
    )


def an_item_with_a_paper():
    """Publish an item with the general form that needs a paper and a licence, which the mother has."""
    materials = (
        Material(key="id", name="居民身份证", source="licence", licence_type="id-card"),
        Material(key="paper", name="情况说明", source="upload"),
    )
    spec = reading.read(reading.FOLDER / "items" / f"{ITEM}.yaml").spec
    plain = {"authored": False, "pilot": False, "form": (), "materials": materials, "instant": False}
    return spec.model_copy(update=plain | {"promised_days": 1})


def begin(window, **changes):
    return window.client.post(reverse("window:visit"), window.document | changes)


def fill(client, application_id, agreed="yes"):
    """Answer, upload and submit through the pages, as the clerk does. Without `agreed`, the draft stays one."""
    application = Application.objects.get(id=application_id)
    client.post(
        reverse("cases:page", args=[application_id, "form"]), {"request": "办这件事", "contact_phone": "13900001234"}
    )
    needed = re.findall(
        r'id="file-([^"]+)"', client.get(reverse("cases:materials", args=[application_id])).content.decode()
    )
    papers = {f"file.{material}": SimpleUploadedFile("高拍仪.pdf", factories.PDF) for material in needed}
    client.post(reverse("cases:materials", args=[application_id]), papers)
    page = client.post(reverse("cases:check", args=[application_id]), {"agreed": agreed})
    assert page.status_code == (302 if agreed else 422), page.content.decode()
    application.refresh_from_db()
    return application


@pytest.mark.req("B5")
def test_only_window_clerks_can_open_the_page(window, city):
    assert "现场办理" in window.client.get(reverse("window:visit")).content.decode()
    head = signed_in(city.officer("市公安局", "head").subject_id)
    assert head.get(reverse("window:visit")).status_code == 403


def test_errors_are_shown_at_their_fields_and_the_input_is_kept(window):
    page = begin(window, name="李敏", seen="")
    words = page.content.decode()
    assert page.status_code == 422
    assert "请当面核对证件原件" in words
    assert window.document["number"] in words
    words = begin(window, name="李敏").content.decode()
    assert 'href="#id_name"' in words
    assert "姓名与这个号码的登记不一致" in words


@pytest.mark.req("B5")
def test_a_clerk_without_a_visit_cannot_open_an_application_page(window):
    page = window.client.get(reverse("cases:start", args=["item", ITEM]))
    assert page.status_code == 403
    assert "现场办理" in page.content.decode()


@pytest.mark.req("A11")
def test_the_clerk_applies_and_prints_the_receipt(window):
    begin(window)
    page = window.client.get(reverse("window:visit"), {"q": "新生儿"}).content.decode()
    assert "李*敏" in page
    assert "李文敏" not in page
    assert reverse("cases:start", args=["bundle", "birth"]) in page
    started = window.client.post(reverse("cases:start", args=["item", ITEM]))
    application = fill(window.client, started["Location"].split("/")[3])
    receipt = window.client.get(reverse("cases:receipt", args=[application.number])).content.decode()
    for words in ("申请人签名", "收件窗口", "收到和取得的材料", "一式两份", "正在为<b>李*敏</b>办理"):
        assert words in receipt
    assert application.channel == "window"


def test_field_case_a_clerk_reads_words_for_a_clerk(window):
    """Field case: a clerk got the pages for citizens (您不用再跑), and a receipt that led to the home page."""

    def main_of(path):
        page = window.client.get(path, follow=True).content.decode()
        return page[page.index("<main") : page.index("</main>")]

    begin(window)
    start = reverse("cases:start", args=["item", ITEM])
    assert "一份申请人名下的草稿" in main_of(start)
    draft_id = window.client.post(start)["Location"].split("/")[3]
    paths = [start, reverse("catalog:item", args=[ITEM]), reverse("cases:tasks", args=[draft_id])]
    paths += [reverse("cases:page", args=[draft_id, "form"])]
    paths += [reverse(f"cases:{name}", args=[draft_id]) for name in ("materials", "check")]
    for path in paths[:1] + paths[2:]:
        assert "您" not in main_of(path), path
    guide = window.client.get(paths[1]).content.decode()
    assert "李*敏的申请都在里面" in guide
    application = fill(window.client, draft_id)
    receipt = main_of(reverse("cases:receipt", args=[application.number]))
    assert "您" not in receipt
    assert "申请人不用再跑" in receipt
    assert f'action="{reverse("window:end")}"' in receipt
    assert "办完了，接待下一位" in receipt
    assert "回到首页" not in receipt


def test_field_case_a_clerk_is_asked_to_tick_the_box_that_is_there(window):
    """Field case: the error quoted 我确认, but the clerk's box read 申请人已当面看过并确认."""
    begin(window)
    draft_id = window.client.post(reverse("cases:start", args=["item", ITEM]))["Location"].split("/")[3]
    fill(window.client, draft_id, agreed="")
    refused = window.client.post(reverse("cases:check", args=[draft_id])).content.decode()
    box = re.search(r'for="id_agreed">([^<，]+)，同意', refused)[1]
    assert box == "申请人已当面看过并确认以上内容真实"
    assert f"勾选“{box}……”" in refused


def test_field_case_the_sheet_that_is_signed_names_the_applicant(window):
    begin(window)
    started = window.client.post(reverse("cases:start", args=["item", ITEM]))
    application = fill(window.client, started["Location"].split("/")[3])
    receipt = window.client.get(reverse("cases:receipt", args=[application.number])).content.decode()
    assert "<dt>申请人</dt><dd>李*敏</dd>" in receipt


def test_field_case_one_number_for_one_case(window):
    """Field case: a receipt for a single item showed the number of the application and that of its case."""
    begin(window)
    started = window.client.post(reverse("cases:start", args=["item", ITEM]))
    application = fill(window.client, started["Location"].split("/")[3])
    receipt = window.client.get(reverse("cases:receipt", args=[application.number])).content.decode()
    assert grouped(application.number) in receipt
    assert grouped(application.cases.get().number) not in receipt


@pytest.mark.req("C14")
def test_the_case_is_the_same_as_online(window):
    begin(window)
    started = window.client.post(reverse("cases:start", args=["item", ITEM]))
    at_window = fill(window.client, started["Location"].split("/")[3])
    client = signed_in(window.mother.subject_id)
    started = client.post(reverse("cases:start", args=["item", ITEM]))
    online = fill(client, started["Location"].split("/")[3])
    assert shape(at_window) == shape(online)
    assert (at_window.channel, online.channel) == ("window", "online")
    assert at_window.applicant_id == online.applicant_id == window.mother.subject_id


def shape(application):
    """Return all data of an application except its numbers, its times and the person who entered it."""
    cases = Case.objects.filter(application=application)
    return {
        "application": (application.service, application.state, application.answers, application.facts),
        "cases": list(
            cases.values("item_code", "item_version", "state", "promised_days", "department", "division_code")
        ),
        "materials": list(
            CaseMaterial.objects.filter(case__in=cases).order_by("key").values("key", "way", "met", "source")
        ),
        "steps": list(
            Step.objects.filter(case__in=cases).order_by("key").values("key", "kind", "state", "department", "post")
        ),
        "events": [e.type for e in ledger.entries_of([application.id, *cases.values_list("id", flat=True)])],
    }


@pytest.mark.req("H4")
def test_every_event_names_the_clerk_and_the_applicant(window):
    begin(window)
    started = window.client.post(reverse("cases:start", args=["item", ITEM]))
    application = fill(window.client, started["Location"].split("/")[3])
    for entry in ledger.entries_of(application.id):
        assert (entry.actor, entry.principal) == (str(window.clerk.subject_id), window.mother.subject_id), entry.type


@pytest.mark.req("B5")
def test_the_clerk_cannot_see_the_persons_wallet(window):
    begin(window)
    assert window.client.get(reverse("licences:wallet")).status_code == 403


@pytest.mark.req("A11")
def test_the_end_of_the_visit_leaves_no_data_of_the_person(window):
    begin(window)
    draft = window.client.post(reverse("cases:start", args=["item", ITEM]))["Location"]
    assert window.client.get(draft).status_code == 200
    assert window.client.post(reverse("window:end"), follow=True).status_code == 200
    assert window.client.get(draft).status_code == 403
    assert "李*敏" not in window.client.get(reverse("window:visit")).content.decode()


@pytest.mark.req("B5")
def test_a_second_clerk_sees_nothing_of_the_first_clerks_visit(window, city):
    begin(window)
    other = signed_in(city.officer("市医疗保障局", "window").subject_id)
    assert other.get(reverse("cases:start", args=["item", ITEM])).status_code == 403


@pytest.mark.req("B5")
def test_a_form_from_the_previous_visit_is_not_applied_to_the_next_person(window, parents):
    """The clerk has two tabs. One still shows the mother; in the other, the father's visit has begun."""
    begin(window)
    field = re.search(r'name="acting_as" value="([^"]+)"', window.client.get(reverse("window:visit")).content.decode())
    father = identity.subject(parents.father.subject_id)
    begin(window, number=father.number, name=father.name)
    for address in (reverse("cases:start", args=["item", ITEM]), reverse("window:proof"), reverse("window:end")):
        refused = window.client.post(address, {"acting_as": field[1], "chip": "1"})
        assert refused.status_code == 409, address
        assert "已经不能用了" in refused.content.decode()
    assert identity.open_visit(window.clerk.subject_id).applicant_id == father.id
    assert not Application.objects.exists()


@pytest.mark.req("B5")
def test_a_clerks_desk_forms_stay_valid_when_visits_begin(window):
    """Pages of the desk run in the officer's own name, so visits that begin or end do not invalidate their forms."""
    page = window.client.get(reverse("window:visit")).content.decode()
    own = re.search(r'name="acting_as" value="([^"]+)"', page)[1]
    begin(window)
    answer = window.client.post(reverse("window:visit"), window.document | {"acting_as": own})
    assert answer.status_code == 302
