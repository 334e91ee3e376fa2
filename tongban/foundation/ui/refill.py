"""Put what somebody typed back into the forms of a page, whichever room rendered it. Pure text in, text out.

A page is rendered again after the session ended, without what was typed into it. Instead of each view, this module
reads the finished HTML, finds the form that was sent, and fills in its controls. Passwords and files stay empty.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.utils.html import escape

NEVER = frozenset({"password", "file", "hidden", "submit", "button", "reset", "image"})
"""Types of inputs that are not filled in. A hidden one holds what the page says now, such as a nonce or a version."""
CHOSEN = frozenset({"checkbox", "radio"})
Attributes = list[tuple[str, str | None]]


@dataclass
class _Control:
    """A control of a form: where its tag begins and ends in the page, and for a textarea where its text does."""

    tag: str
    attributes: Attributes
    start: int
    end: int
    text: tuple[int, int] = (0, 0)
    options: list["_Control"] = field(default_factory=list)
    label: str = ""
    """The text of an option."""

    def get(self, name: str) -> str | None:
        return dict(self.attributes).get(name)

    @property
    def name(self) -> str:
        return self.get("name") or ""

    @property
    def type(self) -> str:
        return (self.get("type") or ("submit" if self.tag == "button" else "text")).lower()

    @property
    def sent(self) -> str:
        """What a browser sends for a chosen option (HTML, 4.10.10): its value, otherwise its text."""
        value = self.get("value")
        return " ".join(self.label.split()) if value is None else value


@dataclass
class _Form:
    start: int
    action: str
    posts: bool
    id: str
    inside: list[_Control]
    """The tags of closed `details` around it."""
    controls: list[_Control] = field(default_factory=list)


@dataclass(frozen=True)
class Refilled:
    """The page with what was typed, and what found no place in it."""

    html: str
    left: Mapping[str, Sequence[str]]


def refill(
    html: str,
    *,
    address: str,
    sent_to: str,
    typed: Mapping[str, Sequence[str]],
    notice: Callable[[Mapping[str, Sequence[str]]], str],
) -> Refilled | None:
    """Return the page with what was typed in the form that sends to `sent_to`, and the notice before that form.

    `notice` returns its HTML for the values that found no place. `address` is the page's own path. `typed` maps names
    to values; names of buttons and hidden fields help to choose among several forms. None if the page has no such form.
    """
    page = _Page(html)
    page.feed(html)
    page.close()
    fitting = [one for one in page.forms if one.posts and _path(urljoin(address, one.action)) == sent_to]
    best = max(fitting, key=lambda form: _likeness(form, typed), default=None)
    if best is None or _likeness(best, typed) <= 0:
        return None
    left = {name: list(values) for name, values in typed.items()}
    edits = [edit for control in best.controls for edit in _edits(control, left, typed)]
    for control in best.controls:
        if control.type == "hidden":
            left.pop(control.name, None)
    edits += [(tag.start, tag.end, _tag(tag, [*tag.attributes, ("open", None)])) for tag in best.inside]
    lost = {name: values for name, values in left.items() if any(values)}
    edits.append((best.start, best.start, notice(lost)))
    for start, end, text in sorted(edits, reverse=True):
        html = html[:start] + text + html[end:]
    return Refilled(html, lost)


class _Page(HTMLParser):
    """Collects the forms of a page with their controls."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._starts = [0, *(found.end() for found in re.finditer("\n", html))]
        self.forms: list[_Form] = []
        self._form: _Form | None = None
        self._details: list[_Control] = []
        self._open: _Control | None = None
        self._option: _Control | None = None

    def _at(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        start = self._at()
        control = _Control(tag, attributes, start, start + len(self.get_starttag_text() or ""))
        if tag == "details":
            self._details.append(control)
        elif tag == "form":
            closed = [one for one in self._details if one.get("open") is None and "open" not in dict(one.attributes)]
            posts = (control.get("method") or "").lower() == "post"
            self._form = _Form(start, control.get("action") or "", posts, control.get("id") or "", closed)
            self.forms.append(self._form)
        elif tag == "option" and self._open is not None:
            self._open.options.append(control)
            self._option = control
        elif tag in {"input", "textarea", "select", "button"}:
            self._add(control)

    def handle_startendtag(self, tag: str, attributes: Attributes) -> None:
        self.handle_starttag(tag, attributes)

    def handle_data(self, data: str) -> None:
        if self._option is not None:
            self._option.label += data

    def handle_endtag(self, tag: str) -> None:
        if tag in {"option", "optgroup", "select"}:
            self._option = None
        if tag == "form":
            self._form = None
        elif tag == "details" and self._details:
            self._details.pop()
        elif tag in {"textarea", "select"} and self._open is not None:
            self._open.text = (self._open.end, self._at())
            self._open = None

    def _add(self, control: _Control) -> None:
        if control.tag in {"textarea", "select"}:
            self._open = control
        elsewhere = control.get("form")
        owner = next((one for one in self.forms if one.id == elsewhere), None) if elsewhere else self._form
        if owner is not None and control.name:
            owner.controls.append(control)


def _likeness(form: _Form, typed: Mapping[str, Sequence[str]]) -> int:
    """Return how well the form fits: a button or a hidden field with the value that was sent says more than a name."""
    found = 0
    for control in form.controls:
        sent = typed.get(control.name)
        if control.tag == "button" or control.type in {"hidden", "submit"}:
            found += 10 if sent is not None and (control.get("value") or "") in sent else 0
        else:
            found += sent is not None
    return found


def _edits(
    control: _Control, left: dict[str, list[str]], typed: Mapping[str, Sequence[str]]
) -> list[tuple[int, int, str]]:
    """Return the changes that put the values into the control, and take those from `left` that found a place.

    Radio buttons and a list of one choice cannot be cleared by hand: where nothing was sent for them, they keep what
    the page says. A box for which nothing was sent had no tick.
    """
    values = left.get(control.name)
    if control.tag == "button" or control.type in NEVER:
        if values and control.type != "file" and (control.get("value") or "") in values:
            values.remove(control.get("value") or "")
        return []
    one_choice = control.type == "radio" or (control.tag == "select" and "multiple" not in dict(control.attributes))
    if one_choice and control.name not in typed:
        return []
    if control.type in CHOSEN and control.tag == "input":
        return [_choose(control, left, "checked", control.get("value") or "on")]
    if control.tag == "select":
        return [_choose(one, left, "selected", one.sent, name=control.name) for one in control.options]
    if not values:
        return []
    value = values.pop(0)
    if control.tag == "textarea":
        return [(*control.text, "\n" + escape(value))]
    attributes = [pair for pair in control.attributes if pair[0] != "value"]
    return [(control.start, control.end, _tag(control, [*attributes, ("value", value)]))]


def _choose(
    control: _Control, left: dict[str, list[str]], mark: str, value: str, *, name: str = ""
) -> tuple[int, int, str]:
    values = left.get(name or control.name, [])
    attributes = [pair for pair in control.attributes if pair[0] != mark]
    if value in values:
        values.remove(value)
        attributes.append((mark, None))
    return control.start, control.end, _tag(control, attributes)


def _tag(control: _Control, attributes: Attributes) -> str:
    written = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attributes)
    return f"<{control.tag}{written}>"


def _path(address: str) -> str:
    return urlsplit(address).path
