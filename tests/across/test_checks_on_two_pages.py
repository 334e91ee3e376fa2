"""The operations page and the administrators' page say the same about each health check."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import override_settings

from tongban.foundation import clock, health
from tongban.foundation.operations import queries
from tongban.foundation.workdays import queries as workdays
from tongban.foundation.workdays import services as workday_services
from tongban.foundation.workdays.tables import YearTable
from tongban.people.identity import ports
from tongban.people.identity.testing import signed_in
from tongban.people.sso.tests.conftest import city  # noqa: F401
from tongban.portal.operations import words
from tongban.portal.operations.standings import standings
from tongban.trust.backups import queries as backups
from tongban.trust.backups.models import Backup

pytestmark = pytest.mark.django_db
OTHERS = sorted(set(words.CHECKS) - {"calendar", "backups"})


@pytest.fixture(autouse=True)
def _as_before():
    yield
    workdays.forget()


def check_both_pages(actor):
    """Open both pages and check that each check that is not fine has one title, finding and light on both."""
    client = signed_in(actor.subject_id)
    page = client.get("/desk/operations/").content.decode()
    landing = {line.title: line for line in ports.administration.fill(client.get("/account/").wsgi_request)}
    found = standings(backups.outlook(), publishes=True)
    wrong = [one for one in found if one.light != "green"]
    for one in wrong:
        assert (landing[one.title].words, landing[one.title].state) == (one.in_brief, one.light)
        assert one.in_full in page
        assert one.in_full.endswith(words.CHECKS[one.name][1]), "what to do"
        assert "打开看怎么办" not in page
    fine = len(found) - len(wrong)
    assert landing["平台运行情况"].words == f"{'其余 ' if wrong else ''}{fine} 项检查都正常"
    assert landing["平台运行情况"].state == "green"
    told = f"{len(wrong)} 项要看一看，排在前面" if wrong else "都正常"
    assert f"一共 {len(found)} 项检查，{told}" in page
    table = page[page.index("<table") : page.index('id="jobs"')]
    assert table.count("正常") == fine
    lights = [one.light for one in found]
    assert table.count("要处理") == lights.count("red")
    assert table.count("请留意") == lights.count("yellow")
    assert set(words.CHECKS) == {one.name for one in found}
    return {one.title: one for one in found}


@pytest.mark.parametrize("name", OTHERS)
def test_a_check_that_fails_is_red_on_both_pages(city, name):  # noqa: F811
    failing = {
        one.name: replace(one, run=lambda ok=one.name != name: health.Finding(ok=ok)) for one in health.checks.values()
    }
    with health.checks.only(**failing):
        found = check_both_pages(city.system_admin)
    title, help_text = words.CHECKS[name]
    assert (found[title].light, found[title].help) == ("red", help_text)


def test_field_case_a_platform_without_a_backup_is_red_on_both_pages(city):  # noqa: F811
    """Field case: the row of the backups was green, the administrators' page said that there were none."""
    found = check_both_pages(city.system_admin)["备份和恢复演练"]
    assert found.light == "red"
    assert "还没有做过备份" in found.words


def test_field_case_a_platform_without_a_scanner_does_not_say_that_files_are_scanned(city):  # noqa: F811
    """Field case: 恶意代码扫描 was 正常 although no scanner was configured."""
    with override_settings(FILE_SCANNER=None):
        found = check_both_pages(city.system_admin)["恶意代码扫描"]
        assert next(one for one in queries.findings() if one.name == "scanner").ok, "a load balancer is told nothing"
    assert found.light == "yellow"
    assert found.words == "没有配置扫描，上传的文件没有查过"


def test_a_backup_of_last_night_is_fine_on_both_pages(city):  # noqa: F811
    began = clock.now() - timedelta(hours=2)
    Backup.objects.create(
        label="a", kind="full", began_at=began, ended_at=began, place="x", size=1, file_count=0, ledger_size=0, key="00"
    )
    found = check_both_pages(city.system_admin)["备份和恢复演练"]
    assert found.light == "green"
    with override_settings(BACKUP_HOURS=1):
        late = check_both_pages(city.system_admin)["备份和恢复演练"]
    assert late.light == "red"
    assert "已经超过 1 小时" in late.words


def test_field_case_a_provisional_calendar_is_not_called_missing(city):  # noqa: F811
    """Field case: the operations page asked to import a year that was imported, but provisional."""
    with clock.at_moment(datetime(2027, 12, 5, 9, tzinfo=clock.CITY_TIME)):
        workday_services.publish(YearTable(2028, provisional=True), actor=None, reason="")
        workday_services.publish(YearTable(2027), actor=None, reason="")
        found = check_both_pages(city.system_admin)["工作日历"]
    assert found.light == "yellow"
    assert "2028 年放假安排还是暂定的" in found.words
    assert "尚未导入" not in found.words


def test_a_missing_year_is_missing_on_both_pages(city):  # noqa: F811
    with clock.at_moment(datetime(2027, 11, 2, 9, tzinfo=clock.CITY_TIME)):
        found = check_both_pages(city.system_admin)["工作日历"]
    assert "2028 年放假安排尚未导入" in found.words
