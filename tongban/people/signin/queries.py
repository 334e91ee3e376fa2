"""ASK: whose account an identifier means, and the level, evidence, factors and window checks of somebody."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Max, Q, QuerySet

from tongban.foundation import clock
from tongban.foundation.prepared import fetch_one
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.queries import Account
from tongban.people.signin.models import (
    Code,
    KnownBrowser,
    LostPhone,
    Message,
    Proof,
    Reader,
    ResetPassword,
    WindowCheck,
)
from tongban.people.signin.reading import FACTORS, HAS_FACTOR
from tongban.people.signin.rules import (
    CODE_LIVES,
    KNOWN_BROWSER_LIVES,
    LEVELS,
    PROOFS,
    SECOND_POSTS,
    SECOND_WITHIN,
    WINDOW_OPENS,
    CodeUse,
    ProofKind,
    number_in,
    phone_in,
)
from tongban.people.signin.rules import FIRM as FIRM
from tongban.people.signin.rules import SIGNED_IN_BY as SIGNED_IN_BY
from tongban.people.signin.rules import SignInBy as SignInBy
from tongban.people.signin.sessions import session_digest as session_digest
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.masking import mask


def account_by_identifier(identifier: str) -> Account | None:
    """Return the account of a login name, a verified phone, a resident's number or a credit code."""
    if phone := phone_in(identifier):
        return identity.account_by_phone(phone)
    if number := number_in(identifier):
        return identity.account_by_number(number)
    return identity.account_by_login_name(identifier)


def names_to_sign_in_with(account: Account) -> list[str]:
    """Return what somebody may type to sign in to the account: the chosen name, the masked phone, their number."""
    names = [f"手机号 {mask('phone', account.phone)}"] if account.phone else []
    found = identity.account_by_number(account.subject.number) if account.subject.number else None
    if found == account:
        of_person = account.subject.kind == account.subject.Kinds.PERSON
        names.append("公民身份号码" if of_person else "统一社会信用代码")
    return names + ([f"账号名 {account.chosen_name}"] if account.chosen_name else [])


def sessions_of(account: Account) -> QuerySet[UserSession]:
    """Return the account's sessions that have not ended, the one used last first."""
    found: QuerySet[UserSession] = living_sessions().filter(user_id=account.pk).order_by("-last_seen_at")
    return found


def living_sessions() -> QuerySet[UserSession]:
    """Return all sessions that have not ended. The rows of the others stay until `services.forget_old`."""
    alive = Session.objects.filter(expire_date__gt=clock.now()).values("session_key")
    found: QuerySet[UserSession] = UserSession.objects.filter(session_key__in=alive)
    return found


def level_of(account: Account) -> int:
    """Return the highest real-name level (0 to 3) that the account's evidence gives now.

    It is 0 without evidence, and for an account that is not the person's own.
    """
    if not identity.is_own(account):
        return 0
    return _of_account(account).aggregate(level=Max("level"))["level"] or 0


def level_of_actor(actor: Actor) -> int:
    """Return the real-name level (0 to 3) of the account that acts.

    Where the platform lets somebody act without an account, the proofs without an account count.
    """
    if actor.subject_id is None:
        return 0
    if actor.account_id is None:
        without = _current().filter(subject_id=actor.subject_id, account=None)
        return without.aggregate(level=Max("level"))["level"] or 0
    found = fetch_one(LEVEL, {"account": actor.account_id, "now": clock.now()})
    return found[0] if found else 0


LEVEL = f"""
SELECT coalesce(max(p.level), 0) FROM signin_proof p JOIN identity_account a ON a.id = p.account_id
WHERE a.id = %(account)s AND a.is_active AND {identity.IS_OWN} AND p.subject_id = a.subject_id AND p.voided_at IS NULL
    AND (p.until IS NULL OR p.until > %(now)s) AND (p.counts_from IS NULL OR p.counts_from <= %(now)s)
"""
"""What `level_of` tells of an account that is open, in one prepared statement: most applications ask for it."""


def had_factor(account: Account) -> bool:
    """Return whether the account had a second factor when the request began. Costs no query behind a session."""
    found: bool | None = getattr(account, HAS_FACTOR, None)
    return has_factor(account) if found is None else found


def has_factor(account: Account) -> bool:
    """Return whether the account has a second factor now."""
    return bool(_factors().filter(user_id=account.pk).exists())


