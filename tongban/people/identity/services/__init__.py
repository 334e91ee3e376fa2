"""DO: register subjects, open accounts, appoint officers, let one subject act for another."""

from tongban.people.identity.services.accounts import (
    bind_account,
    close_account,
    forget_credentials,
    give_initial_password,
    make_own,
    release_phone,
    set_password,
    unbind_account,
    use_initial_password,
    verify_phone,
)
from tongban.people.identity.services.acting import (
    begin_visit,
    end_representation,
    end_visit,
    entitle_representative,
    note_document_read,
)
from tongban.people.identity.services.appointing import (
    AppointmentResult,
    appoint,
    appoint_or_offer,
    check_manages,
    end_appointment,
    leave,
    open_post,
    take_on,
)
from tongban.people.identity.services.authorising import authorise, record_refusal
from tongban.people.identity.services.granting import claim_guardianship, grant, grant_at_window
from tongban.people.identity.services.mandates import (
    MandateScope,
    accept,
    change,
    check_right_holds,
    confirm,
    decline,
    end_lapsed_mandates,
    revoke,
)
from tongban.people.identity.services.offering import accept_offer, decline_offer, offer_post, withdraw_offer
from tongban.people.identity.services.registering import (
    assign_number,
    open_account,
    register_organisation,
    register_person,
)
from tongban.people.identity.services.unmasking import unmask

__all__ = [
    "AppointmentResult",
    "MandateScope",
    "accept",
    "accept_offer",
    "appoint",
    "appoint_or_offer",
    "assign_number",
    "authorise",
    "begin_visit",
    "bind_account",
    "change",
    "check_manages",
    "check_right_holds",
    "claim_guardianship",
    "close_account",
    "confirm",
    "decline",
    "decline_offer",
    "end_appointment",
    "end_lapsed_mandates",
    "end_representation",
    "end_visit",
    "entitle_representative",
    "forget_credentials",
    "give_initial_password",
    "grant",
    "grant_at_window",
    "leave",
    "note_document_read",
    "offer_post",
    "open_account",
    "open_post",
    "make_own",
    "record_refusal",
    "register_organisation",
    "register_person",
    "revoke",
    "release_phone",
    "set_password",
    "take_on",
    "unbind_account",
    "unmask",
    "use_initial_password",
    "verify_phone",
    "withdraw_offer",
]
