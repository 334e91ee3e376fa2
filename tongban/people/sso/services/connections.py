"""Sign people in at systems, and end sign-ins with all their tokens."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import NotFound
from tongban.foundation.operations.jobs import defer
from tongban.people.identity.actors import Actor
from tongban.people.identity.queries import Account
from tongban.people.sso import events, queries
from tongban.people.sso.models import Code, Connection, Consent, System
from tongban.people.sso.queries import digest_of, digest_of_session
from tongban.people.sso.rules import authentication_claims


@dataclass(frozen=True)
class Authentication:
    """How and when the person proved who they are at the portal, and in which session."""

    portal_session: str
    """The session's key."""
    level: str
    """Real-name level, L0 to L3."""
    methods: tuple[str, ...]
    at: datetime

    def claims(self) -> dict[str, object]:
        """Return the claims that a code and its tokens record. A later proof in the session does not change them."""
        return authentication_claims(self.at, level=self.level, methods=self.methods)


@transaction.atomic
def connect(
    system: System, account: Account, *, scopes: Collection[str], how: Authentication, actor: Actor
) -> Connection:
    """Return the open sign-in at the system for this session of the portal, or begin one.

    For another principal than before, a new sign-in begins and the system is notified that the former one ended. A
    person who acts by mandate signs in in their own name: a mandate covers services here, not the principal's data at
    other systems. But the system may note for whom they came, so the sign-in ends with the mandate.
    """
    principal_id = actor.acting_for or account.subject_id
    if not queries.may_act_as(account, principal_id):
        principal_id = account.subject_id
    session = digest_of_session(how.portal_session)
    found = (
        queries.open_connections()
        .select_for_update(of=("self",))
        .filter(system=system, account=account, portal_session=session)
        .first()
    )
    if found is not None and (found.principal_id, found.mandate_id) == (principal_id, actor.mandate_id):
        return _updated(found, scopes, how, actor)
    if found is not None:
        end_connections(queries.open_connections().filter(id=found.id), actor=actor)
    now = clock.now()
    try:
        with transaction.atomic():
            made = Connection.objects.create(
                system=system,
                account=account,
                principal_id=principal_id,
                mandate_id=actor.mandate_id,
                portal_session=session,
                scopes=sorted(scopes),
                level=how.level,
                methods=list(how.methods),
                authenticated_at=how.at,
                began_at=now,
            )
    except IntegrityError:  # two tabs at once: the other one made it
        return connect(system, account, scopes=scopes, how=how, actor=actor)
    _announce_scopes(made, actor, now)
    return made


@transaction.atomic
def give_code(
    connection: Connection,
    *,
    redirect_uri: str,
    scopes: Collection[str],
    nonce: str,
    challenge: str,
    how: Authentication,
) -> str:
    """Return an authorization code for the system. Only its digest is stored."""
    text = secrets.token_urlsafe(32)
    Code.objects.create(
        digest=digest_of(text),
        connection=connection,
        redirect_uri=redirect_uri,
        scopes=sorted(scopes),
        nonce=nonce,
        challenge=challenge,
        authentication=how.claims(),
        made_at=clock.now(),
    )
    return text


@transaction.atomic
def give_consent(system: System, account: Account, *, scopes: Collection[str], actor: Actor) -> Consent:
    """Record the person's consent to the scopes, in addition to earlier ones."""
    now = clock.now()
    consent, _ = Consent.objects.select_for_update().get_or_create(
        system=system, account=account, ended_at=None, defaults={"scopes": [], "given_at": now}
    )
    if not set(scopes) <= set(consent.scopes):
        consent.scopes, consent.given_at = sorted({*consent.scopes, *scopes}), now
        consent.save(update_fields=["scopes", "given_at"])
        given = events.ConsentGiven(
            subject=consent.id, system=str(system.id), holder=str(account.subject_id), scopes=" ".join(consent.scopes)
        )
        announce(given, actor=actor, at=now)
    return consent


