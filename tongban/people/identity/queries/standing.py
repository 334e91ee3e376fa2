"""What every request has to know of the account behind it, read in one statement (ADR 0032).

Nothing is kept between requests: the statement reads the rows as they are now, so a post, a mandate, an account or a
name that has changed is known to the next request, whichever process changed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tongban.foundation import clock, prepared, rows
from tongban.people.identity.actors import Actor, PostHeld
from tongban.people.identity.models import Account, Subject
from tongban.people.identity.queries.accounts import is_own

_ATTRIBUTE = "_standing"


_ACCOUNT, _SUBJECT = rows.width(Account), rows.width(Subject)
STANDING_WIDTH = _ACCOUNT + _SUBJECT + 3
"""The number of columns of `SELECT_STANDING`."""
APPOINTMENT_HOLDS = """h.from_day <= %(day)s AND (h.until IS NULL OR h.until > %(day)s)
  AND (h.stand_in_for_id IS NULL OR EXISTS (SELECT 1 FROM identity_appointment c WHERE c.id = h.stand_in_for_id
    AND c.from_day <= %(day)s AND (c.until IS NULL OR c.until > %(day)s)))"""
"""Whether the appointment `h` is in force, as `queries.posts` reads it: not any more on its last day, and a stand-in's
only while the appointment that it covers is."""
SELECT_STANDING = f"""
SELECT {rows.columns(Account, "a")}, {rows.columns(Subject, "s")},
  (SELECT json_agg(json_build_array(p.id, p.department_id, p.kind, d.division_id, h.stand_in_for_id IS NOT NULL,
      d.short_name) ORDER BY h.from_day, h.id)
   FROM identity_appointment h
   JOIN organisation_post p ON p.id = h.post_id JOIN organisation_department d ON d.id = p.department_id
   WHERE h.subject_id = a.subject_id AND {APPOINTMENT_HOLDS}),
  EXISTS (SELECT 1 FROM identity_representation r WHERE r.person_id = a.subject_id AND r.ended_at IS NULL),
  EXISTS (SELECT 1 FROM identity_mandate m
   WHERE m.helper_id = a.subject_id AND m.ended_at IS NULL AND m.accepted_at IS NOT NULL)
FROM identity_account a JOIN identity_subject s ON s.id = a.subject_id
WHERE a.id = """  # noqa: S608 (names of columns only); the caller appends the account: a parameter or a column


@dataclass(frozen=True)
class Standing:
    """An account with its subject, the posts held today, and whether the subject may act for others."""

    account: Account
    subject: Subject
    posts: tuple[PostHeld, ...]
    department: str
    """The short name of the first post's department; empty without a post."""
    represents: bool
    """Whether there is an organisation whose legal representative the subject is."""
    helps: bool
    """Whether there is an accepted mandate by which the subject acts for somebody."""

    @property
    def actor(self) -> Actor:
        """The subject in their own name, as `queries.actor_of` finds them."""
        account = self.account
        return Actor(
            subject_id=account.subject_id,
            principal_id=account.subject_id,
            posts=self.posts,
            account_id=account.id,
            own=is_own(account),
        )


def standing_parameters() -> dict[str, date]:
    """Return the values of the named parameters of `SELECT_STANDING` and `APPOINTMENT_HOLDS`."""
    return {"day": clock.legal_day(clock.now())}


def standing_of_row(row: Sequence[Any]) -> Standing:
    """Return the standing that the columns of `SELECT_STANDING` hold, and keep it on its account."""
    account = rows.instance(Account, row[:_ACCOUNT])
    account.subject = subject = rows.instance(Subject, row[_ACCOUNT : _ACCOUNT + _SUBJECT])
    posts, represents, helps = row[_ACCOUNT + _SUBJECT : STANDING_WIDTH]
    held = posts or []
    standing = Standing(
        account=account,
        subject=subject,
        posts=tuple(
            PostHeld(UUID(post), UUID(at), kind, division, bool(as_stand_in))
            for post, at, kind, division, as_stand_in, _ in held
        ),
        department=held[0][5] if held else "",
        represents=represents,
        helps=helps,
    )
    vars(account)[_ATTRIBUTE] = standing
    return standing


def read_standing(account_id: UUID) -> Standing | None:
    """Return the standing of an account now. One query."""
    row = prepared.fetch_one(f"{SELECT_STANDING} %(account)s", {**standing_parameters(), "account": account_id})
    return standing_of_row(row) if row is not None else None


def standing_of(account: object) -> Standing | None:
    """Return what was read with the account at the beginning of the request; None for one read in another way."""
    found: Standing | None = getattr(account, _ATTRIBUTE, None)
    return found
