"""Ask every address as every kind of person, and compare the answers with docs/access.md.

`TONGBAN_WRITE_ACCESS=1 bin/test tests/test_access_matrix.py` writes the table again. Read the difference before you
commit it.
"""

import os
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.test_access import LEADS_ON, ONLY_POSTED, PARAMETERS, WHO, patterns
from tests.world import address_of, undone, world
from tongban.foundation.ui.audience import EVERYBODY, audience_of
from tongban.people.identity.audiences import Audience

__all__ = ["world"]
HEAD = """# Who may open which address

`tests/test_access_matrix.py` writes this page. It asks every address as each of these persons and compares the answers.
"Declared for" is what the room says in `audiences` of its `room.py`, "guard" what the view itself checks first. The
applicant has submitted a newborn bundle and granted both helpers their mandates. Window, clerk and head belong to a
department that handles one of its cases; the visitor of the "clerk at a visit" is the applicant. The administrators
hold no other post and work for the data bureau. All officers have just proved again who they are; citizens have not,
except in the column that says so. Every request is rolled back. Where the test has no row for an address, it uses a
made-up id, so 404 is the best answer that anybody gets, and the test names the other test that shows who is let in.

200 and 422 mean that the person is let in (422 answers an empty form), as 302 does for a POST: done. Any other 302
leads to another page, "302 sign-in" to signing in and "302 proof" to a fresh proof. 403 refuses. 404 reveals nothing,
not even that the row exists. The operations of the programming interface are in
[access-operations.md](access-operations.md).
"""
ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "access.md"
ROLES = (
    "anonymous", "applicant", "applicant with proof", "other citizen", "helper in scope", "helper out of scope",
    "window", "clerk at a visit", "head", "other department", "system admin", "security admin", "audit admin",
)  # fmt: skip
CITIZENS, HELPERS = ("applicant", "other citizen"), ("helper in scope", "helper out of scope")
ADMINS = ("system admin", "security admin", "audit admin")
OFFICERS = ("window", "head", "other department", *ADMINS)
SHOWN_ELSEWHERE = {
    "acting:accept": (
        "the helper is asked for a proof before they take pictures",
        "tongban/portal/acting/tests/test_giving.py::test_a_helper_gives_the_second_factor_before_taking_pictures",
    ),
    "acting:claim": (
        "the child is sent with the form",
        "tongban/portal/acting/tests/test_helping.py::test_a_child_of_twelve_consents_with_their_own_account",
    ),
    "cases:correction": (
        "only while a correction is asked for",
        "tongban/handling/cases/tests/test_pages_apply.py::test_a_correction_is_answered_on_one_page",
    ),
    "cases:fact_correction": (
        "only for a fact that the draft shows",
        "tongban/handling/cases/tests/test_fact_corrections.py::test_only_the_applicant_and_only_facts_of_the_draft",
    ),
    "cases:resume": (
        "it leads on to a page of the draft",
        "tongban/handling/cases/tests/test_fewer_steps.py::test_a_page_whose_content_is_known_is_not_visited",
    ),
    "cases:page": (
        "the draft's form has no page of its own",
        "tongban/handling/cases/tests/test_pages_apply.py::test_a_page_is_saved_automatically_without_moving_on",
    ),
    "desk:acceptance": (
        "the step is sent with the form",
        "tongban/portal/desk/tests/test_case_page.py::test_a_case_is_accepted_reviewed_and_granted_through_the_pages",
    ),
    "desk:opinion": (
        "the step is sent with the form",
        "tongban/portal/desk/tests/test_case_page.py::test_a_case_is_accepted_reviewed_and_granted_through_the_pages",
    ),
    "desk:decision": (
        "the step is sent with the form",
        "tongban/portal/desk/tests/test_case_page.py::test_a_case_is_accepted_reviewed_and_granted_through_the_pages",
    ),
    "desk:correction": (
        "the step is sent with the form",
        "tongban/portal/desk/tests/test_case_page.py::test_a_correction_request_lists_everything_at_once",
    ),
    "desk:making": (
        "the step is sent with the form",
        "tongban/portal/desk/tests/test_case_page.py::test_making_and_delivering_the_card_closes_the_case",
    ),
    "desk:delivery": (
        "the step is sent with the form",
        "tongban/portal/desk/tests/test_case_page.py::test_making_and_delivering_the_card_closes_the_case",
    ),
    "desk:file": (
        "the case has no upload",
        "tongban/portal/desk/tests/test_case_page.py::test_only_the_responsible_officers_can_open_an_upload",
    ),
    "signin:check-objection": (
        "nobody was checked at a window",
        "tongban/portal/window/tests/test_objections.py::test_a_raised_level_can_be_objected_to_on_the_account_pages",
    ),
    "signin:first-password": (
        "only with an initial password",
        "tests/across/test_takeover.py::test_an_initial_password_opens_only_the_page_where_it_is_changed",
    ),
    "signin:phone-check": (
        "only after the new phone was named",
        "tongban/people/signin/tests/test_accounts.py::test_a_phone_can_be_changed_and_the_old_one_is_notified",
    ),
    "sso:leave": (
        "nobody has signed in to the system",
        "tongban/people/sso/tests/test_pages.py::test_a_person_sees_which_system_knows_what_and_can_revoke_it",
    ),
    "mfa_deactivate_totp": (
        "nobody here has a second factor",
        "tongban/people/signin/tests/test_factors.py::test_an_officer_first_adds_a_factor_if_required",
    ),
    "mfa_edit_webauthn": (
        "nobody here has a passkey",
        "tongban/people/signin/tests/test_passkeys.py::test_the_owner_renames_a_passkey",
    ),
    "mfa_remove_webauthn": (
        "nobody here has a passkey",
        "tongban/people/signin/tests/test_passkeys.py::test_the_owner_removes_a_passkey",
    ),
    "mfa_generate_recovery_codes": (
        "nobody here has a second factor",
        "tongban/people/signin/tests/test_factors.py::test_new_recovery_codes_void_the_old_ones",
    ),
    "mfa_reauthenticate": (
        "nobody here has a second factor",
        "tongban/people/signin/tests/test_factors.py::test_a_person_with_a_second_factor_must_use_it_as_proof",
    ),
    "window:check": (
        "nobody is being checked at a window",
        "tongban/portal/window/tests/test_checks.py::test_a_check_with_a_readers_receipt_counts_after_a_day",
    ),
    "window:confirm": (
        "nobody is being checked at a window",
        "tongban/portal/window/tests/test_confirmations.py::test_a_second_officer_confirms_a_check",
    ),
}
"""Addresses that let nobody in here: why, and the test that shows whom they let in."""


