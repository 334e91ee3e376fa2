"""What a printer makes of the pages."""

import pytest
from django.template import engines

from tongban.foundation.ui.sheets import THEMES, put_together
from tongban.foundation.ui.testing import chromium

pytestmark = pytest.mark.browser
PAGE = """{% import "ui/components.html" as c %}
<!doctype html>
<html lang="zh-CN"><body class="govuk-frontend-supported">
{{ c.receipt("已经提交", "9901 0261", "申请编号", "李*敏，新生儿出生一件事") }}</body></html>"""
INK = "all => all.map(one => [getComputedStyle(one).color, getComputedStyle(one).backgroundImage])"


@pytest.mark.parametrize("theme", THEMES)
def test_field_case_a_receipt_is_printed_in_black_on_white(theme):
    """Field case: a printed receipt was white on a blue ground, or white on white where printers leave grounds out."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 794, "height": 600})
        page.set_content(engines["jinja2"].from_string(PAGE).render({}))
        page.add_style_tag(content=put_together(theme))
        parts = page.locator(".tb-receipt, .tb-receipt *:not(svg *)")
        assert parts.evaluate_all(INK)[0] != ["rgb(0, 0, 0)", "none"]
        page.emulate_media(media="print")
        inks = parts.evaluate_all(INK)
        assert len(inks) > 5
        assert all(ink == ["rgb(0, 0, 0)", "none"] for ink in inks), inks
