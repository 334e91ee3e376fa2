"""Kinds of legal persons, and what their codes say about them (GB 32100-2015)."""

from enum import StrEnum

from tongban.foundation.errors import Invalid


class OrganisationKind(StrEnum):
    """What kind of legal person an organisation is (机构类型)."""

    ENTERPRISE = "enterprise"
    BUSINESS = "business"
    INSTITUTION = "institution"
    SOCIETY = "society"
    AGENCY = "agency"
    OTHER = "other"


ORGANISATION_LABELS = {
    OrganisationKind.ENTERPRISE: "企业",
    OrganisationKind.BUSINESS: "个体工商户",
    OrganisationKind.INSTITUTION: "事业单位",
    OrganisationKind.SOCIETY: "社会组织",
    OrganisationKind.AGENCY: "机关",
    OrganisationKind.OTHER: "其他组织",
}

_KINDS_OF_CODES = {
    "11": OrganisationKind.AGENCY,
    "12": OrganisationKind.INSTITUTION,
    "13": OrganisationKind.SOCIETY,
    "51": OrganisationKind.SOCIETY,
    "52": OrganisationKind.SOCIETY,
    "53": OrganisationKind.SOCIETY,
    "81": OrganisationKind.SOCIETY,
    "91": OrganisationKind.ENTERPRISE,
    "92": OrganisationKind.BUSINESS,
    "93": OrganisationKind.ENTERPRISE,
}
"""By characters 1 and 2 of the code: the registering department and the kind (GB 32100-2015, table 1)."""


def organisation_kind(credit_code: str) -> str:
    """Return the kind of organisation by the first two characters of its code; `other` where they leave it open."""
    return _KINDS_OF_CODES.get(credit_code[:2], OrganisationKind.OTHER)


def check_organisation_kind(kind: str, credit_code: str) -> None:
    """Raise Invalid for a kind that the credit code contradicts. Where the code leaves it open, accept any kind."""
    by_code = organisation_kind(credit_code)
    if by_code not in {kind, OrganisationKind.OTHER}:
        raise Invalid("机构类型与统一社会信用代码的前两位不符，请对照证照核对代码和类型。", field="kind")
