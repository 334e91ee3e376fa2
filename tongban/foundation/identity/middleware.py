"""A privileged act that a policy refused is recorded, after its transaction was undone."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tongban.foundation.identity import services
from tongban.foundation.identity.policy import Refused


class RecordRefusals:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        actor = getattr(request, "actor", None)
        if isinstance(exception, Refused) and actor is not None:
            services.record_refusal(exception, actor=actor)
