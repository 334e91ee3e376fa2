"""For tests: a client that is signed in as somebody."""

from uuid import UUID

from django.test import Client

from tongban.foundation.identity import services
from tongban.foundation.identity.actors import machine
from tongban.foundation.identity.models import Account

PASSWORD = "a long one 1"


def signed_in(subject_id: UUID) -> Client:
    """A client of the subject's account, opened when there is none."""
    account = Account.objects.filter(subject_id=subject_id).first() or services.open_account(
        f"a{subject_id.hex[-12:]}", password=PASSWORD, subject_id=subject_id, actor=machine("test")
    )
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
