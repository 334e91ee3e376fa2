"""Posted data reach a view through a form class (ARCHITECTURE.md, Forms); few modules read them themselves."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "tongban"
READS = re.compile(r"\brequest\.(POST|FILES)\b")
FORMS, CATALOGUE = "binds forms", "the application's form comes from the catalogue"
BUTTON, PROTOCOL = "a button carries its value", "a protocol defines what is sent"
BACK = "a button says to which page it leads back"
EVERY_FORM = "concerns whatever form was sent"
READERS = {
    "demo/views.py": "plays the reader of documents",
    "foundation/ui/forms.py": FORMS,
    "foundation/ui/middleware.py": EVERY_FORM,
    "handling/cases/views/apply.py": CATALOGUE,
    "handling/cases/views/check.py": CATALOGUE,
    "handling/cases/views/facts.py": BACK,
    "handling/cases/views/materials.py": CATALOGUE,
    "handling/cases/views/start.py": BUTTON,
    "people/identity/capacity.py": EVERY_FORM,
    "people/identity/views.py": EVERY_FORM,
    "people/signin/kept_forms.py": EVERY_FORM,
    "people/signin/pending_acts.py": EVERY_FORM,
    "people/signin/views/account.py": BUTTON,
    "people/signin/views/offers.py": BUTTON,
    "people/signin/views/pending_acts.py": BUTTON,
    "people/sso/openid/server.py": PROTOCOL,
    "people/sso/views/authorize.py": PROTOCOL,
    "people/sso/views/logout.py": PROTOCOL,
    "people/sso/views/upstream.py": BUTTON,
    "portal/acting/forms.py": FORMS,
    "portal/acting/views/answering.py": BUTTON,
    "portal/acting/views/window.py": BUTTON,
    "portal/audit/views.py": "the conditions of the search are sent again with the export",
}
"""Module -> why it reads posted data itself. Another view gets a form class instead of a line here."""


def modules():
    return [path for path in ROOT.rglob("*.py") if not {"tests", "migrations"} & set(path.parts)]


def test_only_the_listed_modules_read_posted_data_themselves():
    found = {str(path.relative_to(ROOT)) for path in modules() if READS.search(path.read_text())}
    assert found - set(READERS) == set()


@pytest.mark.parametrize("path", READERS)
def test_every_listed_module_exists(path):
    assert (ROOT / path).is_file()


def test_no_view_binds_a_form_by_hand():
    """`Form.of` decides whether a form was sent; a form made of `request.POST` may forget files, methods or buttons."""
    by_hand = re.compile(r"\w*Form\(\s*request\.(POST|FILES)\b")
    found = {str(path.relative_to(ROOT)) for path in modules() if by_hand.search(path.read_text())}
    assert found <= {"demo/views.py"}
    assert by_hand.search("form = ReceiptForm(request.POST if sent else None)")
