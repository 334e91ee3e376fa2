"""What makes a phone number, a good password and a level, and how often people may try. Pure."""

import re
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from tongban.foundation.typed import number_in as number_in
from tongban.foundation.typed import phone_in as phone_in
from tongban.people.organisation.rules import PostKind


class ProofKind(StrEnum):
    """The kind of evidence by which somebody proved who they are (核验方式)."""

    PHONE = "phone"
    NUMBER = "number"
    CARRIER = "carrier"
    BANK_CARD = "bank-card"
    WINDOW = "window"
    FACE = "face"
    NETWORK_ID = "network-id"
    NATIONAL_PLATFORM = "national-platform"


class SignInBy(StrEnum):
    """The first proof of a sign-in: what the step for the device (`device_stage`) goes by."""

    PASSWORD = "password"  # noqa: S105 - the name of a way to sign in
    CODE = "code"
    REGISTRATION = "registration"
    """The account was opened a moment ago in this browser."""
    STATE_IDENTITY = "state-identity"
    """The national platform or the network identity has identified the person."""


SIGNED_IN_BY = "by"
"""Key in the state of a sign-in: its `SignInBy`."""
ON_SHARED_COMPUTER = "shared"
"""Key in the state of a sign-in: whether its person said that others use the computer too."""


class CodeUse(StrEnum):
    """What a code sent to a phone is for (验证码用途)."""

    SIGN_IN = "sign-in"
    REGISTER = "register"
    RESET = "reset"
    PHONE = "phone"
    CONFIRM = "confirm"


FAILURES, FAILURES_IN_A_DAY = 5, 100
"""Failed tries after which an account is locked (GB/T 22239-2019 8.1.4.1): within `LOCK`, and within a day. Known
browsers are counted apart from all others, so that strangers lock out strangers only."""
FAILURES_OF_ADDRESS, FAILURES_OF_HALL = 20, 400
"""Failed tries after which unknown browsers at an address must sign in another way. A hall shares one address."""
LOCK, DAY = timedelta(minutes=30), timedelta(days=1)
CODE_LIVES = timedelta(minutes=5)
CODE_TRIES = 5
MAX_TRIES = 4
"""How often a message is given to a gateway that does not answer."""
RESEND_AFTER = timedelta(seconds=60)
CODES_OF_PHONE, CODES_OF_PHONE_IN_ALL = 10, 30
"""Codes for one phone within a day: asked for from one address, and from all addresses together. A known browser of the
phone's account has ten of its own."""
CODES_OF_PHONE_AT_MOST, CODES_OF_NEW_ADDRESS = 60, 2
"""Where unknown browsers have used up the sum of all addresses, an address that has asked for fewer codes than the
second number may still have one, up to the first number. So a few strangers do not shut out the phone's holder."""
PAUSE_OF_PHONE = timedelta(seconds=10)
"""Between two codes for one phone that unknown browsers ask for, wherever they are. `RESEND_AFTER` holds at one
address; this is shorter, so that strangers cannot keep the phone's holder waiting."""
CODES_OF_BROWSER, CODES_OF_NEW_BROWSERS = 20, 50
"""Codes within a day outside service halls: for one unknown browser, and for all those together at an address whose
name is not settled (`visitors`). How many one address may ask for is a setting, since a carrier's customers may share
it."""
NEW_BROWSER = "new"
"""In place of a browser's name: the request brought none, or one that was given a moment ago."""
SETTLED_AFTER, VISITOR_LIVES = timedelta(minutes=2), timedelta(days=30)
"""How old a browser's name must be to have a budget of its own, and how long it is valid."""
WINDOW_OPENS = timedelta(days=7)
"""How long after a window check begins to count a code to the phone named there signs in from a new device."""
KNOWN_BROWSER_LIVES = timedelta(days=180)
"""How long after the last sign-in an account knows a browser."""
LOST_PHONE_LIVES = timedelta(days=180)
"""How long an account remembers a phone that it lost to its new holder."""
LEVELS = {0: "手机注册", 1: "初级实名", 2: "中级实名", 3: "高级实名"}
"""Real-name levels (实名等级) L0-L3."""
PROOFS = {
    ProofKind.PHONE: (0, "手机号短信验证"),
    ProofKind.NUMBER: (1, "姓名和公民身份号码比对人口库"),
    ProofKind.CARRIER: (2, "运营商三要素核验"),
    ProofKind.BANK_CARD: (2, "银行卡三要素核验"),
    ProofKind.WINDOW: (3, "窗口核验本人和证件"),
    ProofKind.FACE: (3, "人像比对"),
    ProofKind.NETWORK_ID: (3, "国家网络身份认证"),
    ProofKind.NATIONAL_PLATFORM: (3, "国家政务服务平台"),
}
"""By kind of evidence: the highest level that it can give, and its name."""
SELF_PROVING = frozenset({ProofKind.WINDOW, ProofKind.FACE, ProofKind.NETWORK_ID, ProofKind.NATIONAL_PLATFORM})
"""Evidence that makes an account for a post the person's own, since nobody else can give it. Name, number and phone are
known to whoever opened the account."""
FIRM = 2
"""From this level on an account rests on more than name and number, which others may know."""
INITIAL_LIVES = timedelta(hours=72)
"""How long an initial password (初始密码) is valid for the first sign-in."""
OBJECT_WITHIN = timedelta(hours=24)
"""A window check counts after this time, unless the person objects."""
STATEMENT_LIVES = timedelta(minutes=5)
"""How old a reader's statement, and the check that it belongs to, may be."""
SECOND_POSTS = (PostKind.WINDOW, PostKind.HEAD)
SECOND_WITHIN = timedelta(minutes=30)
"""The posts that may confirm a colleague's check, and how long a check waits for it."""
CHECKS_OF_CLERK = 20
"""Checks that one clerk may complete or confirm in a day. The next one raises an alarm."""


def character_classes(password: str) -> int:
    """Return how many of these classes occur: lower-case letters, capitals, digits, other characters."""
    return sum(bool(re.search(kind, password)) for kind in (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]"))


def password_problem(password: str, *, own: Iterable[str] = (), common: bool = False, officer: bool = False) -> str:
    """Return why the password is refused, as a sentence, or "" if it is good.

    `own` holds the person's numbers and names. `common` means that it is on the list of common passwords.
    """
    if len(password) < 8:
        return "密码至少 8 个字符，请再加长一些。"
    if len(password) > 128:
        return "密码最多 128 个字符，请缩短一些。"
    if common or len(set(password)) < 4:
        return "这个密码太常见，容易被猜到，请换一个。"
    if any(len(word) >= 4 and word.lower() in password.lower() for word in own):
        return "密码里不要有您的账号、手机号或证件号码，请换一个。"
    if character_classes(password) < (3 if officer else 2):
        return (
            "工作人员的密码要有小写字母、大写字母、数字、符号中的三种，请换一个。"
            if officer
            else "密码要有字母、数字、符号中的至少两种，请换一个。"
        )
    return ""
