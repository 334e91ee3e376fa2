"""The platform's health, for the system administrator."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.foundation.operations import queries
from tongban.people.identity.access import post_required
from tongban.people.organisation.rules import PostKind


@never_cache
@require_safe
@post_required(PostKind.SYSTEM_ADMIN)
def detail(request: HttpRequest) -> JsonResponse:
    """Return each check with its figures as JSON; the status is 503 if the platform is not ready.

    A monitor gets the same with its token from `operations.middleware.Probes`.
    """
    found = queries.readiness(fresh=True)
    return JsonResponse(found.detail(), status=200 if found.ready else 503)
