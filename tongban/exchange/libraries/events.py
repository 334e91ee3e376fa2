"""TELL: changes of the base libraries, and look-ups. Events hold identifiers only, never personal data."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class DataLookedUp(Event, label="查询共享数据", principal_label="为办件调取了您的登记信息"):
    """`subject` is the person, enterprise or birth whose data was read. The entry also names actor and principal."""

    resource: str
    purpose: str
    case_number: str
    found: bool
    fields: str = ""
    """The Chinese labels of the fields that were read."""


@dataclass(frozen=True)
class ResidentRecorded(Event, label="登记人口信息"):
    """`subject` is the person."""


@dataclass(frozen=True)
class HouseholdFounded(Event, label="立户"):
    """`subject` is the household."""


@dataclass(frozen=True)
class MarriageRecorded(Event, label="登记婚姻信息"):
    """`subject` is the marriage."""


@dataclass(frozen=True)
class BirthReported(Event, label="上报分娩信息"):
    """`subject` is the birth record."""


@dataclass(frozen=True)
class MedicalBillRecorded(Event, label="登记医疗票据"):
    """`subject` is the bill."""


@dataclass(frozen=True)
class EnrolmentRecorded(Event, label="登记参保信息"):
    """`subject` is the person."""


@dataclass(frozen=True)
class EnterpriseRecorded(Event, label="登记企业信息"):
    """`subject` is the enterprise."""


@dataclass(frozen=True)
class RepresentativeChanged(Event, label="变更法定代表人"):
    """`subject` is the enterprise; `former` and `present` are the ids of the representatives."""

    former: str
    present: str


@dataclass(frozen=True)
class EffectEvent(Event):
    """The grant of a case changed a base library."""

    case_number: str


@dataclass(frozen=True)
class BirthCertified(EffectEvent, label="签发出生医学证明"):
    """`subject` is the birth record."""

    child: str


@dataclass(frozen=True)
class VaccinationOpened(EffectEvent, label="建立预防接种档案"):
    """`subject` is the child."""


@dataclass(frozen=True)
class NewbornRegistered(EffectEvent, label="新生儿落户"):
    """`subject` is the child, who now has a resident number and a household."""

    household: str


@dataclass(frozen=True)
class InsuranceEnrolled(EffectEvent, label="参保登记"):
    """`subject` is the person."""


@dataclass(frozen=True)
class PremiumPaid(EffectEvent, label="缴纳保费"):
    """`subject` is the person."""

    year: int


@dataclass(frozen=True)
class SocialCardOpened(EffectEvent, label="开立社会保障卡"):
    """`subject` is the person."""


@dataclass(frozen=True)
class MaternityReimbursed(EffectEvent, label="支付生育医疗费"):
    """`subject` is the birth record."""


@dataclass(frozen=True)
class ChildcareSubsidyGranted(EffectEvent, label="发放育儿补贴"):
    """`subject` is the birth record."""


@dataclass(frozen=True)
class ParentingServiceRegistered(EffectEvent, label="登记育儿服务"):
    """`subject` is the birth record."""


@dataclass(frozen=True)
class SharedRecorded(Event, label="归集共享数据"):
    """`subject` is the record, `holder` the id of the subject that it describes, `number` its version."""

    resource: str
    holder: str
    number: int
