"""Which entries account for subjects, accounts, appointments, representations, visits and mandates."""

from tongban.people.identity import events
from tongban.trust.ledger.folds import Fold, every

FOLDS = (
    Fold(
        table="identity_subject",
        called="subject",
        events=(events.PersonRegistered, events.OrganisationRegistered),
        columns=("kind", "registered_at"),
    ),
    Fold(
        table="identity_account",
        called="account",
        events=(
            events.AccountOpened, events.AccountBound, events.AccountUnbound, events.AccountOwned,
            events.AccountClosed,
        ),
        columns=("subject_id", "is_active", "opened_at", "own_from"),
    ),
    Fold(
        table="identity_appointment",
        called="appointment",
        events=(events.AppointmentMade, events.AppointmentEnded),
        columns=("subject_id", "post_id", "from_day", "until", "stand_in_for_id", "administers"),
        writable=("until",),
    ),
    Fold(
        table="identity_offer",
        called="offer of a post",
        events=(events.AppointmentOffered, events.OfferAnswered),
        columns=("subject_id", "post_id", "offered_by_id", "offered_at", "expires_at", "answered_at", "answer"),
        writable=("answered_at", "answer"),
    ),
    Fold(
        table="identity_representation",
        called="representation",
        events=(events.RepresentativeEntitled, events.RepresentativeEnded),
        link="organisation_id",
        also=("t.person_id", "e.payload->>'person'"),
        columns=("since", "ended_at"),
        writable=("ended_at",),
    ),
    Fold(
        table="identity_visit",
        called="visit",
        events=(events.VisitBegun, events.VisitEnded),
        columns=("clerk_id", "department_id", "present_id", "applicant_id", "began_at", "ended_at"),
        writable=("ended_at", "document"),
    ),
    Fold(
        table="identity_mandate",
        called="mandate",
        events=every(events.MandateEvent),
        columns=(
            "kind", "principal_id", "helper_id", "reach", "named", "most", "until", "channel", "granted_at",
            "granted_by", "accepted_at", "paused_at", "ended_at", "ended_because",
        ),
    ),
)  # fmt: skip
