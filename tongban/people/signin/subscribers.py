"""What others do in somebody's name is told to that person; the sessions of a closed account end."""

from uuid import UUID

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

NOT_YOURS = f"不是您本人知情的，请马上拨打 {city().hotline}。"


def _by_another(told: Announcement) -> bool:
    """Neither the platform (a city is founded, people register) nor the person themselves."""
    return not told.actor.startswith("machine:") and told.actor != told.payload["holder"]


def _post(told: Announcement) -> str:
    post = organisation.post(UUID(told.payload["post"]))
    return f"{post.department.name}“{post.name}”" if post else "一个岗位"


@subscriber(AccountOpened)
def account_opened(told: Announcement) -> None:
    if _by_another(told):
        notify(UUID(told.payload["holder"]), f"有单位以您的名义开立了工作账号，它打不开您本人的办件和证照。{NOT_YOURS}")


@subscriber(AppointmentMade)
def appointed(told: Announcement) -> None:
    if not told.actor.startswith("machine:"):
        notify(UUID(told.payload["holder"]), f"您已任{_post(told)}岗位。{NOT_YOURS}")


@subscriber(AppointmentOffered)
def offered(told: Announcement) -> None:
    text = f"{_post(told)}邀请您任职，您在“账号与安全”里接受以后才生效；14 天不答复，邀请作废。"
    notify(UUID(told.payload["holder"]), text)


@subscriber(AppointmentEnded)
def ended(told: Announcement) -> None:
    if not told.actor.startswith("machine:"):
        notify(UUID(told.payload["holder"]), f"您在{_post(told)}岗位的任职已经结束。")


@subscriber(AccountBound)
def bound(told: Announcement) -> None:
    notify(UUID(told.payload["holder"]), f"有一个账号归到了您的名下。{NOT_YOURS}")


@subscriber(MandateGranted)
def mandated(told: Announcement) -> None:
    """Whoever lets another act in their name learns of it, unless they did it themselves: a window wrote it down."""
    principal = UUID(told.payload["principal_of"])
    if told.actor in {str(principal), told.payload["helper"]} or told.actor.startswith("machine:"):
        return
    person = identity.subject(principal).kind == identity.Subject.Kinds.PERSON
    if person and identity.actor_of_subject(UUID(told.actor)).is_officer:
        notify(principal, f"窗口登记了您授权别人替您办事，可以在“授权管理”里查看和取消。{NOT_YOURS}")


@subscriber(AccountClosed)
def closed(told: Announcement) -> None:
    """Its sessions open nothing from that moment on; now they are gone, and sign-ins at other systems with them."""
    account = identity.account_of(told.subject)
    if account is not None and not account.is_active:
        end_sessions_and_factors(account)
