"""A draft stores the source of a fact in words, and the department is read from them when the fact is wrong."""

from hypothesis import given
from hypothesis import strategies as st

from tongban.handling.cases import sources

NAMES = st.lists(st.text(min_size=1, max_size=20).filter(lambda name: "·" not in name), min_size=1, max_size=4)


@given(NAMES)
def test_the_words_give_back_the_names_that_they_were_built_from(names):
    assert sources.names_in(sources.in_words(sources.SEPARATOR.join(names))) == tuple(names)


def test_words_that_are_stored_already_are_read_in_the_same_way():
    assert sources.names_in("数据共享 · 市公安局 · 人口基础信息") == ("市公安局", "人口基础信息")
    assert sources.names_in("市公安局 · 出生登记") == ("市公安局", "出生登记")
    assert sources.names_in("实名账号") == ("实名账号",)
