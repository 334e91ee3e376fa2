"""For tests: a client that is signed in as somebody."""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.test import Client

from tongban.people.identity import queries, services
from tongban.people.identity.actors import machine
from tongban.people.identity.models import Account

PASSWORD = "a long one 1"


def signed_in(subject_id: UUID) -> Client:
    """A client of the subject's account, opened when there is none: for whoever holds a post, one for that post."""
    account = Account.objects.filter(subject_id=subject_id).first() or _opened(subject_id)
    client = Client()
    client.force_login(account)
    return client


def with_phone(subject_id: UUID, phone: str = "13900007654") -> Client:
    """A client signed in as the subject, who can prove himself again by `PASSWORD` and a code to his phone."""
    signed_in(subject_id)
    account = Account.objects.get(subject_id=subject_id)
    account.set_password(PASSWORD)
    account.save()
    services.verify_phone(account.id, phone=phone, actor=machine("test"))
    return signed_in(subject_id)


def _opened(subject_id: UUID) -> Account:
    """What was proved for the subject without an account is proved for this one too, as if at its own window."""
    account = services.open_account(
        f"a{subject_id.hex[-12:]}",
        password=PASSWORD,
        subject_id=subject_id,
        for_post=queries.actor_of_subject(subject_id).is_officer,
        actor=machine("test"),
    )
    proofs: Any = apps.get_model("signin", "Proof").objects
    for proof in proofs.filter(subject_id=subject_id, account=None):
        proof.pk, proof.account_id = proof._meta.pk.get_default(), account.id
        proof.save(force_insert=True)
    return account
