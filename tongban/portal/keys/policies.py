"""Who may see and change keys and certificates. Pure; evaluated by `identity.policy`."""

from collections.abc import Iterator

from tongban.people.identity.policy import CityTarget, Clause, PolicyRequest, for_the_city, policy
from tongban.people.organisation.rules import PostKind

MANAGE = "keys.manage"


@policy(MANAGE, "市级安全管理员可以查看和更换密钥、吊销证书")
def manage(asked: PolicyRequest[CityTarget]) -> Iterator[Clause]:
    """Yield the clauses for the inventory of keys and certificates, which protect the whole city's data."""
    yield for_the_city(
        asked, PostKind.SECURITY_ADMIN, refusal="全市的密钥和证书由市级安全管理员管理，需要时请和他们联系。"
    )
