"""Consistency checks of the whole city. Each check yields one sentence per violation."""

from collections.abc import Callable, Iterator

from django.db.models import Exists, OuterRef

from tongban.exchange.libraries.definitions import definitions
from tongban.exchange.libraries.models import BirthRecord, Enterprise, Household, Marriage, Person, SharedRecord
from tongban.exchange.licences.models import Licence
from tongban.exchange.licences.services import verify_record
from tongban.foundation.codes import is_credit_code, is_resident_number
from tongban.handling.cases.queries.invariants import broken_invariants
from tongban.people.datauses.models import DataUse
from tongban.people.identity.models import Account, Appointment, Subject
from tongban.people.identity.rules import NUMBER_PURPOSE, date_of_birth, sex_of
from tongban.people.organisation.models import Department, Division
from tongban.trust.crypto.services import blind_indexes
from tongban.trust.ledger.models import Entry
from tongban.trust.ledger.queries import quick_findings

Check = Callable[[], Iterator[str]]


def divisions_nest() -> Iterator[str]:
    """Check that codes of streets and communities begin with their parent's code."""
    for division in Division.objects.select_related("parent"):
        if division.level in {"street", "community"} and not division.code.startswith(division.parent_id or "?"):
            yield f"division {division.code}: its code does not begin with its parent's"


def credit_codes_check() -> Iterator[str]:
    """Check the check characters of all credit codes (GB 32100-2015)."""
    for name, uscc in Department.objects.values_list("name", "uscc"):
        if not is_credit_code(uscc):
            yield f"department {name}: the check character of its credit code is wrong"
    for name, uscc in Enterprise.objects.values_list("name", "uscc"):
        if not is_credit_code(uscc):
            yield f"enterprise {name}: the check character of its credit code is wrong"


def numbers_check() -> Iterator[str]:
    """Check numbers and their indexes. Findings name subjects by id, so that they contain no personal data."""
    for subject in Subject.objects.iterator():
        if not subject.number:
            if subject.number_index is not None:
                yield f"subject {subject.id}: an index without a number"
            continue
        right = is_resident_number if subject.kind == Subject.Kinds.PERSON else is_credit_code
        if not right(subject.number):
            yield f"subject {subject.id}: the check character of its number is wrong"
        if subject.number_index not in blind_indexes(subject.number, purpose=NUMBER_PURPOSE):
            yield f"subject {subject.id}: its index is not that of its number"


def persons_agree() -> Iterator[str]:
    """Check that the population library agrees with identity and with the number itself."""
    subjects = {s.id: s for s in Subject.objects.filter(kind=Subject.Kinds.PERSON)}
    for person in Person.objects.iterator():
        subject = subjects.get(person.id)
        if subject is None:
            yield f"person {person.id}: not known to identity"
            continue
        if (person.number, person.name) != (subject.number, subject.name):
            yield f"person {person.id}: name or number differ between the population library and identity"
        if person.number and (date_of_birth(person.number), sex_of(person.number)) != (person.born, person.sex):
            yield f"person {person.id}: day of birth or sex differ from the number"


def families_agree() -> Iterator[str]:
    """Check that each household has one head, and that marriages are recorded consistently."""
    for household in Household.objects.select_related("head").prefetch_related("members"):
        heads = [m.id for m in household.members.all() if m.role_in_household == "户主"]
        if heads != [household.head_id]:
            yield f"household {household.number}: its head is not the one member called head"
    for marriage in Marriage.objects.select_related("husband", "wife"):
        if (marriage.husband.sex, marriage.wife.sex) != ("male", "female"):
            yield f"marriage {marriage.number}: the sexes do not fit"


def births_agree() -> Iterator[str]:
    """Check that birth records agree with the registered children."""
    for birth in BirthRecord.objects.select_related("child"):
        if birth.child and birth.child.sex != birth.sex:
            yield f"birth {birth.id}: the child's sex differs from the hospital's record"
        if (birth.status == "registered") != bool(birth.child and birth.child.number):
            yield f"birth {birth.id}: registered and numbered do not agree"


def posts_are_held() -> Iterator[str]:
    """Find accounts without a person, and stand-ins at the wrong post or beyond the appointment they stand in for."""
    for appointment in Appointment.objects.select_related("stand_in_for").filter(stand_in_for__isnull=False):
        first = appointment.stand_in_for
        if first and first.post_id != appointment.post_id:
            yield f"appointment {appointment.id}: stands in at another post than the one it stands in for"
        if first and first.until and appointment.until is None:
            yield f"appointment {appointment.id}: stands in for one that has ended"
    for login_name in Account.objects.filter(subject__isnull=True).values_list("login_name", flat=True):
        yield f"account {login_name}: nobody is behind it"


def shared_records_fit() -> Iterator[str]:
    """Check that each current record meets the data standard and comes from the department that provides it."""
    rows = SharedRecord.objects.filter(superseded_at=None).select_related("department")
    for record in rows.iterator(chunk_size=2000):
        known = definitions().get(record.resource)
        if known is None:
            yield f"shared record {record.id}: its resource is not in the catalogue of shared data"
        elif problem := known.problem_with(record.content):
            yield f"shared record {record.id}: its field {problem[0]} breaks the data standard"
        elif known.provider not in {record.department.name, *record.department.also_known_as}:
            yield f"shared record {record.id}: its department does not provide the resource"


def seals_hold() -> Iterator[str]:
    """Check, for a sample of a thousand results, that each is still what its issuer signed."""
    ids = list(Licence.objects.order_by("id").values_list("id", flat=True))
    for licence in Licence.objects.select_related("type", "issuer").filter(id__in=ids[:: max(1, len(ids) // 1000)]):
        if not verify_record(licence, with_document=False).record_ok:
            yield f"licence {licence.id}: its seal does not hold"


def data_uses_are_proved() -> Iterator[str]:
    """Check that each data use refers to an existing entry of the ledger."""
    entries = Entry.objects.filter(id=OuterRef("entry_id"))
    for use_id in DataUse.objects.filter(~Exists(entries)).values_list("id", flat=True)[:100]:
        yield f"data use {use_id}: its entry is not in the ledger"


CHECKS: tuple[Check, ...] = (
    divisions_nest,
    credit_codes_check,
    numbers_check,
    persons_agree,
    families_agree,
    births_agree,
    posts_are_held,
    shared_records_fit,
    seals_hold,
    data_uses_are_proved,
    broken_invariants,
    quick_findings,
)


def findings() -> list[str]:
    """Return the findings of all checks."""
    return [sentence for check in CHECKS for sentence in check()]
