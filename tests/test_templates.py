"""Templates name addresses by `url()` and `place()` only, so that a room can move or be left out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted((ROOT / "tongban").glob("**/jinja2/**/*.html"))
WRITTEN_OUT = re.compile(r"""(?:href|action|src|formaction)=["']/""")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "tongban")))
def test_no_address_is_written_out(template):
    assert not WRITTEN_OUT.search(template.read_text())


def test_there_are_templates():
    assert len(TEMPLATES) > 100
