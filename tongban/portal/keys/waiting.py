"""What waits for the security administrator: keys to rotate, and certificates that end."""

from collections.abc import Iterator
from datetime import timedelta

from django.http import HttpRequest
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.people.identity import policy
from tongban.people.identity.access import actor_of_request
from tongban.people.identity.ports import Waiting
from tongban.portal.keys.policies import MANAGE
from tongban.trust.keys import queries

SOON = timedelta(days=30)


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Provide the lines to the city's holders of the post."""
    actor = actor_of_request(request)
    now = clock.now()
    if not policy.can(MANAGE, actor, at=now, city=city().code):
        return
    due = queries.overdue(clock.legal_day(now))
    words = f"{due} 个密钥到了更换的日子，请更换" if due else "没有到期要更换的密钥"
    yield Waiting("密钥", words, "red" if due else "green", reverse("keys:inventory"))
    ending = queries.ending_certificates(now, within=SOON)
    words = f"{ending} 张证书在 {SOON.days} 天内到期，请重新签发" if ending else f"{SOON.days} 天内没有到期的证书"
    yield Waiting("证书", words, "yellow" if ending else "green", reverse("keys:certificates"))