@transaction.atomic
def leave_system(system_id: UUID, account: Account, *, actor: Actor) -> None:
    """Withdraw the person's consent and sign them out at the system, in all their sessions. Raises NotFound."""
    now = clock.now()
    if not Connection.objects.filter(system_id=system_id, account=account).exists():
        raise NotFound("您没有登录过这个系统。")
    for consent in Consent.objects.select_for_update().filter(system_id=system_id, account=account, ended_at=None):
        consent.ended_at = now
        consent.save(update_fields=["ended_at"])
        ended = events.ConsentEnded(subject=consent.id, system=str(system_id), holder=str(account.subject_id))
        announce(ended, actor=actor, at=now)
    end_connections(queries.open_connections().filter(system_id=system_id, account=account), actor=actor)


@transaction.atomic
def end_connections(which: QuerySet[Connection], *, actor: Actor) -> int:
    """End the sign-ins and delete their tokens; return how many there were. The queue notifies the systems."""
    now = clock.now()
    ending = list(which.select_for_update(of=("self",)).select_related("system__client", "account").order_by("id"))
    for connection in ending:
        notified = bool(connection.system.client and connection.system.client.data["logout_uri"])
        connection.ended_at = now
        connection.telling = Connection.LogoutDelivery.WAITING if notified else Connection.LogoutDelivery.NOT_NEEDED
        connection.save(update_fields=["ended_at", "telling"])
        queries.tokens_of(connection.id).delete()
        if notified:
            defer("sso.tell_of_logout", {"connection_id": str(connection.id)})
        ended = events.ConnectionEnded(
            subject=connection.id, system=str(connection.system_id), holder=str(connection.account.subject_id)
        )
        announce(ended, actor=actor, at=now)
    return len(ending)


def move_session(old: str, new: str) -> None:
    """Follow a session of the portal to its new key."""
    queries.open_connections().filter(portal_session=digest_of_session(old)).update(
        portal_session=digest_of_session(new)
    )


def end_acting(person_id: UUID, *, principal_id: UUID, until: datetime, actor: Actor) -> int:
    """End the sign-ins that the person began in the principal's name until the given time; return how many."""
    found = queries.open_connections().filter(
        account__subject_id=person_id, principal_id=principal_id, began_at__lte=until
    )
    return end_connections(found, actor=actor)


def end_with_mandate(mandate_id: UUID, *, until: datetime, actor: Actor) -> int:
    """End the sign-ins that began under the mandate until the given time; return how many."""
    return end_connections(queries.open_connections().filter(mandate_id=mandate_id, began_at__lte=until), actor=actor)


def end_with_post(person_id: UUID, *, until: datetime, actor: Actor) -> int:
    """End the person's sign-ins at systems that know their posts, begun until the given time; return how many.

    The person may sign in there again; the system then receives the posts that they still hold.
    """
    found = queries.open_connections().filter(
        account__subject_id=person_id, scopes__contains=["posts"], began_at__lte=until
    )
    return end_connections(found, actor=actor)


@transaction.atomic
def end_replayed(connection: Connection, kind: str, *, actor: Actor) -> None:
    """End a sign-in whose code or refresh token was used twice: it is unknown which user is the right one."""
    end_connections(queries.open_connections().filter(id=connection.id), actor=actor)
    announce(events.TokenReplayed(subject=connection.id, system=str(connection.system_id), kind=kind), actor=actor)


def _updated(found: Connection, scopes: Collection[str], how: Authentication, actor: Actor) -> Connection:
    wider = not set(scopes) <= set(found.scopes)
    found.scopes = sorted({*found.scopes, *scopes})
    found.level, found.methods, found.authenticated_at = how.level, list(how.methods), how.at
    found.save(update_fields=["scopes", "level", "methods", "authenticated_at"])
    if wider:
        _announce_scopes(found, actor, clock.now())
    return found


def _announce_scopes(connection: Connection, actor: Actor, at: datetime) -> None:
    begun = events.ConnectionBegun(
        subject=connection.id,
        system=str(connection.system_id),
        holder=str(connection.account.subject_id),
        scopes=" ".join(connection.scopes),
    )
    announce(begun, actor=actor, at=at)
