"""How personal data is shown by default (CONVENTIONS §6, display defaults). Pure."""


def mask_name(name: str) -> str:
    """张* for two characters, 李*敏 for three or more."""
    if len(name) <= 1:
        return name and "*"
    return name[0] + "*" if len(name) == 2 else name[0] + "*" * (len(name) - 2) + name[-1]


def mask_number(number: str) -> str:
    """A resident's number: the first three and last four."""
    return number[:3] + "*" * (len(number) - 7) + number[-4:] if len(number) > 7 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """138****5678; a short number hides its last four."""
    if len(phone) == 11:
        return phone[:3] + "****" + phone[-4:]
    return phone[:-4] + "****" if len(phone) > 4 else "*" * len(phone)


def mask_address(address: str) -> str:
    """Kept to the street (街道、镇、乡) or district, then ****."""
    for end in ("街道", "镇", "乡", "区", "县", "市"):
        position = address.find(end)
        if position >= 0:
            return address[: position + len(end)] + "****"
    return address[:3] + "****" if len(address) > 3 else "*" * len(address)


def mask_account(account: str) -> str:
    """A bank account: the last four."""
    return "**** **** **** " + account[-4:] if len(account) > 4 else "*" * len(account)
