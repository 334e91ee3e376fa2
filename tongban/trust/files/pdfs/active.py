"""Finds active content in single objects of a PDF. References are not followed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

import pikepdf

from tongban.trust.files.pdfs.limits import Allowance, UnfitPdf
from tongban.trust.files.pdfs.words import ACTIONS

_ANNOTATIONS = {
    "/RichMedia": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/Screen": "media",
    "/3D": "media",
    "/FileAttachment": "attachment",
}
_KEYS = (
    "/JS", "/JavaScript", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RF", "/XFA", "/Ref", "/URI", "/Base", "/PA",
    "/Thread", "/OpenAction", "/AA",
)  # fmt: skip
_MARKS = re.compile(
    b"(?:%s)(?![A-Za-z0-9])" % b"|".join(sorted(one.encode() for one in {*ACTIONS, *_ANNOTATIONS, *_KEYS}))
)
"""An object without any of these words is passive, so for most objects one search is enough."""
_ELSEWHERE = {"/XFA": "form", "/EF": "attachment", "/RF": "attachment"}
"""Keys that are refused even if only a reference is known, since it is not known what they refer to."""
_LANGUAGE = re.compile(r"\x1b[^\x1b]{0,20}\x1b")
"""In a text of UTF-16, the language of what follows."""


def look(one: Any, numbered: bool, chained: Allowance) -> None:
    """Raise UnfitPdf if this object, without the objects that it refers to, is active.

    `numbered` says that the objects have their original numbers, so that references are meaningful.
    """
    if isinstance(one, pikepdf.Name):  # an indirect name: the object that uses it contains only a reference
        word = ACTIONS.get(str(one)) or _ANNOTATIONS.get(str(one))
        if word:
            raise UnfitPdf(word)
        return
    if isinstance(one, pikepdf.Stream):
        if "/F" in one.stream_dict:
            raise UnfitPdf("external")
        one = one.stream_dict
    if not isinstance(one, pikepdf.Dictionary | pikepdf.Array) or not _MARKS.search(one.unparse(resolved=True)):
        return
    waiting = [one]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Dictionary):
            hidden = dict(node.items())
            values = {key: value for key, value in hidden.items() if numbered or not _is_reference(value)}
            _look_at_dictionary(values, chained)
            for key, word in _ELSEWHERE.items():
                if not numbered and key in hidden and values.get(key) is None:
                    raise UnfitPdf(word)
        else:
            values = {str(place): value for place, value in enumerate(node)}
        waiting += [one for one in values.values() if _is_container(one) and not _is_reference(one)]


def _is_container(value: object) -> TypeGuard[pikepdf.Dictionary | pikepdf.Array]:
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array)


def _is_reference(value: object) -> bool:
    return isinstance(value, pikepdf.Object) and value.is_indirect


def _look_at_dictionary(node: Mapping[str, object], chained: Allowance) -> None:
    action, kind, script = _name(node, "/S"), _name(node, "/Subtype"), node.get("/JS")
    if action in ACTIONS:
        raise UnfitPdf(ACTIONS[action])
    if kind in _ANNOTATIONS:
        raise UnfitPdf(_ANNOTATIONS[kind])
    if isinstance(script, pikepdf.String) or (action and isinstance(script, pikepdf.Stream)):
        raise UnfitPdf("script")
    if _is_filled(node.get("/JavaScript")):
        raise UnfitPdf("script")
    if _name(node, "/Type") == "/EmbeddedFile" or _is_filled(node.get("/EmbeddedFiles")):
        raise UnfitPdf("attachment")
    if _has_any(node.get("/EF"), "/F", "/UF", "/DOS", "/Mac", "/Unix"):
        raise UnfitPdf("attachment")
    if isinstance(node.get("/XFA"), pikepdf.Stream | pikepdf.Array | pikepdf.String):
        raise UnfitPdf("form")
    related = node.get("/RF")
    if isinstance(related, pikepdf.Array | pikepdf.Dictionary) and len(related):
        raise UnfitPdf("attachment")
    if _has_any(node.get("/Ref"), "/F") or (action == "/Thread" and "/F" in node):
        raise UnfitPdf("external")
    former = node.get("/PA")  # the address that a link had before the page was captured
    if isinstance(former, pikepdf.Dictionary) and _name(former, "/S") == "/URI":
        raise UnfitPdf("external")
    if any(_address(node.get(key)).startswith(("javascript:", "vbscript:", "data:")) for key in ("/URI", "/Base")):
        raise UnfitPdf("script")
    if any(_name(one, "/S") == "/URI" for one in _automatic(node, chained)):
        raise UnfitPdf("external")


def _automatic(node: Mapping[str, object], chained: Allowance) -> Iterator[pikepdf.Dictionary]:
    """Yield the actions that happen without a click, and those chained to them."""
    waiting = [node.get("/OpenAction")]
    extra = node.get("/AA")
    if isinstance(extra, pikepdf.Dictionary):
        waiting += [value for _, value in extra.items()]
    while waiting:
        one = waiting.pop()
        chained.use()  # they may form a cycle
        if isinstance(one, pikepdf.Array):
            waiting += [inner for inner in one if isinstance(inner, pikepdf.Dictionary)]
        elif isinstance(one, pikepdf.Dictionary):
            yield one
            waiting.append(one.get("/Next"))


def _name(node: Any, key: str) -> str:
    found = node.get(key)
    return str(found) if isinstance(found, pikepdf.Name) else ""


def _address(found: object) -> str:
    """Return the printable ASCII letters of an address, in whatever encoding it is written."""
    text = bytes(found).decode("latin-1") if isinstance(found, pikepdf.String) else ""
    text = text.replace("\0", "")
    return re.sub(r"[^\x21-\x7e]", "", _LANGUAGE.sub("", text)).lower()


def _has_any(value: object, *keys: str) -> bool:
    return isinstance(value, pikepdf.Dictionary) and any(key in value for key in keys)


def _is_filled(tree: object) -> bool:
    """Return whether a name tree has entries; many programs write empty trees."""
    if isinstance(tree, pikepdf.Array):
        return len(tree) > 0
    if not isinstance(tree, pikepdf.Dictionary):
        return False
    return any(isinstance(tree.get(key), pikepdf.Array) and len(tree[key]) > 0 for key in ("/Names", "/Kids"))
