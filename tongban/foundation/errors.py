"""Errors that people can act on: each has a code, an HTTP status and one sentence for the reader."""


class DomainError(Exception):
    """A refusal by a rule. People see the message, so it says what to do next."""

    code = "refused"
    status = 409
    message = "这一步现在不能办理。"
    retry_after = 0
    """Seconds after which a retry may succeed; 0 if a retry does not help."""

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        self.message = message or self.message
        self.field = field
        super().__init__(self.message)


class NotFound(DomainError):
    """The requested thing does not exist, or the person may not know that it does."""

    code = "not-found"
    status = 404
    message = "没有找到您要的内容，请检查网址或回到首页重新查找。"


class NotAllowed(DomainError):
    """The person has no right to do or see this."""

    code = "not-allowed"
    status = 403
    message = "您没有办理或查看这一内容的权限。"


class Invalid(DomainError):
    """The input breaks a rule; `field` names the wrong field if there is one."""

    code = "invalid"
    status = 422
    message = "填写的内容有误，请按提示修改。"


class InvalidText(Invalid):
    """A text contains characters that cannot be stored, shown or sent (see `texts`)."""

    code = "unwritable-text"
    message = "内容里有无法保存的字符（不完整的表情或控制字符）。请删去后重新输入，不要从别处直接粘贴。"


class Conflict(DomainError):
    """Somebody else has changed the same thing in the meantime."""

    code = "conflict"
    status = 409
    message = "内容已被他人更新，请刷新后再试。"
