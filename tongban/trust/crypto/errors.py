"""What can be wrong with a key or a sealed value. No message holds a value, a key, or the place of a person's row."""

from tongban.foundation.errors import DomainError


class CryptoUnavailable(RuntimeError):
    """No provider passed its known-answer test, or no master key is there: the platform must not start."""


class WrongKey(CryptoUnavailable):
    """A key from outside is not the one that the data were written with: the platform must not start."""


class Tampered(ValueError):
    """A sealed value does not open: it was changed, moved to another row, or belongs to another key."""


class UnknownKey(Tampered):
    """A sealed value names a key that was never made here."""


class KeyDestroyed(DomainError):
    """The key was destroyed by intent; what was sealed with it is gone for ever."""

    code = "key-destroyed"
    status = 410
    message = "这项内容的密钥已经依规定销毁，内容不能再恢复。如需了解销毁的原因，请联系数据所属部门。"


class KeyUnavailable(DomainError):
    """The key exists, but what opens it (master key, HSM, SM9 engine) is not here."""

    code = "key-unavailable"
    status = 503
    message = "平台的密钥服务暂时不可用，这项内容现在打不开。请稍后再试；仍不行请联系平台的安全管理员。"
