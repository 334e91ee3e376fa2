"""DO: digest, sign, seal and open by key id or purpose. Nobody outside this room sees a key."""

from tongban.foundation.crypto.errors import Tampered as Tampered
from tongban.foundation.crypto.services.signing import digest as digest
from tongban.foundation.crypto.services.signing import public_key as public_key
from tongban.foundation.crypto.services.signing import public_key_pem as public_key_pem
from tongban.foundation.crypto.services.signing import random as random
from tongban.foundation.crypto.services.signing import self_test as self_test
from tongban.foundation.crypto.services.signing import sign as sign
from tongban.foundation.crypto.services.signing import sign_many as sign_many
from tongban.foundation.crypto.services.signing import sm2_decrypt as sm2_decrypt
from tongban.foundation.crypto.services.signing import sm2_encrypt as sm2_encrypt
from tongban.foundation.crypto.services.signing import sm2_public as sm2_public
from tongban.foundation.crypto.services.signing import sm2_sign_digest as sm2_sign_digest
from tongban.foundation.crypto.services.signing import sm2_verify as sm2_verify
from tongban.foundation.crypto.services.signing import stored_public_key as stored_public_key
from tongban.foundation.crypto.services.signing import verify as verify
from tongban.foundation.crypto.services.values import blind_index as blind_index
from tongban.foundation.crypto.services.values import decrypt as decrypt
from tongban.foundation.crypto.services.values import encrypt as encrypt
from tongban.foundation.crypto.services.values import is_current as is_current
from tongban.foundation.crypto.services.values import salt_for as salt_for
from tongban.foundation.crypto.services.wrapping import unwrap as unwrap
from tongban.foundation.crypto.services.wrapping import wrap as wrap
