"""The port for proof: rooms ask here for a fresh second factor or a real-name level; the sign-in room answers."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from tongban.foundation.errors import NotAllowed
from tongban.foundation.registry import Port
from tongban.people.identity.actors import Actor, Proof
from tongban.people.identity.policy import ProofNeeded

__all__ = [
    "FactorNeeded",
    "LevelNeeded",
    "ProofNeeded",
    "Prover",
    "check_fresh_second_factor",
    "check_second_factor_in_use",
    "has_factor",
    "level_of",
    "proof_of",
    "prover",
    "require_fresh",
]

View = Callable[..., HttpResponse]


class Prover(Protocol):
    """What the sign-in room knows of who is behind a request."""

    def is_fresh(self, request: HttpRequest, minutes: int, factor: bool) -> bool:
        """Whether he proved himself within the last minutes; with `factor`, by a second factor."""
        ...

    def uses_factor(self, request: HttpRequest) -> bool:
        """Whether he has a second factor, or must have one."""
        ...

    def has_factor(self, subject_id: UUID) -> bool:
        """Whether any account of the subject has a second factor, or must have one."""
        ...

    def proof_of(self, request: HttpRequest) -> Proof | None:
        """How the signed-in person proved who he is."""
        ...

    def level_of(self, actor: Actor) -> int:
        """The real-name level of whoever acts, 0 to 3, as their account proves it."""
        ...


class _NobodyProves:
    """The answers while no room offers better ones: nothing is proved."""

    def is_fresh(self, request: HttpRequest, minutes: int, factor: bool) -> bool:
        return False

    def uses_factor(self, request: HttpRequest) -> bool:
        return False

    def has_factor(self, subject_id: UUID) -> bool:
        return False

    def proof_of(self, request: HttpRequest) -> Proof | None:
        return None

    def level_of(self, actor: Actor) -> int:
        return 0


prover: Port[Prover] = Port("how people prove who they are", absent=_NobodyProves())


class FactorNeeded(NotAllowed):
    """The act asks for a second factor, and came by a way on which none can be given: through another system."""

    code = "second-factor-needed"
    message = (
        "这一项提交前要本人用第二重验证再确认一次，其他系统不能代为提交。"
        "请本人登录通办办理；已经建立的草稿都在，核对后提交即可。"
    )


class LevelNeeded(NotAllowed):
    """The real-name level of who acts is too low for what he wants to do.

    `back` is the address to which the page returns him afterwards.
    """

    code = "level-needed"

    def __init__(self, level: int, *, has: int, back: str = "") -> None:
        self.level, self.has, self.back = level, has, back
        super().__init__(
            f"办理这一事项需要实名等级 L{level}，您现在是 L{has}。"
            "请在“账号与安全”里完成实名核验，或带身份证到窗口办理。"
        )


def check_fresh_second_factor(request: HttpRequest, *, minutes: int = 5, factor: bool = True) -> None:
    """ProofNeeded unless the signed-in person proved himself within the last minutes; with `factor` by a second factor.

    The page then asks for it and goes on with what was typed. Nobody can prove anything where no room answers.
    """
    if not prover.get().is_fresh(request, minutes, factor):
        raise ProofNeeded(minutes, factor)


def check_second_factor_in_use(request: HttpRequest, *, minutes: int = 30) -> None:
    """As above, but only for who has a second factor, or has to have one: others go on."""
    if prover.get().uses_factor(request):
        check_fresh_second_factor(request, minutes=minutes)


def require_fresh(
    *, minutes: int = 5, factor: bool = True, methods: tuple[str, ...] = ("POST",)
) -> Callable[[View], View]:
    """Let a view run only for who proved himself within the last minutes; else the page for it comes first.

    It stands below the guard that says for whom the view is, so that nobody is asked for a proof of no use to him.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods:
                check_fresh_second_factor(request, minutes=minutes, factor=factor)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def proof_of(request: HttpRequest) -> Proof | None:
    """How the signed-in person proved who he is; None where no room answers."""
    return prover.get().proof_of(request)


def has_factor(subject_id: UUID) -> bool:
    """Whether who acts would be asked for a second factor if he came by a page; False where no room answers."""
    return prover.get().has_factor(subject_id)


def level_of(actor: Actor) -> int:
    """The real-name level (0 to 3) that the account which acts has proved; 0 where no room answers."""
    return prover.get().level_of(actor)