def subject_has_factor(subject_id: UUID) -> bool:
    """Return whether any account of the subject has a second factor."""
    return bool(_factors().filter(user__subject_id=subject_id).exists())


def _factors() -> "QuerySet[Authenticator]":
    """Return all second factors. Recovery codes alone do not count."""
    factors: QuerySet[Authenticator] = Authenticator.objects.filter(type__in=FACTORS)
    return factors


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence in words."""

    level: int
    words: str
    proof: Proof


def evidence_of(account: Account) -> list[Evidence]:
    """Return the evidence for the account's level, the strongest first."""
    rows = _of_account(account).order_by("-level", "-at")[:20]
    return [Evidence(row.level, PROOFS[ProofKind(row.kind)][1], row) for row in rows]


def level_in_words(level: int) -> str:
    """Return the level in words, e.g. `L3 高级实名`."""
    return f"L{level} {LEVELS[level]}"


def trusts_browser(account: Account, name: str) -> bool:
    """Return whether the account's person proved in the browser of this name who they are."""
    named = KnownBrowser.objects.filter(account_id=account.id, name_digest=browser_digest(account, name))
    return named.filter(ended_at=None, last_at__gt=clock.now() - KNOWN_BROWSER_LIVES).exists()


def has_ended_browser(account: Account, name: str) -> bool:
    """Return whether the account knew the browser of this name, and does so no longer."""
    named = KnownBrowser.objects.filter(account_id=account.id, name_digest=browser_digest(account, name))
    return named.filter(ended_at__isnull=False).exists()


def delivery_of(code_id: UUID | str) -> str:
    """Return the state of the message with a code, as a `Message.States`, or "" where nothing can be said.

    For signing in and resetting, an unknown phone gets no message, which nobody may notice. So only a gateway that
    failed for whoever asked last is reported there, whatever became of this message.
    """
    code = Code.objects.select_related("message").filter(id=code_id).first()
    if code is None:
        return ""
    if code.purpose in {CodeUse.SIGN_IN, CodeUse.RESET}:
        return Message.States.FAILED if _gateway_fails() else ""
    return code.message.state if code.message else ""


def _gateway_fails() -> bool:
    done = Message.objects.filter(
        state__in=(Message.States.SENT, Message.States.FAILED), queued_at__gt=clock.now() - CODE_LIVES
    )
    latest = done.order_by("-queued_at", "-id").first()
    return latest is not None and latest.state == Message.States.FAILED


def browsers_of(account: Account) -> list[KnownBrowser]:
    """Return the browsers that the account trusts, the one used last first."""
    since = clock.now() - KNOWN_BROWSER_LIVES
    found = KnownBrowser.objects.filter(account_id=account.id, ended_at=None, last_at__gt=since)
    return list(found.order_by("-last_at", "id")[:50])


def browser_digest(account: Account, name: str) -> str:
    """Return the digest of a browser's name, which has 64 random bits."""
    return crypto.digest(f"browser|{account.id}|{name}".encode()).hex()


def rests_on_code(account: Account) -> bool:
    """Return whether whoever set the password had only the phone and the number, and no window has seen them since.

    Only a check after the reset counts, at which the person named the phone: from the phone came the code of the reset.
    """
    reset = ResetPassword.objects.filter(account_id=account.id).first()
    return reset is not None and not _checks_with_phone(account).filter(at__gt=reset.at).exists()


def reset_at(account: Account) -> datetime | None:
    """Return when the password was set with a code to the phone, if no window check counts since; otherwise None."""
    reset = ResetPassword.objects.filter(account_id=account.id).first()
    return reset.at if reset is not None and rests_on_code(account) else None


def was_at_window(account: Account) -> bool:
    """Return whether a check of the account's person, who named its phone there, began to count in `WINDOW_OPENS`.

    A password reset after the check closes it again: somebody else may have the phone since then.
    """
    checked = _checks_with_phone(account).filter(counts_from__gt=clock.now() - WINDOW_OPENS)
    return checked.exists() and not rests_on_code(account)


def _checks_with_phone(account: Account) -> QuerySet[Proof]:
    """Return the window checks that count, at which the person named the phone that the account has now."""
    if not account.phone:
        return Proof.objects.none()
    named = phone_digest(account, account.phone)
    return _of_account(account).filter(kind=ProofKind.WINDOW, window_check__phone_digest=named)


