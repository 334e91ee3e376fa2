"""DO: maintain the base libraries, look up shared data, and apply the effects of granted cases."""

from tongban.exchange.libraries.services.effects import apply_effect, effect_names
from tongban.exchange.libraries.services.looking import LookUpResult, look_up
from tongban.exchange.libraries.services.registration import (
    change_representative,
    entitle_representatives,
    found_household,
    record_birth,
    record_enrolment,
    record_enterprise,
    record_marriage,
    record_medical_bill,
    record_resident,
)
from tongban.exchange.libraries.services.shared import record_shared

__all__ = [
    "LookUpResult",
    "apply_effect",
    "change_representative",
    "effect_names",
    "entitle_representatives",
    "found_household",
    "look_up",
    "record_birth",
    "record_enrolment",
    "record_enterprise",
    "record_marriage",
    "record_medical_bill",
    "record_resident",
    "record_shared",
]
