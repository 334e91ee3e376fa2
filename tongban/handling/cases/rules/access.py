"""The error when two officers do the same step. Who may do a step is decided in `policies.py`."""

from tongban.foundation.errors import Conflict


class StepAlreadyDone(Conflict):
    """Somebody else finished the step first."""

    code = "step-taken"
    message = "这一步已经由其他同事办好了，您的操作没有生效。请刷新页面查看最新进度。"
