"""Each administrator's page has the lines of every room, from what is stored."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from tongban.foundation import clock
from tongban.people.identity import ports
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import services as organisation
from tongban.people.sso.tests.conftest import BY, city  # noqa: F401

pytestmark = pytest.mark.django_db


def lines(actor):
    request = signed_in(actor.subject_id).get("/account/").wsgi_request
    return {line.title: line for line in ports.administration.fill(request)}


def test_the_system_administrator_sees_health_jobs_backups_posts_and_offers(city):  # noqa: F811
    from tongban.foundation.operations import queries

    found = lines(city.system_admin)
    assert set(found) >= {"平台运行情况", "后台任务", "备份和恢复演练", "空缺岗位", "任职邀请", "工单"}
    assert set(found) >= {"接入系统", "我的登录"}
    assert "还没有做过备份" in found["备份和恢复演练"].words
    assert found["后台任务"].state == "green"
    assert queries.failed_jobs(clock.now() - timedelta(days=7)) == 0
    vacant = int(found["空缺岗位"].words.split()[0]) if found["空缺岗位"].words != "每个岗位都有人" else 0
    organisation.establish_post(city.other.id, kind="handler", name="空岗", actor=BY)
    assert lines(city.system_admin)["空缺岗位"].words == f"{vacant + 1} 个岗位没有人，现在没有办件因此停下"


def test_a_failed_job_is_counted_for_a_week(city):  # noqa: F811
    from tongban.foundation.operations import queries

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, attempts)"
            " VALUES ('messages', 'signin.deliver_message', 0, '{}', 'failed', 4) RETURNING id"
        )
        job = cursor.fetchone()[0]
        cursor.execute("INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'failed', now())", [job])
    assert queries.failed_jobs(clock.now() - timedelta(days=7)) == 1
    assert queries.failed_jobs(clock.now() + timedelta(seconds=5)) == 0
    assert lines(city.system_admin)["后台任务"].state == "red"


def test_security_and_audit_administrators_see_their_own_lines(city):  # noqa: F811
    assert set(lines(city.security_admin)) >= {"密钥", "证书"}
    assert "备份和恢复演练" not in lines(city.security_admin)


def test_a_missing_year_is_named_with_the_way_to_import_it(city):  # noqa: F811
    with clock.at_moment(datetime(2027, 11, 2, 9, tzinfo=clock.CITY_TIME)):
        line = lines(city.system_admin)["工作日历"]
    assert "2028 年放假安排尚未导入" in line.words
    assert line.href == "/desk/calendar/"
    assert line.state == "yellow"


def test_backups_are_spoken_of_in_an_officials_words_and_the_page_says_what_to_do(city):  # noqa: F811
    line = lines(city.system_admin)["备份和恢复演练"]
    assert "还没有做过备份" in line.words
    assert "TONGBAN" not in line.words
    assert "manage.py" not in line.words
    page = signed_in(city.system_admin.subject_id).get(line.href).content.decode()
    assert 'id="backups"' in page
    assert "TONGBAN" not in page
    assert "部署手册《备份与恢复》写有步骤" in page


def test_failed_jobs_are_listed_without_what_they_were_called_with(city):  # noqa: F811
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
            " VALUES ('machine', 'cases.decide_by_machine', '{\"case\": \"secret-case\"}', 'failed', 8) RETURNING id"
        )
        (job_id,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'failed', %s)", [job_id, clock.now()]
        )
    line = lines(city.system_admin)["后台任务"]
    assert (line.state, line.href) == ("red", "/desk/operations/#jobs")
    page = signed_in(city.system_admin.subject_id).get(line.href).content.decode()
    assert "依规则自动办理" in page
    assert str(job_id) in page
    assert "secret-case" not in page


@pytest.mark.parametrize(
    ("address", "needed"),
    [("/keys/", "安全管理员"), ("/audit/", "审计管理员")],
)
def test_field_case_an_administrator_at_anothers_page_reads_whose_it_is_and_where_to_go(city, address, needed):  # noqa: F811
    """Field case: the page told the system administrator to check that the account was theirs, and led to my cases."""
    refused = signed_in(city.system_admin.subject_id).get(address)
    page = refused.content.decode()
    assert refused.status_code == 403
    assert f"这一页由{needed}岗位的工作人员使用，您的岗位是系统管理员，不能查看。" in page
    assert "请退出后换一个账号登录" in page
    assert "本人账号" not in page
    main = page[page.index("<main") : page.index("</main>")]
    assert main.index("回到办件台") < main.index("首页")
    assert "我的办件" not in main
