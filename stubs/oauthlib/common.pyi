from collections.abc import Iterable

from _typeshed import Incomplete

class Request:
    uri: str
    http_method: str
    body: str
    headers: dict[str, str]
    scopes: list[str]
    # What the parameters and the validator put on a request.
    def __getattr__(self, name: str) -> Incomplete: ...
    def __setattr__(self, name: str, value: object) -> None: ...

def add_params_to_uri(uri: str, params: Iterable[tuple[str, str | None]], fragment: bool = False) -> str: ...
def urlencode(params: Iterable[tuple[str, str]]) -> str: ...