def answer(client, name, address):
    """Ask an address, and return the status for the table. What the request changes is rolled back."""
    query = urlencode({} if name in ONLY_POSTED else PARAMETERS.get(name, {}))
    cookies = client.cookies.copy()
    with undone():
        found = client.generic("POST" if name in ONLY_POSTED else "GET", address, QUERY_STRING=query)
    client.cookies = cookies
    to = LEADS_TO.get(urlsplit(found["Location"]).path, "") if found.status_code == 302 else ""
    return f"{found.status_code} {to}".strip()


LEADS_TO = {"/sign-in/": "sign-in", "/confirm/": "proof"}


def table(world):
    clients, things, of_room = world
    titles = ["address", "declared for", "guard", *ROLES]
    lines = [HEAD, f"| {' | '.join(titles)} |", "|" + "---|" * len(titles)]
    for name, pattern in sorted(patterns().items()):
        address = address_of(name, things, of_room)
        mark = " (POST)" if name in ONLY_POSTED else ""
        found = [answer(clients[role], name, address) for role in ROLES]
        lines.append(f"| {' | '.join([f'{name}{mark}', WHO.get(name, ''), audience_of(pattern.callback), *found])} |")
    return "\n".join(lines) + "\n"


@pytest.mark.req("B5")
def test_the_answers_are_as_documented(world):
    found = table(world)
    if os.environ.get("TONGBAN_WRITE_ACCESS"):
        DOCUMENT.write_text(found, encoding="utf-8")
    assert found == DOCUMENT.read_text(encoding="utf-8")


def rows():
    """Return what the table says: name -> role -> answer."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in DOCUMENT.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    return {row[0].removesuffix(" (POST)"): dict(zip(ROLES, row[3:], strict=True)) for row in cells[1:]}


def admitted(name):
    """Return the roles that the table shows as let in."""
    done = {"200", "422", "302"} if name in ONLY_POSTED or name in LEADS_ON else {"200", "422"}
    return {role for role, said in rows()[name].items() if said in done}


GUARDED = sorted(name for name, pattern in patterns().items() if audience_of(pattern.callback) != EVERYBODY)


@pytest.mark.req("B5")
def test_an_address_without_an_audience_names_the_test_of_its_access():
    """A guard that refuses everybody would look the same in the table."""
    unshown = {name for name in GUARDED if not admitted(name)}
    assert unshown - set(SHOWN_ELSEWHERE) == set(), "give the fixture a row for it, or name a test in SHOWN_ELSEWHERE"
    assert set(SHOWN_ELSEWHERE) - unshown == set(), "the table shows it: take it out of SHOWN_ELSEWHERE"
    for name, (_, test) in SHOWN_ELSEWHERE.items():
        file, _, function = test.partition("::")
        assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8"), f"{name}: there is no {test}"


@pytest.mark.req("B5")
def test_restricted_pages_send_strangers_to_sign_in():
    for_machines = {"operation_pages:detail": "401"}
    expected = dict.fromkeys(GUARDED, "302 sign-in") | for_machines
    assert {name: rows()[name]["anonymous"] for name in GUARDED} == expected


FOR = {
    Audience.SIGNED_IN: (set(ROLES) - {"anonymous"}, set()),
    Audience.PROVED: ({"applicant with proof"}, {"applicant", "other citizen"}),
    Audience.CITIZEN: (set(CITIZENS), set(OFFICERS)),
    Audience.OWNER: (set(), set(OFFICERS)),
    Audience.VISITED: ({"clerk at a visit"}, set(ROLES) - {"clerk at a visit"}),
    Audience.OFFICER: (set(OFFICERS), {*CITIZENS, *HELPERS}),
    Audience.CLERK: ({"window", "other department"}, {*CITIZENS, *HELPERS, *ADMINS}),
    Audience.DEPARTMENT: ({"head"}, {*CITIZENS, *HELPERS, "other department", *ADMINS}),
    Audience.POSTS: (set(), {*CITIZENS, *HELPERS, "window", "other department"}),
}
"""By audience, who has to be let in (where anybody is) and who must not be."""


@pytest.mark.req("B5")
@pytest.mark.parametrize("name", GUARDED)
def test_the_answers_agree_with_the_rooms_declaration(name):
    inside, (must, never) = admitted(name), FOR[WHO[name]]
    assert not inside & never, f"declared for {WHO[name]}"
    if inside:
        assert must <= inside, f"declared for {WHO[name]}"
    if WHO[name] == Audience.OWNER:
        assert not set(CITIZENS) <= inside, "both citizens get in, and only one of them owns the row"
