"""Check how materials are met: by a licence, shared data, form fields or a commitment, or else by an upload."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tongban.exchange.libraries import services as libraries
from tongban.exchange.licences import services as licences
from tongban.exchange.licences.queries import LicenceFacts
from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.writing import insert_or_update
from tongban.handling.cases import hot, sources
from tongban.handling.cases.models import Application, Case, CaseMaterial
from tongban.handling.cases.plan import COMMITMENT, PARTIES, look_up_context, party
from tongban.handling.cases.rules.form import problem_with
from tongban.handling.cases.rules.graph import holds
from tongban.handling.cases.rules.materials import Outcome, Way
from tongban.handling.catalog.schema import Item, Material
from tongban.handling.catalog.vocabulary import Source
from tongban.people.identity.actors import Actor


class Finding(NamedTuple):
    """What one way of meeting a material gave. The material is met if `reason` is empty."""

    way: str = ""
    source: str = ""
    reason: str = ""
    evidence: str = ""


def _unmet(reason: str) -> Finding:
    return Finding(reason=reason)


class MaterialChecker:
    """Check the materials of one application at one moment. Each licence and data resource is looked up once."""

    def __init__(self, application: Application, *, actor: Actor, at: datetime) -> None:
        self.application = application
        self.actor = actor
        self.at = at
        self.uploads = {} if application._state.adding else hot.uploads_of(application.id)
        self._known: dict[tuple[str, bool], Outcome] = {}
        self._licences: dict[tuple[str, str], LicenceFacts | None] = {}

    def check_item(self, item: Item, *, waiting: bool, case: Case | None = None) -> list[Outcome]:
        """Check each material of an item that the answers call for.

        With `waiting`, a predecessor may still produce licences and data, so their absence is not an error.
        """
        return [
            self.check(material, item, waiting=waiting, case=case)
            for material in item.materials
            if holds(material.when, self.application.answers)
        ]

    def check(self, material: Material, item: Item, *, waiting: bool, case: Case | None = None) -> Outcome:
        """Check one material. Outcomes for licences and data are kept, others follow from the answers."""
        if material.source not in {Source.LICENCE, Source.DATA}:
            return self._check(material, item, waiting, case)
        known = self._known.get((material.key, waiting))
        if known is None:
            known = self._known[material.key, waiting] = self._check(material, item, waiting, case)
        return known

    def _check(self, material: Material, item: Item, waiting: bool, case: Case | None) -> Outcome:
        way, source, reason, evidence = self._finding(material, item, waiting, case)
        met = not reason
        if material.key in self.uploads and (not met or _was_asked_for(material, case)):
            met, way, source, evidence = True, Way.UPLOAD, "申请人上传", str(self.uploads[material.key])
        elif not met:
            way = material.source if material.source in {Source.FORM, Source.COMMITMENT} else Way.UPLOAD
        return Outcome(
            key=material.key,
            name=material.name,
            way=way,
            met=met,
            necessary=material.necessity == "1",
            source=source,
            reason=reason,
            evidence=evidence,
        )

    def _finding(self, material: Material, item: Item, waiting: bool, case: Case | None) -> Finding:
        match material.source:
            case Source.LICENCE:
                return self._by_licence(material, item, waiting, case)
            case Source.DATA:
                return self._by_data(material, waiting, case)
            case Source.FORM:
                return self._by_form(material, item)
            case Source.COMMITMENT:
                return self._by_commitment(material)
        return _unmet(f"请上传“{material.name}”的照片或扫描件（PDF、JPG、PNG，不超过 10 MB）")

    def _by_licence(self, material: Material, item: Item, waiting: bool, case: Case | None) -> Finding:
        holder = party(self.application.facts, material.of)
        if holder is not None and (material.of, material.licence_type) not in self._licences:
            self._call_up(holder, material.of, item, case)
        licence = self._licences.get((material.of, material.licence_type))
        if licence is not None:
            return Finding(Way.LICENCE, f"电子证照 · {licence.issuer_name}", evidence=str(licence.id))
        if waiting and holder is None:
            return Finding(Way.PRODUCED, "办理过程中自动取得")
        return _unmet(f"没有找到{PARTIES[material.of]}的有效电子证照“{material.name}”，请上传照片或扫描件")

    def _call_up(self, holder: UUID, of: str, item: Item, case: Case | None) -> None:
        """Look up all licences of one party that the item needs, at once. Missing ones are remembered as None."""
        types = [
            material.licence_type
            for material in item.materials
            if material.source == Source.LICENCE
            and material.of == of
            and holds(material.when, self.application.answers)
        ]
        found = licences.call_up(
            holder,
            types,
            actor=self.actor,
            at=self.at,
            occasion=self.application.id,
            case_number=case.number if case else self.application.number or "",
            department_id=case.department_id if case else None,
        )
        self._licences |= {(of, key): found.get(key) for key in types}

    def _by_data(self, material: Material, waiting: bool, case: Case | None) -> Finding:
        found = libraries.look_up(
            material.resource, context=look_up_context(self.application, case), actor=self.actor, at=self.at
        )
        if found.found:
            return Finding(Way.DATA, sources.in_words(found.source), evidence=found.evidence)
        if waiting:
            return Finding(Way.PRODUCED, "办理过程中自动取得")
        return _unmet(f"{found.reason or '共享数据里没有找到'}，请上传“{material.name}”的照片或扫描件")

    def _by_form(self, material: Material, item: Item) -> Finding:
        answers = self.application.answers
        for field in item.form:
            if field.key in material.fields and holds(field.when, answers):
                problem = problem_with(
                    field, answers.get(field.key, ""), answers, clock.legal_day(self.at), plate=city().plate
                )
                if problem:
                    return _unmet(problem)
        return Finding(Way.FORM, "在线填写")

    def _by_commitment(self, material: Material) -> Finding:
        if self.application.answers.get(f"{COMMITMENT}{material.key}") == "yes":
            return Finding(Way.COMMITMENT, "申请人书面承诺")
        return _unmet(f"请阅读并勾选“{material.name}”的承诺，或上传该材料")


def _was_asked_for(material: Material, case: Case | None) -> bool:
    """Return whether a correction notice named the material. If so, the upload counts, even if a licence exists."""
    if case is None or case.round == 1:
        return False
    return any(line["material"] == material.key for notice in case.corrections.all() for line in notice.wanted)


def rows_of(case: Case, outcomes: Iterable[Outcome], at: datetime) -> list[CaseMaterial]:
    """Return the outcomes as unsaved rows of the case."""
    return [
        CaseMaterial(
            case=case,
            key=o.key,
            name=o.name,
            way=o.way,
            met=o.met,
            necessary=o.necessary,
            source=o.source,
            reason=o.reason,
            evidence=o.evidence,
            checked_at=at,
        )
        for o in outcomes
    ]


def save_outcomes(case: Case, outcomes: Iterable[Outcome], at: datetime) -> None:
    """Save the outcomes of a check, replacing those of the last one."""
    insert_or_update(
        rows_of(case, outcomes, at),
        unique=("case", "key"),
        changed=("way", "met", "necessary", "source", "reason", "evidence", "checked_at"),
    )
