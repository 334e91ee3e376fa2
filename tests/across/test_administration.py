"""Each administrator's page has the lines of every room, from what is stored."""

from datetime import timedelta

import pytest

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
    from django.db import connection

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
