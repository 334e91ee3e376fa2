"""What a start refuses of the keys in its environment: each by one sentence that names the variable."""

import sys
from collections.abc import Mapping, Sequence

from django.core.exceptions import ImproperlyConfigured

from tongban.trust.crypto.strength import NEW_KEY, fault_of_hsm_index, fault_of_key, fault_of_secret

_KEYS = ("TONGBAN_DATA_KEY", "TONGBAN_INDEX_KEY", "TONGBAN_SEAL_KEY")
REPLACING = ("migrate", "keys")
"""Commands by which weak keys of an older version are replaced; with TONGBAN_WEAK_KEYS=replace they take such keys."""


def replaces_weak_keys(environment: Mapping[str, str], argv: Sequence[str] = ()) -> bool:
    """Whether this is a command that takes weak keys, and was told to."""
    words = argv or sys.argv
    return environment.get("TONGBAN_WEAK_KEYS") == "replace" and len(words) > 1 and words[1] in REPLACING


def refuse_weak_keys(environment: Mapping[str, str], argv: Sequence[str] = ()) -> None:
    """ImproperlyConfigured for the first key that is malformed, a pattern or published."""
    if replaces_weak_keys(environment, argv):
        return
    checks = [("TONGBAN_SECRET_KEY", fault_of_secret(environment.get("TONGBAN_SECRET_KEY", "")))]
    checks += [(name, fault_of_key(environment[name])) for name in _KEYS if environment.get(name)]
    masters = environment.get("TONGBAN_MASTER_KEY", "").replace(",", " ").split()
    checks += [("TONGBAN_MASTER_KEY", fault_of_key(key)) for key in masters]
    if environment.get("TONGBAN_HSM_LIBRARY"):
        index = environment.get("TONGBAN_HSM_KEY_INDEX", "1")
        checks.append(("TONGBAN_HSM_KEY_INDEX", fault_of_hsm_index(index)))
    for name, fault in checks:
        if fault:
            what = "correct it" if name == "TONGBAN_HSM_KEY_INDEX" else f"make a new one with {NEW_KEY}"
            raise ImproperlyConfigured(
                f"Tongban cannot start: {name} {fault}; {what}, or put back the one that belongs to this deployment."
            )
