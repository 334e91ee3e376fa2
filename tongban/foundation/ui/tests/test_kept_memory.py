"""The memory of kept pages is bounded, whatever strangers ask for."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation import clock
from tongban.foundation.ui.kept_pages import KeptPages, Key, Page


def _page(size):
    return Page(b"x" * size, {}, "", (), clock.now() + timedelta(days=1))


@given(asked=st.lists(st.tuples(st.integers(0, 30), st.booleans(), st.integers(0, 400)), max_size=60))
def test_memory_is_bounded_whatever_strangers_ask_for(asked):
    kept_pages = KeptPages(ordinary_bytes=30_000, open_ended_bytes=30_000)
    for name, chosen, size in asked:
        key = Key("http", "testserver", f"/{name}/", "page=1" if chosen else "", False, chosen)
        kept_pages.put(key, _page(size))
        assert kept_pages.size <= 60_000
    counted = sum(
        len(page.content) + 4 * (len(key.host) + len(key.path) + len(key.query)) + 2048
        for pages_of in kept_pages._pages.values()
        for key, page in pages_of.items()
    )
    assert counted == kept_pages.size


def test_chosen_pages_do_not_drive_out_ordinary_ones():
    kept_pages = KeptPages(ordinary_bytes=30_000, open_ended_bytes=30_000)
    home = Key("http", "testserver", "/", "", False, False)
    kept_pages.put(home, _page(100))
    for number_ in range(500):
        kept_pages.put(Key("http", "testserver", "/items/", f"page={number_}", False, True), _page(100))
        kept_pages.put(Key("http", f"testserver:{number_}", "/", "", False, True), _page(100))
    assert kept_pages.get(home) is not None
    kept_pages.put(home, _page(29_000))
    assert len(kept_pages.get(home).content) == 100, "a page that takes more than a tenth of all memory is not kept"


def test_a_long_name_of_a_host_or_value_of_a_header_counts():
    kept_pages = KeptPages(ordinary_bytes=300_000, open_ended_bytes=300_000)
    for number in range(100):
        key = Key("http", f"{number}." + "h" * 2_000, "/", "", False, True)
        page = Page(b"", {"Link": "l" * 1_000}, "", (), clock.now() + timedelta(days=1))
        kept_pages.put(key, page)
    assert 0 < len(kept_pages) < 300_000 // 3_000
