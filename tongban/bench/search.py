"""`bench search`: everyday words in the search index in memory; the limit is a bare scan of all names."""

from collections.abc import Iterator

from tongban.bench.figures import Figures, percentiles, ratio, timed
from tongban.bench.problems import Problems
from tongban.handling.catalog import queries

QUERIES = (
    "身份证丢了", "上户口", "落户", "社保卡", "开公司", "公积金提取", "生孩子", "领结婚证", "shenfenzheng", "sfz",
    "护照", "驾照换证", "医保报销", "养老金", "居住证", "营业执照", "买房过户", "交税", "残疾证", "身分证", "gongjijin",
)  # fmt: skip


def run(problems: Problems, *, times: int = 20) -> Figures:
    """Measure a search in the index, and a whole search with its cards from the database (milliseconds)."""
    index = queries.index()
    for query in QUERIES:
        hits, whole_hits = len(index.find(query)), queries.search(query).count
        problems.expect(0 < whole_hits <= hits, f"{query} finds {hits} services in the index and {whole_hits} in all")
    names = [entry.name for entry in index.entries]
    words: Iterator[str] = iter(())

    def word() -> str:
        nonlocal words
        found = next(words, None)
        if found is None:
            words = iter(QUERIES)
            found = next(words)
        return found

    count = times * len(QUERIES)
    bare = percentiles(timed(lambda: [name for name in names if word() in name], times=count))
    found = percentiles(timed(lambda: index.find(word()), times=count))
    whole = percentiles(timed(lambda: queries.search(word()), times=count))
    return {
        "bench": "search",
        "entries": len(names),
        "index": found | {"ratio": ratio(bare["p50_ms"], found["p50_ms"])},
        "search_with_cards": whole,
        "bare_scan": bare,
    }
