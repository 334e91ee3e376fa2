"""Token introspection (RFC 7662) by a system that authenticates with its secret; part of `bench signin`.

It runs in this process. The limits are the bare password hash that the library would use for the secret, and the digest
that we use instead.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.test import Client as Browser

from tongban.bench.figures import Figures, percentiles, ratio, timed
from tongban.bench.problems import Problems
from tongban.foundation import clock
from tongban.people.identity.models import Account
from tongban.people.organisation.models import Post
from tongban.people.sso.models import Connection, Secret, System
from tongban.people.sso.queries import digest_of

SECRET, TOKEN = "tbs_bench", "tbo_bench"


def run(times: int, problems: Problems) -> Figures:
    """Measure introspections per second, with the ratio to the bare hash, and the digest."""
    encoded = make_password(SECRET)
    bare = timed(lambda: check_password(SECRET, encoded), times=min(times, 20))
    fast = timed(lambda: digest_of(SECRET), times=times)
    with _system() as client_id:
        proof = base64.b64encode(f"{client_id}:{SECRET}".encode()).decode()
        browser = Browser(headers={"authorization": f"Basic {proof}"}, SERVER_NAME="localhost")

        def ask() -> None:
            answer = browser.post("/sso/introspect", f"token={TOKEN}", "application/x-www-form-urlencoded")
            right = answer.status_code == 200 and answer.json()["active"] is True
            problems.expect(right, f"introspection answered {answer.status_code}: {answer.content[:200]!r}")

        taken = timed(ask, times=times)
    return percentiles(taken) | {
        "per_second": round(1000 * len(taken) / sum(taken), 1),
        "ratio": ratio(sum(bare) / len(bare), sum(taken) / len(taken)),
        "bare_hash": percentiles(bare),
        "digest": percentiles(fast) | {"per_second": round(1000 * len(fast) / max(sum(fast), 0.001))},
    }


@contextmanager
def _system() -> Iterator[str]:
    """Create a system with a secret and a signed-in person, and roll it back. Yields the client id."""
    with transaction.atomic():
        post, account, now = Post.objects.first(), Account.objects.first(), clock.now()
        if post is None or account is None:
            raise SystemExit("The demo city is not built here: manage.py city build")
        client = Client.objects.create(id="sys-bench", name="bench", secret="!", data={"logout_uri": "", "keys": None})
        system = System.objects.create(
            name="bench",
            kind="web",
            state="approved",
            client=client,
            contact=post,
            department_id=post.department_id,
            drafted_at=now,
            updated_at=now,
        )
        Secret.objects.create(system=system, digest=digest_of(SECRET), ending="ench", made_at=now)
        connection = Connection.objects.create(
            system=system,
            account=account,
            principal_id=account.subject_id,
            portal_session="bench",
            scopes=["openid"],
            level="L0",
            methods=["pwd"],
            authenticated_at=now,
            began_at=now,
        )
        token = Token(client=client, user=account, type="at", hash=digest_of(TOKEN), data={"sid": str(connection.id)})
        token.expires_at = now + timedelta(hours=1)
        token.save()
        yield client.id
        transaction.set_rollback(True)
