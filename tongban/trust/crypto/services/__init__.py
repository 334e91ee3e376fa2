"""DO: digest, sign, seal and open by key id or purpose. No key leaves this room."""

from tongban.trust.crypto.errors import KeyDestroyed as KeyDestroyed
from tongban.trust.crypto.errors import Tampered as Tampered
from tongban.trust.crypto.sealing import decrypt as decrypt
from tongban.trust.crypto.sealing import encrypt as encrypt
from tongban.trust.crypto.services.indexes import any_of as any_of
from tongban.trust.crypto.services.indexes import blind_index as blind_index
from tongban.trust.crypto.services.indexes import blind_indexes as blind_indexes
from tongban.trust.crypto.services.indexes import hold_value as hold_value
from tongban.trust.crypto.services.indexes import indexes_of as indexes_of
from tongban.trust.crypto.services.indexes import is_index_of as is_index_of
from tongban.trust.crypto.services.indexes import pinned_index as pinned_index
from tongban.trust.crypto.services.indexes import salt_for as salt_for
from tongban.trust.crypto.services.signing import digest as digest
from tongban.trust.crypto.services.signing import public_key as public_key
from tongban.trust.crypto.services.signing import public_key_pem as public_key_pem
from tongban.trust.crypto.services.signing import random as random
from tongban.trust.crypto.services.signing import sign as sign
from tongban.trust.crypto.services.signing import sign_many as sign_many
from tongban.trust.crypto.services.signing import sm2_public as sm2_public
from tongban.trust.crypto.services.signing import sm2_verify as sm2_verify
from tongban.trust.crypto.services.signing import stored_public_key as stored_public_key
from tongban.trust.crypto.services.signing import verify as verify
from tongban.trust.crypto.services.wrapping import unwrap as unwrap
from tongban.trust.crypto.services.wrapping import wrap as wrap
