"""Generates a small Python client from the OpenAPI document, so that the example always matches the interface."""

import keyword
import re
from collections.abc import Mapping
from typing import NotRequired, TypedDict

HEAD = '''"""A client of the city's interface, generated from its OpenAPI document by `manage.py api client`.

Needs only Python 3.11. Every refusal raises an `ApiError` with the problem details of RFC 9457.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any


class ApiError(Exception):
    """The interface refused the call: see `status`, `problem["detail"]` and the wrong fields in `problem["errors"]`."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.problem = status, problem
        places = "".join(f"\\n  {error['pointer']}: {error['detail']}" for error in problem.get("errors", []))
        super().__init__(f"{status} {problem.get('title', '')}: {problem.get('detail', '')}{places}")


class Tongban:
    """One method per operation. Request bodies and answers are plain dictionaries."""

    def __init__(self, address: str, token: str = "") -> None:
        self.address, self.token = address.rstrip("/"), token

    def _call(
        self,
        method: str,
        path: str,
        query: dict[str, Any] | None = None,
        body: Any = None,
        file: tuple[str, bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        asked = {key: value for key, value in (query or {}).items() if value not in (None, "")}
        address = self.address + path + ("?" + urllib.parse.urlencode(asked) if asked else "")
        sent = {key: value for key, value in (headers or {}).items() if value}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        content = None
        if file is not None:
            edge = uuid.uuid4().hex
            disposition = f'form-data; name="file"; filename="{file[0]}"'
            content = f"--{edge}\\r\\nContent-Disposition: {disposition}\\r\\n\\r\\n".encode()
            content += file[1] + f"\\r\\n--{edge}--\\r\\n".encode()
            sent["Content-Type"] = f"multipart/form-data; boundary={edge}"
        elif body is not None:
            content = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        request = urllib.request.Request(address, content, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                received = answer.read()
                is_json = answer.headers.get_content_type() == "application/json"
                return json.loads(received) if is_json else received
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, json.loads(error.read() or b"{}")) from None
'''


class Schema(TypedDict):
    """The type of a parameter."""

    type: NotRequired[str]
    default: NotRequired[object]


Parameter = TypedDict("Parameter", {"name": str, "in": str, "schema": Schema})
"""A parameter of an operation; `in` is `path`, `query` or `header`."""


class RequestBody(TypedDict):
    """The body of an operation by media type."""

    content: Mapping[str, object]


class Operation(TypedDict):
    """The parts of an OpenAPI operation that the client needs."""

    operationId: str
    summary: str
    description: str
    parameters: NotRequired[list[Parameter]]
    requestBody: NotRequired[RequestBody]


def client_source(paths: Mapping[str, Mapping[str, Operation]]) -> str:
    """Return the source of the client for the `paths` of an OpenAPI document."""
    methods = [
        _method(path, verb.upper(), operation)
        for path, operations in paths.items()
        for verb, operation in operations.items()
    ]
    return HEAD + "".join(methods)


def _method(path: str, verb: str, operation: Operation) -> str:
    parameters = operation.get("parameters", [])
    in_path = [p["name"] for p in parameters if p["in"] == "path"]
    in_query = [p for p in parameters if p["in"] == "query"]
    in_header = [p["name"] for p in parameters if p["in"] == "header"]
    content = operation["requestBody"]["content"] if "requestBody" in operation else {}
    signature = ["self", *(f"{name}: str" for name in in_path)]
    call = [repr(verb), "f" + repr(path) if in_path else repr(path)]
    if "application/json" in content:
        signature.append("body: dict[str, Any]")
        call.append("body=body")
    if "multipart/form-data" in content:
        signature.append("file: tuple[str, bytes]")
        call.append("file=file")
    options = [f"{_name(p['name'])}: {_type(p)} = {_default(p)}" for p in in_query]
    options += [f'{_name(name)}: str = ""' for name in in_header]
    if options:
        signature += ["*", *options]
    if in_query:
        call.append("query={" + ", ".join(f"{p['name']!r}: {_name(p['name'])}" for p in in_query) + "}")
    if in_header:
        call.append("headers={" + ", ".join(f"{name!r}: {_name(name)}" for name in in_header) + "}")
    name = operation["operationId"].rsplit("_api_", 1)[-1]
    return (
        f"\n    def {name}({', '.join(signature)}) -> Any:\n"
        f'        """{operation["summary"]}: {operation["description"].strip()}"""\n'
        f"        return self._call({', '.join(call)})\n"
    )


def _name(name: str) -> str:
    plain = re.sub(r"\W", "_", name).lower()
    return plain + "_" if keyword.iskeyword(plain) else plain


def _type(parameter: Parameter) -> str:
    return {"integer": "int", "boolean": "bool"}.get(parameter["schema"].get("type", ""), "str")


def _default(parameter: Parameter) -> str:
    return repr(parameter["schema"].get("default", ""))
