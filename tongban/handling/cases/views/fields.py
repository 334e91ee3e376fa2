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
ROWS = {"address": 2, "textarea": 5}
"""Fields whose answer wraps, and how many lines they show at first: an address is longer than a phone is wide."""
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
    rows: int = 0
    """How many lines a text area shows at first."""


def shown_field(
    field: FormField, value: str, error: str, facts: Mapping[str, str], shown: Mapping[str, str], *, new: bool = False
) -> ShownField:
    """Return the field with its value and its error, and with facts filled in its labels.

    `facts` decide which choices are open; `shown` are the facts as the reader may see them. `new` means that nobody has
    saved the page yet, so a choice that is made was made beforehand, and the hint says so.
    """
    labels = dict(field.choices)
    chosen = fill(labels[value], shown) if new and value in labels and value == facts.get(field.prefill) else ""
    return ShownField(
        key=field.key,
        kind="choice" if field.kind == "choice" else "textarea" if field.kind in ROWS else "text",
        label=field.label,
        hint=_with_choice(field.hint or HINTS.get(field.kind, ""), chosen),
        value=value,
        error=error,
        required=field.required,
        choices=[(choice, fill(label, shown)) for choice, label in open_choices(field, facts)],
        keyboard=KEYBOARDS.get(field.kind, ""),
        width=WIDTHS.get(field.kind, "full"),
        type=TYPES.get(field.kind, "text"),
        rows=ROWS.get(field.kind, 0),
    )


def first_to_type(fields: Iterable[ShownField]) -> str:
    """Return the key of the field in which the cursor stands when a page opens, or "".

    That is the first field to answer, if it is typed. The cursor never skips a choice that is still open.
    """
    first = next((field for field in fields if field.required and not field.value), None)
    return first.key if first and first.kind in ("text", "textarea") else ""


def _with_choice(hint: str, chosen: str) -> str:
    """Add to a hint that an answer was chosen beforehand. Nobody should send off by oversight what others chose."""
    said = f"已经先选了“{chosen.partition('：')[0]}”，不合适可以改。" if chosen else ""
    return f"{hint}{'。' if hint and hint[-1] not in '。！？' else ''}{said}" if said else hint


def shown_question(
    question: GuidingQuestion, value: str, error: str, facts: Mapping[str, str], *, new: bool = False
) -> ShownField:
    """Return a guiding question as a required field with the choices that the known facts leave open.

    `new` means that nobody has answered the questions yet, so the usual answer was chosen beforehand.
    """
    choices = question.choices_for(facts)
    chosen = dict(choices).get(value, "") if new and value == question.usual else ""
    return ShownField(
        key=question.key,
        kind="choice",
        label=question.text,
        hint=_with_choice(question.hint, chosen),
        value=value,
        error=error,
        required=True,
        choices=list(choices),
        keyboard="",
        width="full",
        type="text",
    )


def in_words(field: FormField, value: str, shown: Mapping[str, str]) -> str:
    """Return an answer as the summary shows it: for a choice its label, with facts filled in as they are shown.

    What the applicant typed is shown in full, so that they can check.
    """
    return fill(dict(field.choices).get(value, ""), shown) if field.kind == "choice" else value
