"""The words with which an applicant confirms the content of a draft, beside the box and where it is missing."""


def confirmation(*, at_window: bool) -> str:
    """Return the beginning of the text beside the box. At a window the clerk ticks it for the applicant."""
    return "申请人已当面看过并确认以上内容真实" if at_window else "我确认以上内容真实"


def please_confirm(*, at_window: bool) -> str:
    """Return the sentence for a box that was not ticked."""
    return f"请看过全部内容后勾选“{confirmation(at_window=at_window)}……”，再提交"
