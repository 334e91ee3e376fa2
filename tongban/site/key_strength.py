"""Finds weak keys in the environment, for a start to refuse: one sentence for each variable."""

import sys
from collections.abc import Sequence

from tongban.site.environment import Environment
from tongban.trust.crypto.strength import NEW_KEY, fault_of_key, fault_of_secret

REPLACING = ("migrate", "keys")
"""Commands that replace weak keys of an older version. With TONGBAN_WEAK_KEYS=replace they accept such keys."""


def replaces_weak_keys(settings: Environment, argv: Sequence[str] = ()) -> bool:
    """Return whether the command is one of REPLACING and weak keys are explicitly accepted."""
    words = argv or sys.argv
    return settings.weak_keys == "replace" and len(words) > 1 and words[1] in REPLACING


def weak_keys(settings: Environment, argv: Sequence[str] = ()) -> list[str]:
    """Return one sentence for each variable whose key is malformed, patterned or published. Unset ones are not weak."""
    if replaces_weak_keys(settings, argv):
        return []
    keys = [
        ("TONGBAN_DATA_KEY", settings.data_key.get_secret_value()),
        ("TONGBAN_INDEX_KEY", settings.index_key.get_secret_value()),
        ("TONGBAN_SEAL_KEY", settings.seal_key.get_secret_value()),
        *(("TONGBAN_MASTER_KEY", key) for key in _master_keys(settings)),
    ]
    secret = settings.secret_key.get_secret_value()
    checks = [("TONGBAN_SECRET_KEY", fault_of_secret(secret))] if secret else []
    checks += [(name, fault_of_key(key)) for name, key in keys if key]
    faults = {name: fault for name, fault in reversed(checks) if fault}  # the first of several master keys counts
    return [
        f"{name} {faults[name]}; make a new one with {NEW_KEY}, or put back the one that belongs to this deployment."
        for name in dict.fromkeys(name for name, _ in checks)
        if name in faults
    ]


def _master_keys(settings: Environment) -> list[str]:
    """Return the keys in TONGBAN_MASTER_KEY, the current one first."""
    return settings.master_key.get_secret_value().replace(",", " ").split()
