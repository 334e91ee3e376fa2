"""The settings of keys."""

from typing import Annotated, Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from tongban.site.environment.fields import OWNERS, Names, Pairs, setting, sound
from tongban.trust.crypto.strength import MAX_HSM_INDEX, fault_of_hsm_index

HSM_INDEXES = f"different numbers from 1 to {MAX_HSM_INDEX}, with commas between"
NONE = SecretStr("")
HsmIndexes = Annotated[str, sound(fault_of_hsm_index)]


class Keys(BaseSettings):
    """Keys"""

    secret_key: SecretStr = setting(
        "TONGBAN_SECRET_KEY", NONE, "Signs sessions; at least 50 characters.", production="required"
    )
    index_key: SecretStr = setting(
        "TONGBAN_INDEX_KEY",
        NONE,
        "Index key no. 1, 64 hexadecimal characters: moved into the key hierarchy by the first migration, compared at"
        " each start ([ADR 0025](adr/0025-keys-from-outside-are-checked-and-index-keys-rotate.md)).",
        production="required",
    )
    data_key: SecretStr = setting(
        "TONGBAN_DATA_KEY",
        NONE,
        "64 hexadecimal characters: the master key if none of the next three is set, and the key of values from before"
        " the key hierarchy.",
        production="required without one of those",
    )
    master_key_file: str = setting(
        "TONGBAN_MASTER_KEY_FILE",
        "",
        "File with mode 600 that holds the master key, the current one first.",
        production="one of these three",
    )
    master_key: SecretStr = setting(
        "TONGBAN_MASTER_KEY",
        NONE,
        "The master key itself, several with commas between.",
        production="one of these three",
    )
    hsm_library: str = setting(
        "TONGBAN_HSM_LIBRARY", "", "SDF library (GM/T 0018) of a hardware module.", production="one of these three"
    )
    hsm_key_index: HsmIndexes = setting(
        "TONGBAN_HSM_KEY_INDEX",
        "1",
        "Index of its key encryption key, several with commas between.",
        allowed=HSM_INDEXES,
    )
    seal_key: SecretStr = setting(
        "TONGBAN_SEAL_KEY",
        NONE,
        "Only for an installation older than [ADR 0021](adr/0021-private-keys-of-seals-join-the-hierarchy.md), until"
        " its next migration.",
    )
    weak_keys: Literal["", "replace"] = setting(
        "TONGBAN_WEAK_KEYS",
        "",
        "`replace`: `migrate` and `keys` accept keys that other starts refuse, to replace them ([keys](keys.md)).",
    )
    key_owner: str = setting("TONGBAN_KEY_OWNER", "platform", "Owner of keys.")
    key_owners: Pairs = setting(
        "TONGBAN_KEY_OWNERS", {}, f"Owners of single purposes: {OWNERS}.", allowed=OWNERS, unset="none"
    )
    oidc_keys: Names = setting(
        "TONGBAN_OIDC_KEYS",
        [],
        "PEM files (RSA, commas between) that sign for the OpenID provider; a development start makes one.",
        production="required",
    )
