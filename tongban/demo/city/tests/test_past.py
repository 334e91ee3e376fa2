import pytest
from django.core.management import call_command

from tongban.demo.city import build, checks
from tongban.demo.city.past import write_past
from tongban.foundation import clock
from tongban.foundation.testing import remembered
from tongban.handling.cases.models import Application, Case, Step
from tongban.handling.catalog.services import load_catalog
from tongban.people.identity.actors import machine


@pytest.mark.django_db
def test_a_year_of_cases_is_written_once_and_passes_all_checks():
    remembered(("demo city",), build.build)
    load_catalog(actor=machine("test"))
    assert write_past(40) >= 40
    assert write_past(40) == 0
    assert checks.findings() == []
    assert Application.objects.filter(kind="bundle", state="closed").exists()
    assert Application.objects.filter(kind="item").exists()
    assert Case.objects.filter(automatic=True).exists()
    assert Case.objects.filter(decision="granted", automatic=False).exists()
    assert not Step.objects.filter(done_at__gt=clock.now()).exists()
    call_command("city", "check")
