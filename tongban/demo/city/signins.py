"""The sign-ins of the demo city, for the terminal."""

from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account
from tongban.people.organisation.models import Department
from tongban.people.organisation.rules import POST_LABELS, PostKind

FIRST = ("liwenmin", "zhanglei", "wjw.head", "gaj.window")


def sign_ins() -> list[tuple[str, str]]:
    """Return (account name, description of the person) pairs, first those of the newborn bundle."""
    departments = dict(Department.objects.values_list("id", "name"))
    rows = []
    for account in Account.objects.select_related("subject").order_by("opened_at", "login_name"):
        actor = identity.actor_of(account)
        own = [p for p in actor.posts if not p.as_stand_in]
        posts = "、".join(dict.fromkeys(POST_LABELS[PostKind(p.kind)] for p in own))
        where = departments[own[0].department_id] if own else ""
        kind = "企业" if account.subject.kind == "organisation" else "群众"
        rows.append((account.login_name, f"{account.subject.name}（{f'{where} {posts}' if own else kind}）"))
    return sorted(rows, key=lambda row: FIRST.index(row[0]) if row[0] in FIRST else len(FIRST))
