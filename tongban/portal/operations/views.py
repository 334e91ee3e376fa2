"""The platform's health, for the system administrator: as a page, and as JSON for machines."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.foundation import clock
from tongban.foundation.operations import queries
from tongban.foundation.ui import pages
from tongban.people.identity.access import city_post_required
from tongban.people.identity.requests import Request
from tongban.people.organisation.rules import PostKind
from tongban.portal.operations import services, standings, words
from tongban.portal.operations.policies import SEE
from tongban.trust.backups import queries as backups

LISTED = 50
"""How many failed jobs the page lists."""


@never_cache
@require_safe
@city_post_required(SEE, PostKind.SYSTEM_ADMIN)
def state(request: Request) -> HttpResponse:
    """Show each check in words, the jobs that failed, and the backups, each with what to do."""
    since, stands = clock.now() - words.LOOKED_BACK, backups.outlook()
    context = {
        "checks": standings.standings(stands, publishes=services.may_publish(request.actor)),
        "failed": queries.failed_jobs(since),
        "jobs": queries.newest_failed_jobs(since, most=LISTED),
        "tasks": words.TASKS,
        "backup": stands.newest,
        "drill": backups.newest_drill(),
        "wrong": list(words.backups_wrong(stands)),
    }
    return pages.render(request, "operation_pages/state.html", context)


@never_cache
@require_safe
@city_post_required(SEE, PostKind.SYSTEM_ADMIN)
def detail(request: Request) -> JsonResponse:
    """Return each check with its figures as JSON; the status is 503 if the platform is not ready.

    A monitor gets the same with its token from `operations.middleware.Probes`.
    """
    found = queries.readiness(fresh=True)
    return JsonResponse(found.detail(), status=200 if found.ready else 503)
