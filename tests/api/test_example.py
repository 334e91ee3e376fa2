"""The example client matches today's OpenAPI document, and really applies."""

import ast
import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.api.conftest import token_for
from tongban.handling.cases.models import Application

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.django_db
def test_the_generated_client_is_up_to_date():
    fresh = io.StringIO()
    call_command("api", "client", stdout=fresh)
    kept = (EXAMPLES / "tongban_client.py").read_text()
    assert ast.dump(ast.parse(kept)) == ast.dump(ast.parse(fresh.getvalue())), (
        "run: manage.py api client > examples/tongban_client.py, then ruff format"
    )


def run(*arguments):
    command = [sys.executable, str(EXAMPLES / "apply.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.req("G5")
@pytest.mark.django_db(transaction=True)
def test_the_example_applies_for_an_item(live_server, item, parents):
    done = run(live_server.url, token_for(parents.mother.subject_id), "户籍证明")
    assert done.returncode == 0, done.stderr
    application = Application.objects.get()
    assert f"已提交，编号 {application.number}" in done.stdout
    assert (application.channel, application.cases.get().state) == ("api", "submitted")


@pytest.mark.django_db(transaction=True)
def test_the_example_says_what_is_wrong(live_server, item):
    refused = run(live_server.url, "tb_wrong", "户籍证明")
    assert refused.returncode == 1
    assert "401 没有登录或令牌无效" in refused.stderr


@pytest.mark.parametrize("arguments", [(), ("http://localhost:8000", "tb_x")])
def test_the_example_says_how_to_call_it(arguments):
    refused = run(*arguments)
    assert refused.returncode == 1
    assert refused.stderr == "用法：python examples/apply.py 网址 令牌 要办的事项\n"
