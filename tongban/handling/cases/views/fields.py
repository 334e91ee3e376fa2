"""Prepare form fields of the catalogue for the macros of the pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tongban.handling.cases.queries.casefile import fill
from tongban.handling.cases.rules.form import open_choices
from tongban.handling.catalog.schema import FormField, GuidingQuestion

KEYBOARDS = {"phone": "tel", "bank_account": "numeric", "number": "numeric", "amount": "decimal"}
TYPES = {"phone": "tel", "date": "date", "month": "month"}
HINTS = {"date": "点开日历选，或照 2026-03-05 的样子填写", "month": "选择年和月，或照 2026-03 的样子填写"}
"""Hints of the fields that have none of their own."""
WIDTHS = {
    "phone": "middle",
    "given_name": "middle",
    "name": "middle",
    "amount": "short",
    "number": "short",
    "date": "middle",
    "month": "middle",
    "resident_number": "middle",
    "credit_code": "middle",
    "plate": "short",
    "vin": "middle",
    "code": "middle",
}


@dataclass(frozen=True)
class ShownField:
    """What the template needs to show one field."""

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


def shown_field(
    field: FormField, value: str, error: str, facts: Mapping[str, str], shown: Mapping[str, str]
) -> ShownField:
    """Return the field with its value and its error, and with facts filled in its labels.

    `facts` decide which choices are open; `shown` are the facts as the reader may see them.
    """
    return ShownField(
        key=field.key,
        kind="choice" if field.kind == "choice" else "textarea" if field.kind == "textarea" else "text",
        label=field.label,
        hint=field.hint or HINTS.get(field.kind, ""),
        value=value,
        error=error,
        required=field.required,
        choices=[(choice, fill(label, shown)) for choice, label in open_choices(field, facts)],
        keyboard=KEYBOARDS.get(field.kind, ""),
        width=WIDTHS.get(field.kind, "full"),
        type=TYPES.get(field.kind, "text"),
    )


def first_to_type(fields: Iterable[ShownField]) -> str:
    """Return the key of the field in which the cursor stands when a page opens, or "".

    That is the first field to answer, if it is typed. The cursor never skips a choice that is still open.
    """
    first = next((field for field in fields if field.required and not field.value), None)
    return first.key if first and first.kind == "text" else ""


def shown_question(question: GuidingQuestion, value: str, error: str, facts: Mapping[str, str]) -> ShownField:
    """Return a guiding question as a required field with the choices that the known facts leave open."""
    return ShownField(
        key=question.key,
        kind="choice",
        label=question.text,
        hint=question.hint,
        value=value,
        error=error,
        required=True,
        choices=list(question.choices_for(facts)),
        keyboard="",
        width="full",
        type="text",
    )


def in_words(field: FormField, value: str, shown: Mapping[str, str]) -> str:
    """Return an answer as the summary shows it: for a choice its label, with facts filled in as they are shown.

    What the applicant typed is shown in full, so that they can check.
    """
    return fill(dict(field.choices).get(value, ""), shown) if field.kind == "choice" else value
