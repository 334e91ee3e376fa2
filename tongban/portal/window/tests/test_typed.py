"""At the window every usual spelling finds the person, and a birth that cannot be is refused."""

import pytest

from tongban.foundation.codes import resident_number_check
from tongban.people.identity.models import Subject, Visit
from tongban.portal.window.tests.test_window import begin, window  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "form",
    ["{0} {1} {2}", "\u200e{0}{1}{2}", "{0}-{1}-{2}", "{0}\u3000{1}{2}\u200b"],
    ids=["blank", "mark", "hyphen", "wide"],
)
def test_field_case_one_number_however_the_clerk_types_it(window, form):  # noqa: F811
    number = window.document["number"]
    before = Subject.objects.count()
    page = begin(window, number=form.format(number[:6], number[6:14], number[14:]), name=" 李\u3000文敏")
    assert page.status_code == 302, page.content.decode()
    assert Subject.objects.count() == before
    assert Visit.objects.get().present_id == window.mother.subject_id


def test_field_case_digits_of_other_scripts_are_the_same_person(window):  # noqa: F811
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    assert begin(window, number=window.document["number"].translate(wide)).status_code == 302
    assert begin(window, number=window.document["number"].replace("9", "٩")).status_code == 302
    assert {visit.present_id for visit in Visit.objects.all()} == {window.mother.subject_id}


@pytest.mark.parametrize("born", ["20260230", "19941312", "00000312", "20990101"])
def test_field_case_an_impossible_birth_is_refused(window, born):  # noqa: F811
    body = f"990102{born}122"
    page = begin(window, number=body + resident_number_check(body), name="某人")
    assert page.status_code == 422
    assert "公民身份号码不对" in page.content.decode()
    assert not Visit.objects.exists()


@pytest.mark.parametrize("dot", "·•・‧∙⋅●.。")
def test_field_case_a_name_with_any_dot_is_the_same_person(window, dot):  # noqa: F811
    body = "99010219900101122"
    known = {"number": body + resident_number_check(body), "phone": "+86 139 0001 8899"}
    assert begin(window, name="古丽米热·艾比布力", **known).status_code == 302
    assert begin(window, name=f"古丽米热 {dot} 艾比布力", **known).status_code == 302
    person = Subject.objects.get(id=Visit.objects.order_by("began_at").last().present_id)
    assert (person.name, person.phone) == ("古丽米热·艾比布力", "13900018899")
