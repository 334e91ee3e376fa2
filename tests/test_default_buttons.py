"""Enter in a field presses the first button of its form (HTML, 4.10.22.2), so that has to be the form's main one."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "tongban"
TEMPLATES = sorted(ROOT.glob("**/jinja2/**/*.html"))
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
INCLUDED = re.compile(r'{%\s*include\s+"([^"]+)"\s*%}')
BUTTON = re.compile(
    r"""c\.form_end\(|c\.default_button\(|<button\b[^>]*>|c\.button\((?P<arguments>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)"""
)
LINK = re.compile(r"""^\s*(?:[^,()]|\([^()]*\))+,(?!\s*\w+=)""")
"""A second argument without a name is the address of a link."""
SIDE = re.compile(r"""kind="(?:secondary|plain)"|formnovalidate|--secondary""")


def with_included(text):
    def content(found):
        paths = [path for path in TEMPLATES if str(path).endswith(f"jinja2/{found[1]}")]
        return paths[0].read_text() if paths else ""  # an include whose name is computed

    return INCLUDED.sub(content, text)


def submits(form):
    """Return the buttons of a form that send it, in their order."""
    found = []
    for button in BUTTON.finditer(form):
        arguments = button["arguments"] or ""
        if 'type="button"' in button[0] or (button["arguments"] and (LINK.match(arguments) or "href=" in arguments)):
            continue
        found.append(button[0])
    return found


def forms():
    for path in TEMPLATES:
        for number, found in enumerate(FORM.finditer(with_included(path.read_text()))):
            yield pytest.param(found[0], id=f"{path.relative_to(ROOT)} {number}")


@pytest.mark.parametrize("form", list(forms()))
def test_enter_presses_the_main_button(form):
    buttons = submits(form)
    if len(buttons) > 1:
        assert not SIDE.search(buttons[0]), f"Enter would press {buttons[0]}; put c.default_button first"


def test_the_form_of_a_mandate_is_among_them_and_another_order_would_be_found():
    found = {param.id: param.values[0] for param in forms()}
    mandate = next(form for name, form in found.items() if "acting/give.html" in name)
    buttons = submits(mandate)
    assert len(buttons) == 3
    without = mandate.replace('c.default_button("授权")', "")
    assert SIDE.search(submits(without)[0])
    assert submits('{{ c.button("返回", place("my"), "plain") }}{{ c.button("保存") }}') == ['c.button("保存")']
