"""The credit code determines the kind of legal person."""

from importlib import import_module

import pytest
from django.apps import apps

from tongban.foundation.codes import credit_code_check
from tongban.foundation.errors import Invalid
from tongban.people.identity import services
from tongban.people.identity.tests.conftest import BY


@pytest.mark.req("B1")
@pytest.mark.parametrize(
    ("head", "kind"),
    [("91", "enterprise"), ("92", "business"), ("12", "institution"), ("51", "society"), ("52", "society"),
     ("11", "agency"), ("93", "enterprise"), ("N1", "other")],
)  # fmt: skip
def test_the_credit_code_determines_the_kind_of_legal_person(db, head, kind):
    body = f"{head}990100MA0Y00031"
    made = services.register_organisation(
        name="某单位", number=body + credit_code_check(body), division_code="990104", actor=BY
    )
    assert made.organisation_kind == kind


@pytest.mark.req("B1")
def test_a_kind_that_the_code_contradicts_is_refused(db):
    body = "92990100MA0Y00031"
    code = body + credit_code_check(body)
    with pytest.raises(Invalid, match="机构类型"):
        services.register_organisation(name="某店", number=code, kind="enterprise", division_code="990104", actor=BY)
    body = "A1990100MA0Y00031"
    made = services.register_organisation(
        name="某单位", number=body + credit_code_check(body), kind="agency", division_code="990104", actor=BY
    )
    assert made.organisation_kind == "agency"


@pytest.mark.req("B1")
def test_existing_organisations_get_their_kind(firm):
    fill = import_module("tongban.people.identity.migrations.0005_kinds_of_organisations").fill
    type(firm).objects.filter(id=firm.id).update(organisation_kind="")
    fill(apps, None)
    firm.refresh_from_db()
    assert firm.organisation_kind == "enterprise"
