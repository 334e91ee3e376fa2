"""For tests: a client that is signed in as somebody."""

from uuid import UUID

from django.test import Client

from tongban.foundation.identity import services
from tongban.foundation.identity.actors import machine
from tongban.foundation.identity.models import Account


def signed_in(subject_id: UUID) -> Client:
    """A client of the subject's account, opened when there is none."""
    account = Account.objects.filter(subject_id=subject_id).first() or services.open_account(
        f"a{subject_id.hex[-12:]}", password="a long one 1", subject_id=subject_id, actor=machine("test")
    )
    client = Client()
    client.force_login(account)
    return client
