"""住房公积金: a sample system of a department (see `department_system.py`)."""

import html
from typing import Any

from department_system import run


def content(person: dict[str, Any]) -> str:
    """Return the page of a person, as HTML."""
    return f"<p>{html.escape(person['name'])}，您好。</p><p>您的公积金账户余额：<b>28,640.00 元</b></p>"


if __name__ == "__main__":
    run("云州市住房公积金", content)
