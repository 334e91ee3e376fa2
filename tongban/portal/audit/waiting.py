"""What waits for the audit administrator: alarms of the ledger, and privileged acts that were refused."""

from collections.abc import Iterator
from datetime import timedelta

from django.http import HttpRequest
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.people.identity import policy
from tongban.people.identity.access import actor_of_request
from tongban.people.identity.ports import Waiting
from tongban.portal.audit import queries
from tongban.portal.audit.policies import SEARCH
from tongban.trust.ledger import queries as ledger

LOOKED_BACK = timedelta(days=7)


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Provide the lines to the city's holders of the post."""
    actor = actor_of_request(request)
    now, search = clock.now(), reverse("audit:search")
    if not policy.can(SEARCH, actor, at=now, city=city().code):
        return
    alarms = ledger.ledger_state(now).alarms
    words = f"{alarms} 个告警没有处理，请查明原因" if alarms else "没有告警，记录和账本一致"
    yield Waiting("留痕账本", words, "red" if alarms else "green", search)
    refused = queries.refused_since(now - LOOKED_BACK)
    words = (
        f"最近 7 天有 {refused} 次重要操作被拒绝，请看看是谁、为什么" if refused else "最近 7 天没有被拒绝的重要操作"
    )
    yield Waiting("重要操作", words, "yellow" if refused else "green", search)
