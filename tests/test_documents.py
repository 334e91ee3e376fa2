"""Documents and docstrings name only what exists: files, names in code, anchors of sections, decisions."""

import builtins
import re
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.urls import Resolver404
from procrastinate.exceptions import TaskNotFound

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(page for top in ("docs", "examples", "tests", "tongban") for page in ROOT.glob(f"{top}/**/*.md")),
    ]
)
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?<![\w./-])(?:tongban|tests|docs|examples|bin|requirements)/[\w./-]*")
TEST = re.compile(rf"({PATH.pattern})::(\w+)")
MODULE = re.compile(r"tongban(?:\.\w+)+")
NAME = re.compile(r"(?:\w+\.)*([A-Za-z_]\w*)(?:\(.*\))?")
DOTTED = re.compile(r"([a-z]\w*(?:\.\w+)+)(?:\(.*\))?")
"""A name in code with what holds it, such as `identity.policy.decide`: the packages above may be left out."""
IDENTIFIER = re.compile(r"([A-Za-z]\w*\(.*\)|\w*[a-z][A-Z]\w*|[a-z]\w*_\w+)")
"""A word that can only be a name in code: it is called, or has a capital or a line inside."""
RAISED = re.compile(r"\b[Rr]aises ((?:[^.\"\n]|\n(?! *\n))+)")
ADR = re.compile(r"\bADR (\d+)")
PAPER = re.compile(r"\b[A-Z][A-Z_]{4,}(?:\.md\b| §)")
"""A document of ours by its name in capitals, such as ARCHITECTURE.md, or with a section."""
SOURCES = sorted(page for top in ("tests", "tools", "tongban", "examples") for page in ROOT.glob(f"{top}/**/*.py"))
ABOUT_CODE = {ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", ROOT / "docs/rooms.md", *ROOT.glob("docs/adr/*.md")}
"""The documents whose every name in code font is looked up."""


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def sections_of(path: Path) -> frozenset[str]:
    """Return the anchors of a page, as GitHub makes them from its headings."""
    headings = re.findall(r"^#+ +(.+?) *$", text_of(path), re.M)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def links_of(text: str) -> list[tuple[str, str]]:
    """Yield (label, target) of each link into the repository."""
    found = [(label, target or picture) for label, target, picture in LINK.findall(text)]
    return [(label, target) for label, target in found if not re.match(r"\w+:", target)]


def fault_of_link(page: Path, label: str, target: str) -> str | None:
    address, _, section = target.partition("#")
    file = (page.parent / address).resolve() if address else page
    if not file.exists():
        return f"{target} does not exist"
    if section and section not in sections_of(file):
        return f"{target} has no such section"
    named = CODE.fullmatch(label)
    if named and (fault := fault_of_name(named[1], file)):
        return fault
    if (number := ADR.fullmatch(label)) and not file.name.startswith(f"{int(number[1]):04}-"):
        return f"{label} leads to {file.name}"
    return None


def fault_of_name(name: str, file: Path) -> str | None:
    """Check a link in code font: its label is the path itself, or something that the file defines."""
    if "/" in name or "." in name and file.suffix == f".{name.rpartition('.')[2]}":
        return None if str(file).endswith(name.rstrip("/").replace("../", "")) else f"{name} leads to {file}"
    if file.suffix == ".py" and (plain := NAME.fullmatch(name)):
        defined = rf"^ *(?:def|class) {plain[1]}\b|^ *{plain[1]}\b *[:=]"
        return None if re.search(defined, text_of(file), re.M) else f"{file.name} defines no {name}"
    return None


def fault_of_code(code: str) -> str | None:
    """Check a path of the repository or a dotted name in code font."""
    for path in PATH.findall(code):
        if not (ROOT / path.rstrip(".")).exists():
            return f"{path} does not exist"
    for path, test in TEST.findall(code):
        if f"def {test}(" not in text_of(ROOT / path):
            return f"{path} has no {test}"
    for module in MODULE.findall(code):
        if not is_there(module) and module not in loggers():
            return f"{module} is neither a module, nor a name in one, nor a logger"
    return None


@cache
def is_there(dotted: str) -> bool:
    file = ROOT / (dotted.replace(".", "/") + ".py")
    if file.is_file() or file.with_suffix("").is_dir():
        return True
    above, _, name = dotted.rpartition(".")
    if above in ("", "tongban"):
        return False
    module = find_spec(above) if is_there(above) else None
    origin = Path(module.origin) if module and module.origin else None
    return bool(origin and re.search(rf"^ *(?:def|class) {name}\b|^{name}\b *[:=]|\b{name},?$", text_of(origin), re.M))


def fault_of_short_name(code: str) -> str | None:
    """Check a name in code font whose packages are left out, and a word that can only be a name."""
    if found := DOTTED.fullmatch(code):
        name = found[1]
        if name.endswith(".py"):
            return None if any(source.name == name for source in SOURCES) else f"there is no {name}"
        return None if name.partition(".")[0] not in packages() or is_known(name) else f"there is no {name}"
    if (found := IDENTIFIER.fullmatch(code)) and (name := found[1].partition("(")[0]) not in words():
        return f"no code names {name}"
    return None


@cache
def modules() -> dict[str, Path]:
    """Return all modules of the product by their dotted names."""
    found = {source.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): source for source in SOURCES}
    return {name.removesuffix(".__init__"): source for name, source in found.items() if name.startswith("tongban.")}


@cache
def packages() -> frozenset[str]:
    return frozenset(part for name in modules() for part in name.split(".")[1:-1])


@cache
def words() -> frozenset[str]:
    """Return every word of the sources, whatever language they are in."""
    kinds = ("py", "html", "js", "css", "yaml", "toml", "in", "json")
    pages = [
        page for kind in kinds for top in ("tongban", "tests", "tools") for page in ROOT.glob(f"{top}/**/*.{kind}")
    ]
    pages = [*pages, ROOT / "pyproject.toml", *ROOT.glob("requirements/*.in"), *ROOT.glob("bin/*")]
    here = Path(__file__)
    return frozenset(word for page in pages if page != here for word in re.findall(r"\w+", text_of(page)))


