"""An objection to a use of data reaches the head of the department as a work order."""

import pytest
from django.urls import reverse

from tongban.foundation import clock
from tongban.handling.cases import services
from tongban.handling.cases.tests import factories
from tongban.people.datauses.models import DataUse
from tongban.people.identity.testing import signed_in
from tongban.people.workorders.models import WorkOrder

pytestmark = [pytest.mark.django_db, pytest.mark.req("D7")]


def test_the_work_order_says_to_which_use_of_data_the_citizen_objects(city, parents):
    case = factories.case_of(factories.handled_newborn(parents.mother), "maternity")
    services.open_case_file(case.number, actor=city.officer("市医疗保障局", "window"))
    use = DataUse.objects.get(subject_id=parents.mother.subject_id, kind="case-opened")
    objecting = reverse("my:objection", args=[use.id])
    typed = {"text": "我没有同意，为什么查我的婚姻登记？"}
    assert signed_in(parents.mother.subject_id).post(objecting, typed).status_code == 302
    head = signed_in(city.officer("市医疗保障局", "head").subject_id)
    page = head.get(reverse("workorders:desk-order", args=[WorkOrder.objects.get().number])).content.decode()
    assert f"打开办件，{use.at.astimezone(clock.CITY_TIME):%Y-%m-%d}" in page
