"""Confirm at step-up that it is still the same person: by the password and a code to the phone."""

from uuid import UUID

from tongban.foundation.errors import Conflict, Invalid
from tongban.people.identity.queries import Account
from tongban.people.signin.rules import CodeUse
from tongban.people.signin.services.codes import check_code, send_code
from tongban.people.signin.services.entering import prove_password


def confirm_password(account: Account, password: str, *, address: str, device: str) -> None:
    """Raise Invalid if it is not the account's password. Failures count as at sign-in, for this browser only."""
    try:
        prove_password(account.login_name, password, address=address, device_of=lambda _: device)
    except Invalid:
        raise Invalid("密码不对，请重新输入。", field="password") from None


def send_confirmation(account: Account, *, address: str) -> UUID:
    """Send a code to the account's own phone. Raises Conflict if it has none."""
    if not account.phone:
        raise Conflict("您的账号还没有登记手机号，请先在“账号与安全”里添加手机号，或开通动态口令。")
    return send_code(account.phone, purpose=CodeUse.CONFIRM, address=address, account_id=account.id, known=True)


def confirm_code(account: Account, code_id: UUID | str, typed: str) -> None:
    """Raise Invalid if it is not the code that was sent to the account's phone."""
    row = check_code(code_id, typed, purpose=CodeUse.CONFIRM)
    if row.account_id != account.id:
        raise Invalid("验证码不对或已过期，请重新获取。", field="code")
