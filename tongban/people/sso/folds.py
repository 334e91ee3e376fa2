"""Which entries account for connected systems, their secrets, consents and connections."""

from tongban.people.sso import events
from tongban.trust.ledger.folds import Fold

FOLDS = (
    Fold(
        table="sso_system",
        called="system",
        events=(
            events.SystemDrafted, events.SystemChanged, events.SystemSubmitted, events.SystemAgreed,
            events.SystemApproved, events.SystemReturned, events.SystemSuspended, events.SystemResumed,
            events.SystemRetired,
        ),
        columns=(
            "department_id", "contact_id", "kind", "state", "changed", "security_reviewer_id", "client_id",
            "drafted_at", "updated_at",
        ),
        digested=("name", "purpose", "redirect_uris", "post_logout_uris", "logout_uri", "scopes", "duty", "keys"),
    ),
    Fold(
        table="sso_secret",
        called="secret",
        events=(events.SecretMade, events.SecretEnded),
        link="system_id",
        columns=("made_at", "ends_at"),
        digested=("digest",),
    ),
    Fold(
        table="sso_consent",
        called="consent",
        events=(events.ConsentGiven, events.ConsentEnded),
        columns=("account_id", "system_id", "scopes", "given_at", "ended_at"),
    ),
    Fold(
        table="sso_connection",
        called="connection",
        events=(events.ConnectionBegun, events.ConnectionEnded),
        columns=("system_id", "account_id", "principal_id", "scopes", "began_at", "ended_at"),
    ),
)  # fmt: skip
