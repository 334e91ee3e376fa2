"""GET /healthz, for the supervisor, the load balancer and the curious."""

from dataclasses import asdict

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.foundation.operations import queries
from tongban.foundation.ui.audience import public


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    health = queries.health()
    return JsonResponse(asdict(health), status=200 if health.all_up else 503)