@cache
def is_known(name: str) -> bool:
    """Say whether a module, something that a module or a room defines, or a stored name is called so."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        end, rest = "." + ".".join(parts[:length]), parts[length:]
        for module, source in modules().items():
            if module.endswith(end) and defines(source, rest):
                return True
    return any(f'"{name}"' in text_of(source) for source in SOURCES if source != Path(__file__))


def defines(source: Path, names: list[str]) -> bool:
    """Say whether a module, or for a package any file in it, defines or passes on all names."""
    files = source.parent.rglob("*.py") if source.name == "__init__.py" else [source]
    texts = [text_of(file) for file in files] if names else []
    patterns = [rf"^ *(?:def|class) {name}\b|^ *{name}\b *[:=]|\bas {name}$" for name in names]
    return all(any(re.search(pattern, text, re.M) for text in texts) for pattern in patterns)


@cache
def loggers() -> frozenset[str]:
    """Return the names of loggers that differ from their module's."""
    sources = (text_of(source) for source in ROOT.glob("tongban/**/*.py"))
    return frozenset(name for text in sources for name in re.findall(r'getLogger\("([\w.]+)"\)', text))


def faults_of(page: Path) -> list[str]:
    text = text_of(page)
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S)
    found = [fault_of_link(page, label, target) for label, target in links_of(prose)]
    found += [fault_of_code(code) for code in CODE.findall(prose)]
    if page in ABOUT_CODE:
        found += [fault_of_short_name(code) for code in CODE.findall(prose)]
    blocks = re.findall(r"^ *```(?!python|jinja)\w*\n(.*?)^ *```", text, re.M | re.S)
    found += [fault_of_code(line) for block in blocks for line in block.splitlines()]
    found += [f"there is no ADR {number}" for number in ADR.findall(prose) if int(number) not in decisions()]
    return [fault for fault in found if fault]


@cache
def decisions() -> Counter[int]:
    return Counter(int(page.name[:4]) for page in (ROOT / "docs" / "adr").glob("*.md"))


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_everything_that_a_document_names_exists(page):
    assert faults_of(page) == []


def test_a_name_that_does_not_exist_is_reported(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# Title\n[`gone`](page.py) [a](missing.md) [b](#title) [c](#other) `tongban/nowhere/at_all.py`\n"
        "`tongban.foundation.clock.now` `tongban.foundation.clock.then` `tests/contracts.py::test_x`\n"
        "ADR 1, ADR 9999\n"
    )
    (tmp_path / "page.py").write_text("def here():\n    pass\n")
    assert len(faults_of(page)) == 7


@pytest.mark.parametrize(
    ("code", "is_right"),
    [
        ("identity.policy.decide", True),
        ("identity.policy.judge", False),
        ("announcements.ports.recorder", True),
        ("announcements.ports.Recorded", False),
        ("cases.unmask", True),
        ("cases.unveil", False),
        ("ledger.AlarmRaised", True),
        ("ledger.AlarmRung", False),
        ("room.py", True),
        ("chamber.py", False),
        ("blind_indexes(…)", True),
        ("blind_guesses(…)", False),
        ("SealedUploadHandler", True),
        ("SealedDownloadHandler", False),
        ("allauth.idp.oidc", True),
        ("purpose", True),
    ],
)
def test_short_names_are_looked_up(code, is_right):
    assert (fault_of_short_name(code) is None) is is_right


def test_docstrings_name_only_errors_that_exist():
    classes = {name for source in SOURCES for name in re.findall(r"^ *class (\w+)", text_of(source), re.M)}
    classes |= set(dir(builtins))
    classes |= {error.__name__ for error in (DatabaseError, ImproperlyConfigured, Resolver404, TaskNotFound)}
    raised = {
        (source.name, name)
        for source in SOURCES
        for errors in RAISED.findall(text_of(source))
        for name in re.findall(r"\b[A-Z]\w*[a-z]\w*", errors)
    }
    assert {(file, name) for file, name in raised if name not in classes} == set()


def test_every_decision_has_a_unique_number():
    assert set(decisions().values()) == {1}
    for page in (ROOT / "docs" / "adr").glob("*.md"):
        number = re.match(r"# (\d+)[.:] ", text_of(page))
        assert number is not None, page.name
        assert int(number[1]) == int(page.name[:4]), page.name


def papers_in(text: str) -> set[str]:
    return {found.removesuffix(" §").removesuffix(".md") for found in PAPER.findall(text)}


def test_docstrings_and_comments_cite_only_existing_documents():
    here = {page.stem for page in DOCUMENTS}
    cited = {source: papers_in(text_of(source)) - here for source in SOURCES if source != Path(__file__)}
    assert {str(source): names for source, names in cited.items() if names} == {}
    assert papers_in("see CONVENTIONS §4.4 and ARCHITECTURE.md, GB/T 32918.2 §7.1") == {"CONVENTIONS", "ARCHITECTURE"}


def test_a_decision_has_its_number_and_its_status():
    wrong = []
    for page in ROOT.glob("docs/adr/[0-9]*.md"):
        text = text_of(page)
        if not text.startswith(f"# {int(page.name[:4])}. ") or not re.search(r"\n\nStatus: \w+", text[:400]):
            wrong.append(page.name)
    assert not wrong
