"""Which addresses a system may register."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from tongban.foundation.networks import Network, may_be_called

MAX_ADDRESS_LENGTH = 300

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")

LEAST_PORT = 1024
"""The lowest port, besides 443, that is not another well-known service."""

INTERNAL_NAMES = {"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa"}
"""Last labels that no public host name has."""

LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?")

NUMERIC = re.compile(r"0x[0-9a-f]*|[0-9]+")
"""A last label that makes software read the host as an IPv4 address: decimal, octal, hexadecimal or shortened."""


def address_problem(address: str, *, loopback: bool, allowed: Iterable[Network] = ()) -> str:
    """Return why an address of a system is refused, as a sentence, or "" if it is good.

    `loopback` means a development installation, where a system may run on the developer's machine without TLS.
    `allowed` holds the city's own networks, in which systems may be besides the open internet. Only the address itself
    is judged here; its name is resolved when it is called (`outbound.call`). Addresses are compared character by
    character (RFC 9700, 2.1), so they must be in normal form.
    """
    if len(address) > MAX_ADDRESS_LENGTH or not address.isascii() or not address.isprintable() or " " in address:
        return f"网址只用英文字符，最多 {MAX_ADDRESS_LENGTH} 个：{address[:60]}"
    if "\\" in address or "*" in address or "#" in address:
        return f"网址里不能有 \\、* 和 #：{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return f"网址写得不对，请检查：{address}"
    local = loopback and parts.scheme == "http" and parts.netloc.rpartition(":")[0 if port else 2] in LOOPBACK
    if not host or (parts.scheme != "https" and not local):
        return f"请填以 https:// 开头的完整网址：{address}"
    if "@" in parts.netloc or parts.query:
        return f"网址里不能带账号密码和问号参数：{address}"
    if address != f"{parts.scheme}://{parts.netloc}{parts.path}" or parts.netloc != parts.netloc.lower():
        return f"网址写得不对，主机名请用小写：{address}"
    if not local and (problem := _host_problem(host, allowed)):
        return problem
    if port is not None and port != 443 and port < LEAST_PORT and not local:
        return f"端口请用 443，或 {LEAST_PORT} 以上的：{address}"
    if ".." in parts.path.split("/"):
        return f"网址里不能有“..”：{address}"
    return ""


def _host_problem(host: str, allowed: Iterable[Network]) -> str:
    """Return why a host is refused: it must be a full name, or an address that may be called, in the usual notation."""
    try:
        address = ip_address(host)
    except ValueError:
        address = None
    if address is not None:
        if str(address) == host and may_be_called(address, allowed=allowed):
            return ""
        return f"不能用内部、本机或保留的 IP 地址；确需接入政务内网，请联系平台管理员登记网段：{host}"
    labels = host.removesuffix(".").split(".")
    if len(labels) < 2 or labels[-1] in INTERNAL_NAMES or NUMERIC.fullmatch(labels[-1]):
        return f"请填完整的域名，不能用本机、内部名称或变形写法的 IP 地址：{host}"
    return "" if all(map(LABEL.fullmatch, labels)) else f"域名写得不对，请检查：{host}"
