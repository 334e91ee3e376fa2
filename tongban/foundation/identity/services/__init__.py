"""DO: register subjects, open accounts, appoint officers, let one subject act for another."""

from tongban.foundation.identity.services.accounts import bind_account, close_account, set_password, verify_phone
from tongban.foundation.identity.services.acting import (
    begin_visit,
    end_representation,
    end_visit,
    entitle_representative,
)
from tongban.foundation.identity.services.appointing import appoint, end_appointment, leave, open_post, take_on
from tongban.foundation.identity.services.authorising import authorise, record_refusal
from tongban.foundation.identity.services.mandates import (
    Scope,
    accept,
    change,
    claim_guardianship,
    confirm,
    decline,
    end_lapsed_mandates,
    grant,
    grant_at_window,
    revoke,
)
from tongban.foundation.identity.services.registering import (
    assign_number,
    open_account,
    register_organisation,
    register_person,
)
from tongban.foundation.identity.services.unmasking import unmask

__all__ = [
    "Scope",
    "accept",
    "change",
    "claim_guardianship",
    "confirm",
    "decline",
    "end_lapsed_mandates",
    "grant",
    "grant_at_window",
    "revoke",
    "appoint",
    "assign_number",
    "authorise",
    "begin_visit",
    "bind_account",
    "close_account",
    "end_appointment",
    "end_representation",
    "end_visit",
    "entitle_representative",
    "leave",
    "open_account",
    "open_post",
    "record_refusal",
    "register_organisation",
    "register_person",
    "set_password",
    "take_on",
    "unmask",
    "verify_phone",
]
