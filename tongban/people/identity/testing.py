"""For tests: clients that are signed in."""

from uuid import UUID

from django.apps import apps
from django.test import Client

from tongban.people.identity import queries, services
from tongban.people.identity.access import VISIT
from tongban.people.identity.actors import Actor, machine
from tongban.people.identity.models import Account

PASSWORD = "a long one 1"


def signed_in(subject_id: UUID) -> Client:
    """Return a client signed in as the subject. Open an account if there is none: for officers, one for the post."""
    account = Account.objects.filter(subject_id=subject_id).first() or _opened(subject_id)
    client = Client()
    client.force_login(account)
    return client


def with_phone(subject_id: UUID, phone: str = "13900007654") -> Client:
    """Return a client whose person can confirm who they are by `PASSWORD` and a code to the phone."""
    signed_in(subject_id)
    account = Account.objects.get(subject_id=subject_id)
    account.set_password(PASSWORD)
    account.save()
    services.verify_phone(account.id, phone=phone, actor=machine("test"))
    return signed_in(subject_id)


def at_visit(subject_id: UUID, *, client: Client, clerk: Actor) -> Client:
    """Begin a visit of the subject in the browser of the clerk, as the pages of the window do."""
    present = queries.subject(subject_id)
    visit = services.begin_visit(name=present.name, number=present.number, actor=clerk)
    session = client.session
    session[VISIT] = str(visit.id)
    session.save()
    return client


def _opened(subject_id: UUID) -> Account:
    """Open an account, to which proofs that the subject has without an account are copied."""
    account = services.open_account(
        f"a{subject_id.hex[-12:]}",
        password=PASSWORD,
        subject_id=subject_id,
        for_post=queries.actor_of_subject(subject_id).is_officer,
        actor=machine("test"),
    )
    for proof in apps.get_model("signin", "Proof")._default_manager.filter(subject_id=subject_id, account=None):
        proof.pk, proof.account_id = proof._meta.pk.get_default(), account.id
        proof.save(force_insert=True)
    return account
