"""A person who has a keyboard and eyes, no mouse: steps from stop to stop, and expects to see where he is."""

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
    """What has the focus: its kind (`input:radio`), what it is called, whether one sees that the focus is there."""

    kind: str
    name: str
    seen: bool
    filled: bool
    in_form: bool


class Keyboard:
    """The keys on one page; nothing is clicked, and no field is reached but by the keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.emulate_media(reduced_motion="reduce")  # else a stop is looked at while the page still glides to it

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def here(self) -> Stop | None:
        found = self.page.evaluate(STOP)
        return Stop(**found) if found else None

    def next(self) -> Stop | None:
        """One step on; each stop must show that the focus is there."""
        self.press("Tab")
        stop = self.here()
        assert stop is None or stop.seen, f"nobody sees where the focus is on {self.page.url}: {stop}"
        return stop

    def go_to(self, name: str, kind: str = "") -> Stop:
        """On to the next stop that is called so."""
        for _ in range(150):
            stop = self.next()
            if stop and re.search(name, stop.name) and stop.kind.startswith(kind):
                return stop
        raise AssertionError(f"no way by keyboard to {name} on {self.page.url}")

    def follow(self, name: str, kind: str = "") -> None:
        """On to a link or a button, and through it."""
        self.go_to(name, kind)
        self.enter()

    def enter(self) -> None:
        with self.page.expect_navigation():
            self.press("Enter")

    def fill_in(self, answers: dict[str, str]) -> None:
        """From field to field of one page of a form; what is filled in stays, a choice takes its first answer."""
        while (stop := self.next()) is None or "下一步" not in stop.name:
            if stop is None or not stop.in_form or stop.filled:
                continue
            if stop.kind == "input:radio":
                self.press("Space")
            elif stop.kind in {"input:text", "input:tel", "textarea:textarea"}:
                self.type(next(text for name, text in answers.items() if name in stop.name))
        self.enter()
