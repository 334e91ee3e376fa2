"""What the system administrator is told about posts: those at which cases stop come first."""

import pytest

from tongban.handling.cases.tests import factories
from tongban.people.identity.models import Appointment
from tongban.portal.staff.waiting import _posts

pytestmark = pytest.mark.django_db


def test_field_case_posts_at_which_cases_stop_are_named_and_the_others_only_counted():
    """Field case: 47 empty posts of which three mattered were one line."""
    city = factories.make_city()
    factories.handled_newborn(factories.make_parents(city).mother)
    assert [line.state for line in _posts()] == ["green"]
    department = city.departments["市医疗保障局"]
    Appointment.objects.filter(post__department_id=department, post__kind="window").delete()
    first, *_, last = _posts()
    assert "市医疗保障局的窗口没有人，" in first.words
    assert "停在这里" in first.words
    assert (first.state, first.href) == ("red", f"/desk/staff/{department}/")
    assert (last.title, last.state) == ("空缺岗位", "green")
    Appointment.objects.filter(post__department_id=department, post__kind="handler").delete()
    assert [line.state for line in _posts()] == ["red", "green"], "no case waits for it"
