"""The index compares a text only with names that can fit it, and finds what comparing it with all of them would."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from tongban.handling.catalog import reading
from tongban.handling.catalog.finding import NEAR, Entry, Index

NAMES = (
    "居民身份证首次申领",
    "身份证",
    "公司设立登记",
    "e 照通",
    "A B C",
    "社会保障卡 申领",
    "开公司",
    "出生一件事",
    "证",
)
CHARACTERS = sorted({character for name in NAMES for character in name})


class Slow(Index):
    """Compares a text with every entry."""

    def _written_alike(self, wanted, pairs):
        return range(len(self.entries))

    def _near(self, wanted, least=NEAR):
        scores = {}
        for position, entry in enumerate(self.entries if len(wanted) > 1 else ()):
            names = entry.sounds if wanted.isascii() else entry.names
            likeness = max(fuzz.ratio(wanted, name) for name in names)
            if likeness >= least:
                scores[position] = likeness / 100
        return scores


def both(entries):
    return Index.of(entries), Slow.of(entries)


MADE_UP = both([Entry("item", f"X-{n}", name, NAMES[n + 1 : n + 2]) for n, name in enumerate(NAMES)])


@given(st.text(CHARACTERS, max_size=8) | st.sampled_from(NAMES).flatmap(lambda name: st.just(f"我要办{name} 吗")))
def test_only_names_that_can_fit_are_compared(text):
    quick, slow = MADE_UP
    assert quick.find(text) == slow.find(text)
    assert quick.guess(text) == slow.guess(text)


def test_the_catalogues_own_names_and_nicknames_find_the_same():
    specs = [reading.read(path).spec for path in sorted((reading.FOLDER / "items").glob("*.yaml"))[::4]]
    entries = [Entry("item", spec.code, spec.name, tuple(spec.nicknames), spec.department) for spec in specs]
    quick, slow = both(entries)
    for entry in entries:
        for text in (entry.name, *entry.nicknames, entry.name[1:4], entry.name[::-1]):
            assert quick.find(text) == slow.find(text), text
