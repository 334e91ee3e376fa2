"""The interface itself: its parser, limits and refusals in one place. The rooms add their operations."""

from typing import Any  # what Ninja's own methods take

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

REFUSALS: dict[int, type[Problem]] = dict.fromkeys((400, 401, 403, 404, 409, 412, 413, 415, 422, 429), Problem)
"""The refusals to declare for every operation with a token; below, for public ones."""
PUBLIC_REFUSALS: dict[int, type[Problem]] = dict.fromkeys((400, 404, 413, 415, 422, 429), Problem)


class StrictBody(BaseModel):
    """The base of request bodies: unknown fields are refused, with their place."""

    model_config = ConfigDict(extra="forbid")


class StrictJsonParser(Parser):
    """Parse strict JSON (RFC 8259) whose text can be stored. Anything else is answered with 400."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        body: dict[str, Any] = texts.read_json(request.body)
        return body


class Interface(NinjaAPI):
    """NinjaAPI with our refusals, which its OpenAPI document describes too."""

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
    """Answer any other address under the prefix."""
    return problems.answer(404)
