"""Delete what is no longer needed: old codes, spent and expired tokens, assertions; end outdated sign-ins."""

from datetime import timedelta

from allauth.idp.oidc.models import Token

from tongban.foundation import clock
from tongban.people.identity.actors import machine
from tongban.people.sso import queries
from tongban.people.sso.models import Assertion, Code, SpentToken
from tongban.people.sso.services.connections import end_connections

MAX_CONNECTION = timedelta(hours=12)
"""After this a portal session has ended (the setting is eight hours), even if its row still exists."""


def forget_old() -> None:
    """End connections that outlasted their portal session, and delete expired rows."""
    now = clock.now()
    outlived = queries.open_connections().filter(authenticated_at__lt=now - MAX_CONNECTION)
    end_connections(outlived, actor=machine("sso-forget"))
    day_ago = now - timedelta(days=1)
    Code.objects.filter(made_at__lt=day_ago).delete()
    SpentToken.objects.filter(at__lt=day_ago).delete()
    Assertion.objects.filter(good_until__lt=now).delete()
    Token.objects.filter(expires_at__lt=now).delete()
