"""Change a password, or set a new one when it was forgotten."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import city
from tongban.foundation.errors import Invalid
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.identity.queries import Account
from tongban.people.signin import events
from tongban.people.signin.models import ResetPassword
from tongban.people.signin.rules import CodeUse, number_in, password_problem, phone_in
from tongban.people.signin.services.browsers import forget_browsers
from tongban.people.signin.services.codes import check_code, send_to_holder
from tongban.people.signin.services.locking import forget_tries
from tongban.people.signin.services.messages import send_message
from tongban.people.signin.services.own import end_all_sessions
from tongban.people.signin.words import BAD_NUMBER, BAD_PHONE

_common = CommonPasswordValidator()


def check_password_rules(password: str, *, own: list[str], officer: bool) -> None:
    """Raise Invalid with the reason if the password is too weak."""
    common = password.lower().strip() in _common.passwords
    if problem := password_problem(password, own=own, common=common, officer=officer):
        raise Invalid(problem, field="password")


@transaction.atomic
def change_password(account: Account, password: str, *, by: str = "self", staying: str = "") -> Account:
    """Set a new password and end all sessions except the one with the key `staying`.

    The others would open no page anyway, since they were signed with the old password. But sign-ins at other systems
    would outlast them.
    """
    subject = identity.subject(account.subject_id)
    own = [account.login_name, account.phone or "", subject.number]
    check_password_rules(password, own=own, officer=identity.actor_of(account).is_officer)
    changed = identities.set_password(account.id, password=password)
    end_all_sessions(account, but=staying)
    forget_browsers(account, by="password")
    ResetPassword.objects.filter(account_id=account.id).delete()
    now = clock.now()
    announce(events.PasswordChanged(subject=account.id, by=by), actor=Actor(subject_id=account.subject_id), at=now)
    if account.phone:
        send_message(account.phone, f"您的账号密码刚刚修改过。不是您本人操作的，请马上拨打 {city().hotline}。", at=now)
    return changed


def send_reset_code(
    phone: str, number: str, *, address: str, browser: str = "", device_of: Callable[[Account], str] = lambda _: ""
) -> UUID:
    """Send a code to set a new password, if phone and number (resident's or credit code) belong to one account.

    Otherwise nothing is sent, which nobody can notice. Raises Invalid for a malformed phone or number.
    """
    if not phone_in(phone):
        raise Invalid(BAD_PHONE, field="phone")
    if not number_in(number):
        raise Invalid(BAD_NUMBER, field="number")
    account = identity.account_by_phone(phone_in(phone))
    if account is not None and not _belongs(account, number_in(number)):
        account = None
    return send_to_holder(account, phone, purpose=CodeUse.RESET, address=address, browser=browser, device_of=device_of)


def reset_password(
    code_id: UUID | str, typed: str, password: str, *, trusted: Callable[[Account], bool] = lambda _: False
) -> Account:
    """Set a new password with the code that was sent, and reset the count of failed passwords.

    Others may have the phone and know the number. Unless the account trusts the browser (`trusted`), the new password
    alone therefore signs in only where it does.
    """
    check_password_rules(password, own=[], officer=False)
    row = check_code(code_id, typed, purpose=CodeUse.RESET)
    account = identity.account_of(row.account_id) if row.account_id else None
    if account is None or not account.is_active:
        raise Invalid("验证码不对或已过期，请检查短信后重填，或重新获取。", field="code")
    known = trusted(account)
    with transaction.atomic():
        change_password(account, password, by="reset")
        if not known:
            ResetPassword.objects.update_or_create(account_id=account.id, defaults={"at": clock.now()})
    forget_tries("password", str(account.id))
    return account


def _belongs(account: Account, number: str) -> bool:
    return bool(identity.subject(account.subject_id).number == number)
