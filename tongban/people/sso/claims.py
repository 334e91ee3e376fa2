"""The claims about a person that a system receives for its scopes. ID tokens hold no personal data."""

from collections.abc import Collection, Mapping

from tongban.people.identity import queries as identity
from tongban.people.identity.queries import Account, Subject
from tongban.people.organisation import queries as organisation
from tongban.people.sso.models import Connection
from tongban.people.sso.rules import authentication_claims
from tongban.trust.crypto.masking import mask


def subject_id_of(account: Account) -> str:
    """Return `sub`: the subject's id, the same for every system and for all own accounts of the person.

    Departments work together on one case and must mean the same person. With a different `sub` for each system
    (pairwise) they would have to compare numbers, which not all of them may know. An account for a post is not the
    person's own: it has a `sub` of its own, so that it opens nothing of theirs at other systems.
    """
    return str(account.subject_id if identity.is_own(account) else account.id)


def of_sign_in(connection: Connection, authentication: Mapping[str, object]) -> dict[str, object]:
    """Return how the person signed in, and in whose name, for ID tokens and introspection.

    `authentication` is what the token records of its sign-in. For older tokens without it, the connection's present
    values count.
    """
    found: dict[str, object] = {
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


def of_person(
    connection: Connection, scopes: Collection[str], authentication: Mapping[str, object]
) -> dict[str, object]:
    """Return the claims for userinfo. An organisation is named in full: its name and code are public."""
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
        found["acting_for"] = {"sub": str(principal.id), "name": principal.name, "number": principal.number}
    return found
