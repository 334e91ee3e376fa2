"""Reads the forms of a page as a browser does, so that a benchmark sends what a person would send."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from html.parser import HTMLParser

ATTRIBUTE = re.compile(r"""([\w-]+)=["']([^"']*)["']""")


@dataclass
class Form:
    """One form of a page, with what it holds before anybody types."""

    action: str
    """The address; empty if it is the page's own."""
    method: str
    values: dict[str, str] = field(default_factory=dict)
    """Hidden fields, and fields with a value."""
    empty: set[str] = field(default_factory=set)
    """Fields to fill in: texts without a value, and choices of which none is selected."""
    boxes: dict[str, str] = field(default_factory=dict)
    """Value by name of the boxes that are not ticked."""
    must: set[str] = field(default_factory=set)
    """Names of the boxes that have to be ticked."""
    options: dict[str, str] = field(default_factory=dict)
    """The first choice of each field that offers choices."""
    buttons: list[tuple[str, str]] = field(default_factory=list)
    """Name and value of the buttons that send the form."""

    def filled(self, answers: dict[str, str], text: str = "") -> dict[str, str]:
        """Return what is sent: the form's own values, `answers` in the fields it has, its first choices, and `text`.

        Ticks the boxes that have to be ticked, and those in `answers`, and presses the first button without a name,
        otherwise the first one: buttons with names do something else besides.
        """
        rest = {name: self.options.get(name, text) for name in self.empty}
        ticked = {name: value for name, value in self.boxes.items() if name in self.must or name in answers}
        known = {name: value for name, value in answers.items() if name in self.empty or name in self.values}
        main = sorted(self.buttons, key=lambda button: bool(button[0]))[:1]
        pressed = {name: value for name, value in main if name}
        return self.values | rest | known | ticked | pressed

    def with_values(self, values: Mapping[str, str]) -> "Form":
        """Return the same form with other values of the fields that it has."""
        return replace(self, values=self.values | {key: new for key, new in values.items() if key in self.values})


def hidden_values(page: str) -> dict[str, str]:
    """Return the hidden fields of a page. Much faster than reading its forms, so that clients leave the server time."""
    found = (dict(ATTRIBUTE.findall(tag)) for tag in re.findall(r"<input\b[^>]*>", page))
    return {
        one["name"]: unescape(one.get("value", "")) for one in found if one.get("type") == "hidden" and "name" in one
    }


def forms_of(page: str) -> list[Form]:
    """Return the forms of a page in their order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._select = self._textarea = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(has.get("action", ""), has.get("method", "get").lower())
            self.forms.append(self._open)
            self._by_id[has.get("id", "")] = self._open
            return
        form = self._by_id.get(has["form"]) if "form" in has else self._open
        if form is None or "disabled" in has:
            return
        if tag == "input":
            self._input(form, has)
        elif tag == "button" and has.get("type", "submit") == "submit" and "formaction" not in has:
            form.buttons.append((has.get("name", ""), has.get("value", "")))
        elif tag == "select" and "name" in has:
            self._select = has["name"]
            form.empty.add(self._select)
        elif tag == "option" and self._select and has.get("value"):
            form.options.setdefault(self._select, has["value"])
            if "selected" in has:
                form.values[self._select] = has["value"]
                form.empty.discard(self._select)
        elif tag == "textarea" and "name" in has:
            self._textarea, self._text = has["name"], ""
            form.empty.add(self._textarea)

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._textarea:
            if self._open is not None and self._text.strip():
                self._open.values[self._textarea] = self._text
                self._open.empty.discard(self._textarea)
            self._textarea = ""

    def _input(self, form: Form, has: dict[str, str]) -> None:
        name, kind, value = has.get("name", ""), has.get("type", "text"), has.get("value", "")
        if kind in {"submit", "image"}:
            form.buttons.append((name, value))
        elif not name or kind in {"button", "reset", "file"}:
            return
        elif kind == "radio":
            form.options.setdefault(name, value)
            if "checked" in has:
                form.values[name] = value
                form.empty.discard(name)
            elif name not in form.values:
                form.empty.add(name)
        elif kind == "checkbox":
            if "checked" in has:
                form.values[name] = value or "on"
            else:
                form.boxes[name] = value or "on"
                if "required" in has:
                    form.must.add(name)
        elif value or kind == "hidden":
            form.values[name] = value
        else:
            form.empty.add(name)
