from _typeshed import Incomplete
from oauthlib.oauth2.rfc6749.errors import AccessDeniedError as AccessDeniedError
from oauthlib.oauth2.rfc6749.errors import InvalidRequestError as InvalidRequestError
from oauthlib.oauth2.rfc6749.errors import OAuth2Error as OAuth2Error

def __getattr__(name: str) -> Incomplete: ...
