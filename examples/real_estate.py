"""不动产登记: another sample system of a department (see `department_system.py`)."""

import html
from typing import Any

from department_system import run


def content(person: dict[str, Any]) -> str:
    """Return the page of a person, as HTML."""
    return f"<p>{html.escape(person['name'])}，您好。</p><p>您名下有 <b>1</b> 处不动产，没有查封和抵押。</p>"


if __name__ == "__main__":
    run("云州市不动产登记", content)
