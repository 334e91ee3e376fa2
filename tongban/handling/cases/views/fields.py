"""A form field of the catalogue as the page's macros take it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.handling.cases.queries.desk import fill
from tongban.handling.catalog.schema import FormField

KEYBOARDS = {"phone": "tel", "bank_account": "numeric", "number": "numeric", "amount": "decimal", "date": "numeric"}
WIDTHS = {
    "phone": "middle",
    "given_name": "short",
    "amount": "short",
    "number": "short",
    "date": "short",
    "month": "short",
    "resident_number": "middle",
    "credit_code": "middle",
    "plate": "short",
    "vin": "middle",
    "code": "middle",
}


@dataclass(frozen=True)
class ShownField:
    """What the template needs of one field."""

    key: str
    kind: str
    label: str
    hint: str
    value: str
    error: str
    required: bool
    choices: list[tuple[str, str]]
    keyboard: str
    width: str
    type: str


def shown(field: FormField, value: str, error: str, facts: Mapping[str, str]) -> ShownField:
    """The field with its value, its error and the facts in its labels."""
    return ShownField(
        key=field.key,
        kind="choice" if field.kind == "choice" else "textarea" if field.kind == "textarea" else "text",
        label=field.label,
        hint=field.hint,
        value=value,
        error=error,
        required=field.required,
        choices=[(choice, fill(label, dict(facts))) for choice, label in field.choices],
        keyboard=KEYBOARDS.get(field.kind, ""),
        width=WIDTHS.get(field.kind, "full"),
        type="tel" if field.kind == "phone" else "text",
    )


def in_words(field: FormField, value: str, facts: Mapping[str, str]) -> str:
    """An answer as the summary shows it."""
    if field.kind == "choice":
        return fill(dict(field.choices).get(value, ""), dict(facts))
    return value
