"""Open steps belong to a post, not to a person, so nothing has to be moved when somebody leaves."""

import pytest

from tongban.foundation.errors import NotAllowed
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Step
from tongban.handling.cases.tests import factories
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.models import Appointment

pytestmark = pytest.mark.django_db
INSURANCE = "市医疗保障局"


def test_open_steps_wait_for_the_next_holder_of_the_post(city, handled):
    leaver = city.officer(INSURANCE, "window")
    step = Step.objects.get(case=factories.case_of(handled, "maternity"), state="open")
    assert not [field.name for field in Step._meta.fields if field.name.startswith(("assigned", "taken", "holder"))]
    appointment = Appointment.objects.get(subject_id=leaver.subject_id, until=None)
    with pytest.raises(NotAllowed):
        services.accept(step.id, actor=city.officer("市民政局", "window"))
    identities.end_appointment(appointment.id, reason="调动", actor=factories.CITY)
    successor = factories.make_officer(city, INSURANCE, "window")
    page = queries.to_do_list(successor, filters=queries.Filters())
    assert step.case.number in str(page.object_list)
    assert services.accept(step.id, actor=identity.actor_of_subject(successor.subject_id)).state == "review"
