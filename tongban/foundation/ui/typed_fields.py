"""Fields of Django forms for what people type: phones, numbers, names, account names, dates and amounts.

Each brings the value into its one spelling (`foundation.typed`) before length and format are looked at, so that blanks,
full-width digits and invisible characters are no errors. The services check what is valid.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any  # Django's fields take any value

from django import forms

from tongban.foundation import codes, typed
from tongban.foundation.names import person_name

MAX_TYPED = 1_000
"""How many characters are read, blanks and invisible ones included. Longer text is refused before any work is done."""


def _bounded(text: str) -> str:
    if len(text) > MAX_TYPED:
        raise forms.ValidationError("内容太长，请检查后重新填写。")
    return text


class SpelledField(forms.CharField):
    """A line of text in one spelling."""

    spelling: Callable[[str], str] = staticmethod(str)

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return self.spelling(_bounded(found)) if isinstance(found, str) else found


class NumberField(SpelledField):
    """A resident number or a credit code."""

    spelling = staticmethod(typed.number)


class PhoneField(SpelledField):
    """A phone number."""

    spelling = staticmethod(typed.phone)


class CompactField(SpelledField):
    """A code of digits that was sent in a message."""

    spelling = staticmethod(typed.compact)


class CodeField(SpelledField):
    """A code of digits and capital letters, such as the end of a number."""

    spelling = staticmethod(typed.code)


class PlainField(SpelledField):
    """A code in which capitals and hyphens count, such as one of a QR code. Only blanks and invisible signs go."""

    spelling = staticmethod(typed.plain_code)


class NameField(SpelledField):
    """The name of a person."""

    spelling = staticmethod(person_name)


class LoginNameField(SpelledField):
    """The name of an account."""

    spelling = staticmethod(typed.login_name)


class DayInput(forms.DateInput):
    """The browser's own picker of days; without one, a line of text."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """A date: picked where the browser has a picker, otherwise typed in any of the usual spellings."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"widget": DayInput(), **more})

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return super().to_python(value)
        day = codes.day_of(typed.day(_bounded(str(value))))
        if day is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class AmountField(forms.DecimalField):
    """An amount of money in yuan."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or not isinstance(value, str):
            return super().to_python(value)
        found = typed.amount(_bounded(value))
        if not found:
            return None
        if not codes.is_amount(found):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return Decimal(found)
