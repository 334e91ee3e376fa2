"""DO: prove who people are, open accounts, send and check codes, lock after failures, record evidence of identity."""

from tongban.people.signin.services.browsers import forget_browser, remember_browser
from tongban.people.signin.services.codes import check_code, forget_old_codes, send_code
from tongban.people.signin.services.confirming import confirm_code, confirm_password, send_confirmation
from tongban.people.signin.services.entering import (
    begin_factor_try,
    fail_factor_try,
    note_factor,
    note_sign_in,
    note_sign_out,
    prove_code,
    prove_password,
    send_sign_in_code,
)
from tongban.people.signin.services.forgetting import forget_confirmed_resets, forget_lost_phones, forget_old_browsers
from tongban.people.signin.services.holders import change_phone
from tongban.people.signin.services.levels import prove_carrier, prove_number
from tongban.people.signin.services.locking import forget_old_tries, is_hall
from tongban.people.signin.services.messages import forget_old_messages
from tongban.people.signin.services.new_phones import (
    begin_check_with_phone,
    forget_new_phones,
    register_new_phones,
    send_new_phone_code,
)
from tongban.people.signin.services.objecting import object_by_code, object_signed_in
from tongban.people.signin.services.own import (
    close_account,
    end_sessions,
    forget_ended_sessions,
    move_session,
    send_phone_code,
    take_back,
)
from tongban.people.signin.services.passwords import (
    change_password,
    reset_password,
    send_reset_code,
)
from tongban.people.signin.services.proofs import record_proof
from tongban.people.signin.services.readers import register_reader, register_simulators, retire_reader
from tongban.people.signin.services.registering import Registration, begin_registration, finish_registration
from tongban.people.signin.services.staffing import choose_first_password, reissue_initial_password, take_on
from tongban.people.signin.services.window import (
    LimitReached,
    ask_second,
    begin_check,
    confirm_second,
    needs_both,
    take_statement,
    visit_to_check,
)

__all__ = [
    "LimitReached",
    "Registration",
    "begin_factor_try",
    "ask_second",
    "begin_check",
    "begin_check_with_phone",
    "choose_first_password",
    "confirm_second",
    "needs_both",
    "object_by_code",
    "object_signed_in",
    "register_new_phones",
    "register_reader",
    "register_simulators",
    "reissue_initial_password",
    "retire_reader",
    "take_back",
    "take_on",
    "take_statement",
    "begin_registration",
    "change_password",
    "change_phone",
    "check_code",
    "close_account",
    "confirm_code",
    "confirm_password",
    "end_sessions",
    "fail_factor_try",
    "finish_registration",
    "forget_browser",
    "forget_old",
    "is_hall",
    "remember_browser",
    "move_session",
    "note_factor",
    "note_sign_in",
    "note_sign_out",
    "prove_carrier",
    "prove_code",
    "prove_number",
    "prove_password",
    "record_proof",
    "reset_password",
    "send_code",
    "send_confirmation",
    "send_new_phone_code",
    "send_phone_code",
    "send_reset_code",
    "send_sign_in_code",
    "visit_to_check",
]


def forget_old() -> None:
    """Delete codes, messages, counts of tries, sessions, browsers and lost phones that are no longer needed."""
    forget_old_tries()
    forget_old_codes()
    forget_old_messages()
    forget_ended_sessions()
    forget_old_browsers()
    forget_lost_phones()
    forget_confirmed_resets()
    forget_new_phones()
