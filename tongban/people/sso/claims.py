"""What a system is told of a person: what its scopes give. ID tokens wander about, so they hold no personal data."""

from collections.abc import Collection, Mapping
from typing import Any

from tongban.people.identity import queries as identity
from tongban.people.identity.queries import Account, Subject
from tongban.people.organisation import queries as organisation
from tongban.people.sso.models import Connection
from tongban.people.sso.rules import authentication_claims
from tongban.trust.crypto.masking import mask


def subject_id_of(account: Account) -> str:
    """`sub`: the subject's id, the same for every system and for all accounts of the person.

    Departments work on one case together, so they have to mean the same person; with a `sub` of its own for each
    (pairwise) they would have to compare numbers, which not all of them may have. An account that was opened for a
    post is not the person's own: it gets a `sub` of its own, so that it opens nothing of theirs at other systems.
    """
    return str(account.subject_id if identity.is_own(account) else account.id)


def of_sign_in(connection: Connection, authentication: Mapping[str, Any]) -> dict[str, Any]:
    """How the person signed in, and in whose name: for ID tokens and introspection.

    `authentication` is what the token keeps of the sign-in from which it came; one from before it was kept goes by what
    the connection says now.
    """
    found: dict[str, Any] = {
        "sub": subject_id_of(connection.account),
        "sid": str(connection.id),
        **(
            authentication
            or authentication_claims(connection.authenticated_at, level=connection.level, methods=connection.methods)
        ),
    }
    if connection.principal_id != connection.account.subject_id:
        found["acting_for"] = {"sub": str(connection.principal_id)}
    return found


def of_person(connection: Connection, scopes: Collection[str], authentication: Mapping[str, Any]) -> dict[str, Any]:
    """For userinfo. The organisation that he acts for is named in full: its name and code are public."""
    holder = identity.subject(connection.account.subject_id)
    found = of_sign_in(connection, authentication)
    if "real-name" in scopes or ("profile" in scopes and holder.kind == Subject.Kinds.ORGANISATION):
        found["name"] = holder.name
    elif "profile" in scopes:
        found["name"] = mask("name", holder.name)
    own = identity.is_own(connection.account)
    if "number" in scopes and own:
        found["number"] = holder.number
    if "phone" in scopes and holder.phone and own:
        found["phone_number"] = holder.phone
    if "posts" in scopes:
        found["posts"] = [
            {"department": organisation.department(post.department_id).name, "kind": post.kind}
            for post in identity.actor_of(connection.account).posts
        ]
    if "acting_for" in found:
        principal = identity.subject(connection.principal_id)
        found["acting_for"] |= {"name": principal.name, "number": principal.number}
    return found
