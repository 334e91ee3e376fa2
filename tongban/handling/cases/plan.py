"""Work out what a service means for one application: its bundle, chosen steps, items, fields and materials."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from hashlib import blake2s
from uuid import UUID

from tongban.handling.cases.models import Application, Case
from tongban.handling.cases.rules import form, graph, materials
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.carrying import questions_about
from tongban.handling.catalog.schema import Bundle, BundleStep, FormField, GuidingQuestion, Item, Material
from tongban.handling.catalog.vocabulary import ServiceKind

COMMITMENT = "commit."
"""Prefix of a material's key: the answer `commit.<key>: yes` is the applicant's commitment (告知承诺)."""

QUESTIONS, MATERIALS = "questions", "materials"
"""Keys of the pages that a draft may have besides those of its form."""
PARTIES = {"applicant": "申请人", "mother": "母亲", "father": "父亲", "child": "孩子"}
"""The roles of people in an application, and their names."""


class Plan:
    """An application together with the catalogue.

    A draft is read with the newest version of each item. A submitted application keeps the versions that it was
    submitted with.
    """

    def __init__(self, application: Application, *, standings: Mapping[str, catalog.Standing] | None = None) -> None:
        self.application = application
        self.level_passed = -1
        """The real-name level that was found sufficient when the application was started in this transaction."""
        if standings is not None:
            self.standings = standings

    @cached_property
    def bundle(self) -> Bundle:
        """The bundle; a single item counts as a bundle with one step."""
        a = self.application
        if a.kind == ServiceKind.BUNDLE:
            return catalog.bundle(a.service, None if self._is_draft else a.service_version)
        return graph.as_bundle(self._item, self.through)

    @cached_property
    def through(self) -> Bundle | None:
        """The bundle to which an item belongs that is applied for alone, as it was when it was submitted, or None."""
        a = self.application
        if a.kind == ServiceKind.BUNDLE or not self._item.apply_through:
            return None
        if a.submitted_at is None:
            return catalog.bundle_in_force(self._item.apply_through)
        return catalog.bundle_at(self._item.apply_through, a.submitted_at)

    @cached_property
    def _item(self) -> Item:
        """The item of an application for a single item."""
        a = self.application
        return self._newest(a.service) if self._is_draft else catalog.item(a.service, a.service_version)

    @cached_property
    def steps(self) -> list[BundleStep]:
        """The steps that the answers choose."""
        return graph.chosen_steps(self.bundle, self.application.answers)

    @cached_property
    def items(self) -> dict[str, Item]:
        """Step key -> item, for the steps that the answers choose."""
        if self._is_draft:
            return {step.key: self._newest(step.item) for step in self.steps}
        versions = self.application.cases.values_list("step_key", "item_code", "item_version")
        return {key: catalog.item(code, version) for key, code, version in versions}

    @cached_property
    def answerable(self) -> dict[str, FormField | None]:
        """Every key that an answer may have -> its field, or None for a guiding question or a commitment."""
        keys: dict[str, FormField | None] = {question.key: None for question in self.bundle.questions}
        for item in (standing.newest for standing in self.standings.values()):
            keys |= {f"{COMMITMENT}{m.key}": None for m in item.materials if m.source == "commitment"}
            keys |= {field.key: field for field in item.form}
        return keys

    @cached_property
    def stamp(self) -> str:
        """A hash (16 hexadecimal digits) of the versions that the draft is read with.

        Submission compares it, so that applicants submit exactly what they checked.
        """
        named = [f"{self.bundle.key} {self.bundle.version}", *(f"{i.code} {i.version}" for i in self.items.values())]
        if self.through and self.bundle.questions:
            named.append(f"{self.through.key} {self.through.version}")
        return blake2s(" ".join(named).encode(), digest_size=8).hexdigest()

    @property
    def _is_draft(self) -> bool:
        return self.application.state == Application.States.DRAFT

    def _newest(self, code: str) -> Item:
        return self.standings[code].newest

    @cached_property
    def standings(self) -> Mapping[str, catalog.Standing]:
        """Where every item stands that the draft may choose, by code."""
        a = self.application
        return catalog.standings(
            [a.service] if a.kind == ServiceKind.ITEM else {step.item for step in self.bundle.steps}
        )

    @property
    def withdrawn(self) -> list[str]:
        """The names of those chosen items that can no longer be applied for."""
        return [item.name for item in self.items.values() if not self.standings[item.code].in_force]

    @cached_property
    def fields(self) -> dict[str, FormField]:
        """The form fields that the answers call for, by key."""
        return form.union_of_fields(self.items.values(), self.application.answers)

    @cached_property
    def pages(self) -> list[tuple[str, str, list[FormField]]]:
        """(key, title, fields) of each page of the form."""
        return form.pages_of(self.bundle, self.fields)

    @property
    def commitments(self) -> list[str]:
        """The answer keys of the commitments that the applicant may make."""
        return [f"{COMMITMENT}{key}" for key, material in self.materials.items() if material.source == "commitment"]

    def choices(self, question: GuidingQuestion) -> dict[str, str]:
        """Return value -> label of the choices that the known facts leave open."""
        return dict(question.choices_for(self.application.facts))

    @cached_property
    def asked(self) -> tuple[GuidingQuestion, ...]:
        """The guiding questions that no record has answered."""
        return tuple(q for q in self.bundle.questions if q.key not in self.recorded)

    def asked_about(self, item: Item) -> tuple[GuidingQuestion, ...]:
        """Return the guiding questions whose answers decide on one of the items, as this application asks them."""
        if self.application.kind == ServiceKind.ITEM:
            return self.bundle.questions
        return questions_about(item, self.bundle)

    def unproven(self, item: Item) -> list[str]:
        """Return the questions about an item to which somebody typed what a record would say, though none was found.

        A paper that is found may then prove something else, such as the marriage of a parent to another person.
        """
        answers = self.application.answers
        typed = (q for q in self.asked_about(item) if not self._has_record_on(q))
        return [question.text for question in typed if question.rests_on_record(answers.get(question.key, ""))]

    def resting_on_records(self, item: Item) -> list[GuidingQuestion]:
        """Return the questions about an item whose present answers a record gave, or could have ruled out."""
        answers = self.application.answers
        known = (q for q in self.asked_about(item) if self._has_record_on(q))
        return [question for question in known if question.rests_on_record(answers.get(question.key, ""))]

    def _has_record_on(self, question: GuidingQuestion) -> bool:
        """Whether a record was found that answers a question, or says which of its choices are open."""
        a = self.application
        return question.key in a.sources or a.facts.get(question.fact) in question.open_choices

    @cached_property
    def recorded(self) -> dict[str, str]:
        """The answers that records gave to guiding questions, by key.

        An answer that differs from the record's was typed, so it does not count.
        """
        a = self.application
        given = {q.key: q.answer_by(a.facts) for q in self.bundle.questions if q.key in a.sources}
        return {key: answer for key, answer in given.items() if answer and a.answers.get(key) == answer}

    def is_settled(self, field: FormField) -> bool:
        """Whether nobody is asked for the field: only one choice is open, or every choice comes to the same."""
        facts, answer = self.application.facts, self.application.answers.get(field.key)
        open_ones = [value for value, _ in form.open_choices(field, facts)]
        same = bool(field.settled_by and facts.get(field.settled_by))
        return bool(field.choices) and answer in open_ones and (same or len(open_ones) == 1)

    def keys_on(self, page: str) -> list[str]:
        """Return the keys of the answers that a page of the draft holds."""
        if page == QUESTIONS:
            return [question.key for question in self.asked]
        if page == MATERIALS:
            return self.commitments
        return [field.key for key, _, fields in self.pages if key == page for field in fields]

    def page_stamp(self, page: str) -> str:
        """Return a hash (16 hexadecimal digits) of the answers that are stored for a page.

        A window sends back the one with which it was made, so that an older window notices that it is older.
        """
        answers = self.application.answers
        return _hash(f"{key}={answers[key]}" for key in sorted(self.keys_on(page)) if answers.get(key))

    def answers_stamp(self, without: str = "") -> str:
        """Return a hash of all answers and files, by which submission recognises that they are those that were checked.

        `without` is a page whose answers do not count, because they are typed on the check page itself.
        """
        typed = set(self.keys_on(without)) if without else set()
        answers = {key: value for key, value in self.application.answers.items() if key not in typed}
        files = self.application.attachments.filter(removed_at__isnull=True).order_by("material")
        return _hash(
            [
                *(f"{key}={answers[key]}" for key in sorted(answers) if answers[key]),
                *(f"{material}:{file_id}" for material, file_id in files.values_list("material", "file_id")),
            ]
        )

    @cached_property
    def materials(self) -> dict[str, Material]:
        """The materials that the answers call for, by key."""
        return materials.union_of_materials(self.items.values(), self.application.answers)


def _hash(parts: Iterable[str]) -> str:
    return blake2s("\x00".join(parts).encode(), digest_size=8).hexdigest()


def look_up_context(application: Application, case: Case | None = None) -> dict[str, str]:
    """Return facts and answers as one flat dictionary, which look-ups and effects in the base libraries expect.

    Facts win over answers with the same key. Keys with a dot, such as `child.id` and `case.number`, say whose data is
    read and what for; only facts and the platform set them, so a field of a form with such a key is left out.
    """
    answers = {key: value for key, value in application.answers.items() if "." not in key}
    context: dict[str, str] = {**answers, **application.facts}
    context["application.id"] = str(application.id)
    context["application.number"] = application.number or ""
    if case is not None:
        context["case.number"] = case.number
        context["case.department"] = str(case.department_id)
    return context


def party(facts: Mapping[str, str], who: str) -> UUID | None:
    """Return the subject id of a role (`applicant`, `mother`, `father`, `child`), or None if it is not known yet."""
    value = facts.get(f"{who}.id")
    return UUID(value) if value else None


def persons_concerned(application: Application) -> list[UUID]:
    """Return the ids of the applicant and of the parents and child named in the application, each once."""
    known = (party(application.facts, who) for who in PARTIES)
    return list(dict.fromkeys([application.applicant_id, *(subject_id for subject_id in known if subject_id)]))
