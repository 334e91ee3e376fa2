"""Accounts by what identifies them, and whose they are."""

import logging
from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from tongban.foundation import clock, typed
from tongban.foundation.errors import NotFound
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Account
from tongban.people.identity.rules import NUMBER_PURPOSE, PHONE_PURPOSE
from tongban.trust.crypto.services import blind_indexes, is_index_of

log = logging.getLogger("tongban.identity")

_FIRST_THEIRS = ("own_from", "opened_at", "id")
"""The order of somebody's own accounts. One opened for a post may be older, but became their own only later."""


def subject_of_account(login_name: str) -> UUID:
    """Return the subject behind an account. Raises NotFound."""
    subject_id = (
        Account.objects.filter(login_name=typed.login_name(login_name)).values_list("subject_id", flat=True).first()
    )
    if subject_id is None:
        raise NotFound("没有这个账号，请检查账号名。")
    return subject_id


def accounts() -> "QuerySet[Account]":
    """Return all accounts, for a room that adds columns of its own in the same query."""
    return Account.objects.all()


def account_by_login_name(login_name: str) -> Account | None:
    """Return the account with a login name, closed or not. Capitals do not count."""
    return Account.objects.filter(login_name=typed.login_name(login_name)).first()


def account_by_phone(phone: str) -> Account | None:
    """Return the account whose holder proved to have the phone (11 digits).

    An index that does not match the encrypted phone beside it was not written by the services: it finds nobody.
    """
    found = Account.objects.filter(phone_index__in=blind_indexes(typed.phone(phone), purpose=PHONE_PURPOSE)).first()
    if found is None or is_index_of(str(found.phone_index), found.phone or "", purpose=PHONE_PURPOSE):
        return found
    log.critical("account %s has the index of another phone than its own", found.id)
    return None


def account_by_number(number: str) -> Account | None:
    """Return the own account of the subject with this resident's number or credit code: the first that became theirs.

    Accounts opened for a post are left out, since whoever opened them knows the number too.
    """
    indexes = blind_indexes(typed.number(number), purpose=NUMBER_PURPOSE)
    own = Account.objects.filter(subject__number_index__in=indexes, is_active=True, own_from__isnull=False)
    return own.order_by(*_FIRST_THEIRS).first()


def account_of(account_id: UUID | str) -> Account | None:
    """Return an account by its id."""
    return Account.objects.filter(id=account_id).first()


def is_own(account: Account) -> bool:
    """Return whether the account is the person's own now.

    An account opened for a post, or one whose binding does not count yet, is not. Only this,
    `IS_OWN` and `citizen_of` decide what such an account opens.
    """
    return account.own_from is not None and account.own_from <= clock.now()


IS_OWN = "a.own_from <= %(now)s"
"""The condition of `is_own` in SQL, for an account `a`."""


def citizen_of(account: Account, subject_id: UUID | None = None) -> Actor | None:
    """Return the account's person as a citizen, without posts, or None where the account may not act as one.

    It may not while it is closed, is not the person's own, or still has its initial password. `subject_id` is the
    subject for whom a token was issued: an account that has since been bound to somebody else cannot use the token.
    """
    in_force = account.is_active and account.initial_until is None and is_own(account)
    if not in_force or subject_id not in {None, account.subject_id}:
        return None
    return Actor(subject_id=account.subject_id, principal_id=account.subject_id, account_id=account.id)


def find_subject_by_login_name(login_name: str) -> UUID | None:
    """Return the subject behind a login name, or None."""
    account = account_by_login_name(login_name)
    return account.subject_id if account else None


def has_account(subject_id: UUID) -> bool:
    """Return whether somebody has any open account."""
    return Account.objects.filter(subject_id=subject_id, is_active=True).exists()


def has_own_account(subject_id: UUID) -> bool:
    """Return whether somebody has an open account of their own, including one whose binding does not count yet."""
    return Account.objects.filter(subject_id=subject_id, is_active=True, own_from__isnull=False).exists()


def has_had_own_account(subject_id: UUID) -> bool:
    """Return whether somebody has or had an account of their own, open or closed."""
    return Account.objects.filter(subject_id=subject_id, own_from__isnull=False).exists()


def accounts_of(subject_id: UUID) -> list[Account]:
    """Return every open account of somebody, whoever opened it."""
    return list(Account.objects.filter(subject_id=subject_id, is_active=True).order_by("opened_at", "id"))


def own_accounts(subject_id: UUID) -> list[Account]:
    """Return the accounts that are somebody's own, in the order in which they became so."""
    own = Account.objects.filter(subject_id=subject_id, is_active=True, own_from__isnull=False)
    return list(own.order_by(*_FIRST_THEIRS))


def account_for_post(subject_id: UUID) -> Account | None:
    """Return the open account that was opened for somebody's post and is not their own."""
    return Account.objects.filter(subject_id=subject_id, is_active=True, own_from=None).order_by("-opened_at").first()


def accounts_for_posts(subject_ids: Iterable[UUID]) -> dict[UUID, Account]:
    """Return by subject the open account that was opened for their post and is not their own. One query."""
    found = Account.objects.filter(subject_id__in=list(subject_ids), is_active=True, own_from=None)
    return {account.subject_id: account for account in found.order_by("opened_at")}


def has_closed_account(subject_id: UUID) -> bool:
    """Return whether somebody had accounts and all of them are closed."""
    return set(Account.objects.filter(subject_id=subject_id).values_list("is_active", flat=True)) == {False}
