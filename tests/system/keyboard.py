"""A person with a keyboard and no mouse, who moves from stop to stop and expects to see where the focus is."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page

STOP = """() => {
  const stop = document.activeElement;
  if (!stop || stop === document.body) return null;
  const shows = (one) => {
    if (!one) return false;
    const style = getComputedStyle(one);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  };
  const around = stop.closest('.govuk-radios__item, .govuk-checkboxes__item, label, form[role=search]');
  const label = stop.labels && stop.labels[0] ? stop.labels[0].innerText : '';
  const box = stop.getBoundingClientRect();
  return {
    kind: stop.tagName.toLowerCase() + (stop.type ? ':' + stop.type : ''),
    name: (label || stop.getAttribute('aria-label') || stop.innerText || stop.value || '').trim().replace(/\\s+/g, ' '),
    seen: (shows(stop) || shows(around)) && box.bottom > 0 && box.top < innerHeight,
    filled: stop.type === 'radio'
      ? [...document.getElementsByName(stop.name)].some((one) => one.checked)
      : Boolean(stop.value),
    in_form: Boolean(stop.closest('main form')),
  };
}"""


@dataclass(frozen=True)
class Stop:
    """The element with the focus: its kind (`input:radio`), its accessible name, and whether the focus is visible."""

    kind: str
    name: str
    seen: bool
    filled: bool
    in_form: bool


class Keyboard:
    """The keyboard on one page. Nothing is clicked; every field is reached by keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.emulate_media(reduced_motion="reduce")  # otherwise a stop is checked while the page still scrolls to it

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def here(self) -> Stop | None:
        found = self.page.evaluate(STOP)
        return Stop(**found) if found else None

    def next(self) -> Stop | None:
        """Move to the next stop. The focus must be visible at each one."""
        self.press("Tab")
        stop = self.here()
        assert stop is None or stop.seen, f"nobody sees where the focus is on {self.page.url}: {stop}"
        return stop

    def go_to(self, name: str, kind: str = "") -> Stop:
        """Move to the next stop with this name."""
        for _ in range(150):
            stop = self.next()
            if stop and re.search(name, stop.name) and stop.kind.startswith(kind):
                return stop
        raise AssertionError(f"no way by keyboard to {name} on {self.page.url}")

    def follow(self, name: str, kind: str = "") -> None:
        """Move to a link or a button, and activate it."""
        self.go_to(name, kind)
        self.enter()

    def enter(self) -> None:
        with self.page.expect_navigation():
            self.press("Enter")

    def fill_in(self, answers: dict[str, str]) -> None:
        """Fill in one page of a form. Filled fields stay as they are; choices get their first answer.

        The page may have put the cursor into its first field to type. Nothing before it may be left open then.
        """
        stop = self.here() or self.next()
        while stop is None or "下一步" not in stop.name:
            assert stop is None or stop.seen, f"nobody sees where the focus is on {self.page.url}: {stop}"
            if stop and stop.in_form and not stop.filled:
                self.answer(stop, answers)
            stop = self.next()
        self.enter()

    def answer(self, stop: Stop, answers: dict[str, str]) -> None:
        if stop.kind == "input:radio":
            self.press("Space")
        elif stop.kind in {"input:text", "input:tel", "textarea:textarea"}:
            self.type(next(text for name, text in answers.items() if name in stop.name))
