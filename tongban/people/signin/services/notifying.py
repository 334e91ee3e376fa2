"""Notify people of what was done in their name, at every phone by which the platform knows them."""

from datetime import timedelta
from uuid import UUID

from tongban.foundation import clock
from tongban.people.identity import queries as identity
from tongban.people.signin.rules import phone_in
from tongban.people.signin.services.messages import send_message

STILL_NEWS = timedelta(hours=24)


def notify(subject_id: UUID, text: str) -> int:
    """Send a notice to the phone on record and to the phones of the person's accounts; return how many."""
    phones = [identity.subject(subject_id).phone]
    phones += [account.phone or "" for account in identity.accounts_of(subject_id)]
    known = list(dict.fromkeys(phone for phone in phones if phone_in(phone)))
    for phone in known:
        send_message(phone, text, at=clock.now(), useful_for=STILL_NEWS)
    return len(known)
