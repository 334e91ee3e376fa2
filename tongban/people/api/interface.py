"""The interface itself: one place for how it looks and how it refuses; the rooms bring their operations."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from pydantic import BaseModel, ConfigDict

from tongban.foundation import texts
from tongban.foundation.errors import DomainError
from tongban.people.api import problems
from tongban.people.api.allowance import Allowance
from tongban.people.api.problems import Problem

REFUSALS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 412, 413, 415, 422, 429), Problem)
"""Added to the answers of every operation."""
PUBLIC_REFUSALS: dict[int, Any] = dict.fromkeys((400, 404, 413, 415, 422, 429), Problem)


class StrictBody(BaseModel):
    """A body that is taken in: what it does not know is refused with its place."""

    model_config = ConfigDict(extra="forbid")


class StrictJsonParser(Parser):
    """JSON as RFC 8259 has it, of text that can be kept. What this refuses is answered 400."""

    def parse_body(self, request: HttpRequest) -> Any:
        return texts.read_json(request.body)


class Interface(NinjaAPI):
    """NinjaAPI with our refusals, also in its OpenAPI document."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            docs_url=None, parser=StrictJsonParser(), throttle=[Allowance(bearer=600, address=300)], **options
        )
        self.add_exception_handler(DomainError, problems.of_domain)
        self.add_exception_handler(ValidationError, problems.of_validation)
        self.add_exception_handler(HttpError, problems.of_http)
        self.add_exception_handler(Http404, lambda request, error: problems.answer(404))

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for path in schema["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in response.get("content", {}):
                        response["content"] = {problems.MEDIA_TYPE: response["content"]["application/json"]}
                        response["description"] = problems.TITLES[int(status)]
        return schema


def no_such_address(request: HttpRequest, **rest: str) -> HttpResponse:
    """Anything else under the prefix."""
    return problems.answer(404)