def phone_digest(account: Account, phone: str) -> str:
    """Return the keyed digest of a phone that was named at a window for the account."""
    return crypto.digest(f"window phone|{account.id}|{phone}".encode()).hex()


def has_recent_check(account: Account, *, phone: str = "") -> bool:
    """Return whether the account was checked at a window lately: the check waits, or opens it to codes still.

    With `phone`, only a check at which this phone was named counts.
    """
    since = clock.now() - WINDOW_OPENS
    found = WindowCheck.objects.filter(
        account_id=account.id, objected_at=None, proof__counts_from__gt=since, proof__voided_at=None
    )
    return (found.filter(phone_digest=phone_digest(account, phone)) if phone else found).exists()


def lost_phone(account: Account) -> LostPhone | None:
    """Return the phone that the account lost to its new holder, until another one is registered."""
    if account.phone:
        return None
    return LostPhone.objects.filter(account_id=account.id).order_by("-at").first()


def checks_to_object_to(account: Account) -> list[WindowCheck]:
    """Return the window checks of the account and its person's other accounts that do not count yet."""
    whose = Q(account_id=account.id) | (Q(subject_id=account.subject_id) if identity.is_own(account) else Q(pk=None))
    waiting = WindowCheck.objects.filter(whose, objected_at=None, proof__counts_from__gt=clock.now())
    return list(waiting.select_related("department", "proof").order_by("-began_at")[:20])


def check_of(check_id: UUID) -> WindowCheck | None:
    """Return a window check by its id."""
    related = WindowCheck.objects.select_related("department", "subject", "proof", "account")
    return related.filter(id=check_id).first()


def checks_to_confirm(actor: Actor) -> list[WindowCheck]:
    """Return the checks that wait for a second officer at departments where the actor holds a window or head post."""
    departments = {post.department_id for post in actor.posts if post.kind in SECOND_POSTS}
    since = clock.now() - SECOND_WITHIN
    waiting = WindowCheck.objects.filter(
        department_id__in=departments, proof=None, second=None, asked_second_at__gt=since
    ).exclude(clerk_id=actor.subject_id)
    return list(waiting.select_related("subject", "department").order_by("asked_second_at", "id")[:50])


def known_phones(subject_id: UUID, *, but: UUID | None = None) -> list[str]:
    """Return the phones by which the person was known before: on record, and of own accounts except `but`.

    A phone that a clerk typed at the person's first visit does not count.
    """
    subject = identity.subject(subject_id)
    phones = [] if identity.has_phone_from_window(subject_id) else [subject.phone]
    own = [account for account in identity.own_accounts(subject_id) if identity.is_own(account)]
    phones += [account.phone or "" for account in own if account.id != but]
    return list(dict.fromkeys(phone for phone in phones if phone_in(phone)))


def checks_done_today(officer_id: UUID) -> int:
    """Return how many checks the officer completed or confirmed since midnight."""
    since = clock.start_of(clock.legal_day(clock.now()))
    return WindowCheck.objects.filter(
        Q(clerk_id=officer_id, proof__at__gte=since) | Q(second_id=officer_id, second_at__gte=since)
    ).count()


def notified_phones(check: WindowCheck) -> list[str]:
    """Return the phones to notify about a complete check. The phone of an account that it binds is left out."""
    return known_phones(check.subject_id, but=check.account_id if check.binds else None)


def new_phone_needs_reader(check: WindowCheck) -> bool:
    """Return whether another account has the check's new phone, and the check has not given the level that takes it.

    Only the reader's evidence gives that level.
    """
    other = identity.account_by_phone(check.new_phone) if check.new_phone else None
    of_another = other is not None and other.id != check.account_id
    return of_another and (check.proof is None or check.proof.level < max(LEVELS))


def readers_at(department_id: UUID) -> list[Reader]:
    """Return the document readers in use at a department."""
    return list(Reader.objects.filter(department_id=department_id, retired_at=None).order_by("registered_at", "id"))


def _of_account(account: Account) -> QuerySet[Proof]:
    return _current().filter(account_id=account.id, subject_id=account.subject_id)


def _current() -> QuerySet[Proof]:
    now = clock.now()
    return Proof.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), Q(counts_from__isnull=True) | Q(counts_from__lte=now), voided_at=None
    )
