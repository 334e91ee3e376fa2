"""The port for step-up: rooms ask here for a fresh second factor or a real-name level; the sign-in room answers."""

from collections.abc import Callable
from functools import wraps
from typing import Protocol
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase

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

View = Callable[..., HttpResponseBase]


class Prover(Protocol):
    """What the sign-in room knows about the person behind a request."""

    def is_fresh(self, request: HttpRequest, minutes: int, factor: bool) -> bool:
        """Return whether they proved who they are within the last `minutes`; with `factor`, by a second factor."""
        ...

    def has_factor(self, subject_id: UUID) -> bool:
        """Return whether any account of the subject has a second factor, or must have one."""
        ...

    def proof_of(self, request: HttpRequest) -> Proof:
        """Return how the signed-in person proved who they are. Somebody must be signed in."""
        ...

    def level_of(self, actor: Actor) -> int:
        """Return the real-name level (0 to 3) of the account that acts."""
        ...


prover: Port[Prover] = Port("how people prove who they are")
"""Without a value, nobody who is signed in opens a page: any answer in its place would let somebody skip a proof."""


class FactorNeeded(NotAllowed):
    """The act needs a second factor, but came through another system, where none can be given."""

    code = "second-factor-needed"
    message = (
        "这一项提交前要本人用第二重验证再确认一次，其他系统不能代为提交。"
        "请本人登录政务服务网站办理；已经建立的草稿都在，核对后提交即可。"
    )


class LevelNeeded(NotAllowed):
    """The person's real-name level is too low for this act.

    `back` is the address to which the page for raising the level returns.
    """

    code = "level-needed"

    def __init__(self, level: int, *, has: int, back: str = "") -> None:
        self.level, self.has, self.back = level, has, back
        super().__init__(
            f"办理这一事项需要实名等级 L{level}，您现在是 L{has}。"
            "请在“账号与安全”里完成实名核验，或带身份证到窗口办理。"
        )


def check_fresh_second_factor(request: HttpRequest, *, minutes: int = 5, factor: bool = True) -> None:
    """Raise ProofNeeded unless the person proved who they are within the last `minutes`; with `factor`, by two factors.

    The page then asks for the proof and resumes the act with what was typed.
    """
    if not prover.get().is_fresh(request, minutes, factor):
        raise ProofNeeded(minutes, factor)


def check_second_factor_in_use(request: HttpRequest, *, minutes: int = 30) -> None:
    """Raise ProofNeeded if the person has a second factor, or must have one, and did not give two factors lately.

    Lately means within the last `minutes`. Acts with a policy ask by its clause `proved_if_used`.
    """
    if proof_of(request).uses_factor:
        check_fresh_second_factor(request, minutes=minutes)


def require_fresh(
    *, minutes: int = 5, factor: bool = True, methods: tuple[str, ...] = ("POST",)
) -> Callable[[View], View]:
    """Guard a view by `check_fresh_second_factor` for requests with one of the methods.

    Put it below the decorator that names the audience, so that nobody is asked for a proof that does not help them.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if request.method in methods:
                check_fresh_second_factor(request, minutes=minutes, factor=factor)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def proof_of(request: HttpRequest) -> Proof:
    """Return how the signed-in person proved who they are. Somebody must be signed in."""
    return prover.get().proof_of(request)


def has_factor(subject_id: UUID) -> bool:
    """Return whether the subject would be asked for a second factor on a page."""
    return prover.get().has_factor(subject_id)


def level_of(actor: Actor) -> int:
    """Return the real-name level (0 to 3) that the acting account has proved."""
    return prover.get().level_of(actor)
