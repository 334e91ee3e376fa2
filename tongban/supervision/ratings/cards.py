"""Cards that this room adds to the pages of other rooms."""

from django.http import HttpRequest
from django.urls import reverse

from tongban.foundation import clock
from tongban.handling.cases.queries import Application
from tongban.supervision.ratings import queries, rules


def invitation(request: HttpRequest, application: Application) -> list[dict[str, str]]:
    """Return a card that invites the applicant to rate while that is possible, or that leads to the rating."""
    if not application.closed_at:
        return []
    rated = queries.rating_of(application.id) is not None
    if not rated and clock.now() > rules.last_moment(application.closed_at):
        return []
    return [
        {
            "title": "办得怎么样？",
            "note": "自愿评价，评一次还能追加一次",
            "text": "您已经评价过了，谢谢。" if rated else "点一下就好，也可以不评。",
            "action": "查看评价" if rated else "去评价",
            "href": reverse("ratings:rate", args=[application.number]),
        }
    ]
