"""Two results of `bench pages` side by side: `python -m tongban.bench.compare before.json after.json`."""

import json
import sys
from pathlib import Path
from typing import TypedDict

HEAD = (
    "| page | role | ms before | ms after | queries before | after | bytes sent before | after |\n|---|---|"
    + "---|" * 6
)


class Row(TypedDict):
    """What is compared of a page."""

    page: str
    role: str
    ms: float
    queries: int
    sent: int


class Result(TypedDict):
    """A result of `bench pages`."""

    fixed: list[Row]
    pages: list[Row]


def table(before: Result, after: Result) -> str:
    """Return a table of all pages that both have, the most expensive one first, and a line with the sums."""
    earlier, later = _by_page(before), _by_page(after)
    both = sorted(earlier.keys() & later.keys(), key=lambda key: -earlier[key]["ms"])
    lines = [HEAD, *(_line(*key, earlier[key], later[key]) for key in both)]
    total = [sum(rows[key]["ms"] for key in both) for rows in (earlier, later)]
    return "\n".join(lines) + f"\n\n{len(both)} pages: {total[0]:.0f} ms before, {total[1]:.0f} ms after.\n"


def _by_page(result: Result) -> dict[tuple[str, str], Row]:
    fixed = {(f"({row['page']})", row["role"]): row for row in result["fixed"]}
    return fixed | {(row["page"], row["role"]): row for row in result["pages"]}


def _line(page: str, role: str, before: Row, after: Row) -> str:
    cells = [page, role, before["ms"], after["ms"], before["queries"], after["queries"], before["sent"], after["sent"]]
    return f"| {' | '.join(map(str, cells))} |"


def main(arguments: list[str]) -> int:
    """Print the table of two files."""
    if len(arguments) != 2:
        print("Usage: python -m tongban.bench.compare before.json after.json", file=sys.stderr)
        return 2
    before, after = (json.loads(Path(one).read_text(encoding="utf-8")) for one in arguments)
    print(table(before, after))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
