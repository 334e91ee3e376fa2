"""Find where rooms meet: every registry and port in the source, and the rooms that fill it."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
APART = {"tests", "migrations", "__pycache__"}
FILLING = {"add", "offer"}


@dataclass
class Meeting:
    """One registry or port, defined as `name` in `file`."""

    name: str
    kind: str
    type: str
    file: Path
    purpose: str
    filled_by: set[str] = field(default_factory=set)


def sources() -> Iterator[tuple[Path, str, ast.Module]]:
    """Yield (file, module, tree) of each product file."""
    for file in sorted((ROOT / "tongban").rglob("*.py")):
        inside = file.relative_to(ROOT).with_suffix("").parts
        if not APART & set(inside) and file.stem != "testing":
            yield file, ".".join(inside), ast.parse(file.read_text(encoding="utf-8"))


def kinds(trees: list[ast.Module]) -> set[str]:
    """Return `Registry`, `Port` and the names of classes that derive from them."""
    found = {"Registry", "Port"}
    for node in (node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)):
        bases = {ast.unparse(base).partition("[")[0] for base in node.bases}
        if bases & {"Registry", "Port"}:
            found.add(node.name)
    return found


def purpose_of(tree: ast.Module, index: int, call: ast.Call) -> str:
    """Return what a definition calls itself, and the docstring below it."""
    below = tree.body[index + 1] if index + 1 < len(tree.body) else None
    said = below.value.value if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) else ""
    return ". ".join(filter(None, [ast.literal_eval(call.args[0]), " ".join(str(said).split()).rstrip(".")]))


def imported(tree: ast.Module) -> dict[str, str]:
    """Return the names that a file imports, with the dotted names that they stand for."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found


def calls(tree: ast.Module, module: str) -> Iterator[tuple[str, str]]:
    """Yield (function of this module that contains the call or "", dotted name of what is called)."""
    names = imported(tree)
    for top in tree.body:
        for node in ast.walk(top):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                first, _, rest = ast.unparse(node.func).partition(".")
                dotted = f"{names.get(first, f'{module}.{first}')}{'.' if rest else ''}{rest}"
                yield (top.name if isinstance(top, ast.FunctionDef) else ""), dotted


def meetings() -> list[Meeting]:
    """Return all registries and ports in the order of their files, with the modules that fill them."""
    files = list(sources())
    classes = kinds([tree for _, _, tree in files])
    found: dict[str, Meeting] = {}
    for file, module, tree in files:
        for index, node in enumerate(tree.body):
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if not isinstance(value, ast.Call) or ast.unparse(value.func).partition("[")[0] not in classes:
                continue
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            kind, _, inner = ast.unparse(node.annotation if isinstance(node, ast.AnnAssign) else value.func).partition(
                "["
            )
            found[f"{module}.{target.id}"] = Meeting(
                target.id, kind, inner.removesuffix("]"), file.relative_to(ROOT), purpose_of(tree, index, value)
            )
    through: dict[str, set[str]] = defaultdict(set)  # function that fills -> what it fills
    for _, module, tree in files:
        for function, called in calls(tree, module):
            filled, _, verb = called.rpartition(".")
            if filled in found and verb in FILLING:
                if function and filled.rpartition(".")[0] == module:
                    through[f"{module}.{function}"].add(filled)
                else:
                    found[filled].filled_by.add(module)
    for _, module, tree in files:
        for _, called in calls(tree, module):
            for filled in through.get(called, ()):
                found[filled].filled_by.add(module)
    return list(found.values())
