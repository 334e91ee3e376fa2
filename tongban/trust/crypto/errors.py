"""Errors of keys and sealed values. No message contains a value, a key, or the location of a person's row."""

from tongban.foundation.errors import DomainError


class CryptoUnavailable(RuntimeError):
    """No provider passed its known-answer test, or no master key is configured. The platform must not start."""


class WrongKey(CryptoUnavailable):
    """A configured key is not the one that the data were written with. The platform must not start."""


class Tampered(ValueError):
    """A sealed value does not open: it was changed, moved to another row, or sealed under another key."""


class UnknownKey(Tampered):
    """A sealed value refers to a key that does not exist on this platform."""


class KeyDestroyed(DomainError):
    """The key was destroyed deliberately. What was sealed with it can never be read again."""

    code = "key-destroyed"
    status = 410
    message = "这项内容的密钥已经依规定销毁，内容不能再恢复。如需了解销毁的原因，请联系数据所属部门。"


class KeyUnavailable(DomainError):
    """The key exists, but what is needed to open it (master key, HSM, SM9 engine) is not available."""

    code = "key-unavailable"
    status = 503
    message = "平台的密钥服务暂时不可用，这项内容现在打不开。请稍后再试；仍不行请联系平台的安全管理员。"
