"""Sign somebody in at a system, and end that with everything that hangs on it."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
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
    """How and when the person proved at the portal who they are, in which of its sessions."""

    portal_session: str
    """The session's key."""
    level: str
    """Real-name level, L0 to L3."""
    methods: tuple[str, ...]
    at: datetime

    def claims(self) -> dict[str, Any]:
        """As a code and its tokens keep it: a later proof in the same session does not change what they say."""
        return authentication_claims(self.at, level=self.level, methods=self.methods)


@transaction.atomic
def connect(
    system: System, account: Account, *, scopes: Collection[str], how: Authentication, actor: Actor
) -> Connection:
    """The sign-in at the system that belongs to this session of the portal: the one that is open, or a new one.

    For another principal than before a new one begins, and the system is told that the other ended. Who acts by a
    mandate signs in as himself: his mandate is for services here, not for what another system has of the principal.
    """
    principal_id = actor.acting_for or account.subject_id
    if not queries.stands_for(account, principal_id):
        principal_id = account.subject_id
    session = digest_of_session(how.portal_session)
    found = (
        queries.open_connections()
        .select_for_update(of=("self",))
        .filter(system=system, account=account, portal_session=session)
        .first()
    )
    if found is not None and found.principal_id == principal_id:
        return _brought_up_to_date(found, scopes, how, actor)
    if found is not None:
        end_connections(queries.open_connections().filter(id=found.id), actor=actor)
    now = clock.now()
    try:
        with transaction.atomic():
            made = Connection.objects.create(
                system=system,
                account=account,
                principal_id=principal_id,
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
    """An authorization code for the system; only its digest is kept."""
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
    """The person lets the system have what the scopes give, beside what he allowed before."""
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
    """The person takes his consent back and is signed out there, from whichever of his sessions it was."""
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
    """End them: their tokens are void, the systems that want to know are told by the queue. How many there were."""
    now = clock.now()
    ending = list(which.select_for_update(of=("self",)).select_related("system__client", "account").order_by("id"))
    for connection in ending:
        told = bool(connection.system.client and connection.system.client.data["logout_uri"])
        connection.ended_at = now
        connection.telling = Connection.LogoutDelivery.WAITING if told else Connection.LogoutDelivery.NOT_NEEDED
        connection.save(update_fields=["ended_at", "telling"])
        queries.tokens_of(connection.id).delete()
        if told:
            defer("sso.tell_of_logout", {"connection_id": str(connection.id)})
        ended = events.ConnectionEnded(
            subject=connection.id, system=str(connection.system_id), holder=str(connection.account.subject_id)
        )
        announce(ended, actor=actor, at=now)
    return len(ending)


def move_session(old: str, new: str) -> None:
    """A session of the portal goes on under another key, and so do its sign-ins at systems."""
    queries.open_connections().filter(portal_session=digest_of_session(old)).update(
        portal_session=digest_of_session(new)
    )


def end_acting(person_id: UUID, *, principal_id: UUID, until: datetime, actor: Actor) -> int:
    """He may no longer act for the principal: what he began in that name by then ends, from whichever session."""
    found = queries.open_connections().filter(
        account__subject_id=person_id, principal_id=principal_id, began_at__lte=until
    )
    return end_connections(found, actor=actor)


@transaction.atomic
def end_replayed(connection: Connection, kind: str, *, actor: Actor) -> None:
    """A used code or refresh token came again: nobody knows who has the right one, so all of them are void."""
    end_connections(queries.open_connections().filter(id=connection.id), actor=actor)
    announce(events.TokenReplayed(subject=connection.id, system=str(connection.system_id), kind=kind), actor=actor)


def _brought_up_to_date(found: Connection, scopes: Collection[str], how: Authentication, actor: Actor) -> Connection:
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
