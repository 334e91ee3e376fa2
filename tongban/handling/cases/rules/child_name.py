"""The whole name that a child gets: the surname that the parents chose, and the given name that they typed."""

from collections.abc import Mapping

SURNAME_OF, GIVEN_NAME = "surname_of", "given_name"


def whole_name(answers: Mapping[str, str], facts: Mapping[str, str]) -> str:
    """Return the name under which the child's papers are issued, or "" while it is not settled."""
    given, chosen = answers.get(GIVEN_NAME, ""), answers.get(SURNAME_OF, "")
    return _surname(answers, facts) + given if given and chosen else ""


def doubled_surname(given: str, answers: Mapping[str, str], facts: Mapping[str, str]) -> str:
    """Return how to correct a given name that begins with the chosen surname, or "".

    A child may rightly be called so. The parents then write the whole name themselves.
    """
    surname = _surname(answers, facts)
    if not surname or not given.startswith(surname):
        return ""
    whole, rest = surname + given, given.removeprefix(surname)
    only = f"请只填名字“{rest}”" if rest else "请只填名字，不填姓"
    return (
        f"名字里已有姓“{surname}”，全名会是“{whole}”。{only}；确实要叫“{whole}”的，请选“自己写全名”，在这里填“{whole}”"
    )


def _surname(answers: Mapping[str, str], facts: Mapping[str, str]) -> str:
    """Return the surname of the parent that was chosen, "" for a name that the parents write whole."""
    return facts.get(f"{answers.get(SURNAME_OF, '')}_surname", "")
