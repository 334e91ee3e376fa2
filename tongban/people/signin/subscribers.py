"""Notify people of what others do in their name, and end the sessions of closed accounts."""

from uuid import UUID

from tongban.foundation.announcements.actors import is_machine_name
from tongban.foundation.announcements.subscriptions import Announcement, subscriber
from tongban.foundation.city import city
from tongban.people.identity import queries as identity
from tongban.people.identity.events import (
    AccountBound,
    AccountClosed,
    AccountOpened,
    AppointmentEnded,
    AppointmentMade,
    AppointmentOffered,
    MandateGranted,
)
from tongban.people.organisation import queries as organisation
from tongban.people.signin.services.notifying import notify
from tongban.people.signin.services.own import end_sessions_and_factors


def _if_not_yours() -> str:
    return f"不是您本人知情的，请马上拨打 {city().hotline}。"


def _by_another(announcement: Announcement) -> bool:
    """Return whether somebody else did it: neither the platform nor the person."""
    return not is_machine_name(announcement.actor) and announcement.actor != announcement.payload["holder"]


def _post(announcement: Announcement) -> str:
    post = organisation.post(UUID(announcement.payload["post"]))
    return f"{post.department.name}“{post.name}”" if post else "一个岗位"


@subscriber(AccountOpened)
def account_opened(announcement: Announcement) -> None:
    if _by_another(announcement):
        notify(
            UUID(announcement.payload["holder"]),
            f"有单位以您的名义开立了工作账号，它打不开您本人的办件和证照。{_if_not_yours()}",
        )


@subscriber(AppointmentMade)
def appointed(announcement: Announcement) -> None:
    if not is_machine_name(announcement.actor):
        notify(UUID(announcement.payload["holder"]), f"您已任{_post(announcement)}岗位。{_if_not_yours()}")


@subscriber(AppointmentOffered)
def offered(announcement: Announcement) -> None:
    text = f"{_post(announcement)}邀请您任职，您在“账号与安全”里接受以后才生效；14 天不答复，邀请作废。"
    notify(UUID(announcement.payload["holder"]), text)


@subscriber(AppointmentEnded)
def ended(announcement: Announcement) -> None:
    if not is_machine_name(announcement.actor):
        notify(UUID(announcement.payload["holder"]), f"您在{_post(announcement)}岗位的任职已经结束。")


@subscriber(AccountBound)
def bound(announcement: Announcement) -> None:
    notify(UUID(announcement.payload["holder"]), f"有一个账号归到了您的名下。{_if_not_yours()}")


@subscriber(MandateGranted)
def mandated(announcement: Announcement) -> None:
    """Notify the principal of a mandate that a window recorded, unless they granted it online."""
    principal = UUID(announcement.payload["principal_of"])
    if announcement.actor in {str(principal), announcement.payload["helper"]} or is_machine_name(announcement.actor):
        return
    person = identity.subject(principal).kind == identity.Subject.Kinds.PERSON
    if person and identity.actor_of_subject(UUID(announcement.actor)).is_officer:
        notify(principal, f"窗口登记了您授权别人替您办事，可以在“授权管理”里查看和取消。{_if_not_yours()}")


@subscriber(AccountClosed)
def closed(announcement: Announcement) -> None:
    """Delete the sessions, which opened nothing since the closing, and the sign-ins at other systems with them."""
    account = identity.account_of(announcement.subject)
    if account is not None and not account.is_active:
        end_sessions_and_factors(account)
