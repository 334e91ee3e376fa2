"""The grant behind an effect, and the rows that it locks so that no effect is applied twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tongban.exchange.libraries.events import EffectEvent
from tongban.exchange.libraries.models import BirthRecord, Person
from tongban.exchange.libraries.resources import NOBODY, birth_for, known_id
from tongban.exchange.libraries.services.series import next_in_series
from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict
from tongban.people.identity.actors import Actor


@dataclass(frozen=True)
class Grant:
    """One application of an effect: its context (facts and answers), the actor, and the time."""

    context: Mapping[str, str]
    actor: Actor
    at: datetime

    @property
    def case_number(self) -> str:
        return self.context.get("case.number", "")

    @property
    def day(self) -> date:
        return clock.legal_day(self.at)

    def announce(self, event: EffectEvent) -> None:
        announce(event, actor=self.actor, at=self.at)

    def number(self, prefix: str) -> str:
        """Return the next number of a department's register in this year, e.g. YM2026000001."""
        return f"{prefix}{self.day.year}{next_in_series(f'{prefix}:{self.day.year}'):06d}"

    def lock_birth(self) -> BirthRecord:
        """Lock and return the birth record of the context, so that effects on one newborn run one after another.

        Raises Conflict if there is none.
        """
        found = birth_for(self.context)
        if found is None:
            raise Conflict("没有找到这次分娩的记录，请联系接生医院核对后再办。")
        # No select_related: after waiting for the lock, a joined row would still show its old state.
        return BirthRecord.objects.select_for_update().get(id=found.id)

    def lock_person(self) -> Person:
        """Lock and return the child, or the applicant if the context names no birth. Raises Conflict."""
        key = "child.id" if self.context.get("child.id") or self.context.get("birth.id") else "applicant.id"
        person = Person.objects.select_for_update().filter(id=known_id(self.context, key) or NOBODY).first()
        if person is None:
            raise Conflict("人口库里还没有这个人的登记，请先办理出生登记或户口登记。")
        return person
