"""The settings of the start."""

from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from tongban.site.environment.fields import Names, Switch, count, setting

NONE = SecretStr("")


class Start(BaseSettings):
    """The start"""

    env: Literal["development", "production"] = setting(
        "TONGBAN_ENV", "development", "Which rules apply to the start. Any other word is refused."
    )
    data: str = setting("TONGBAN_DATA", "", "Folder of the files and of the embedded database.", unset="`var/`")
    address: str = setting(
        "TONGBAN_ADDRESS",
        "http://localhost:8000",
        "Public address, without a slash at the end; QR codes and the OpenID issuer carry it.",
        production="required, `https://`",
    )
    hosts: Names | None = setting(
        "TONGBAN_HOSTS",
        None,
        "Host names that are served, with commas between.",
        unset="`localhost,127.0.0.1,[::1]`; in production the host of `TONGBAN_ADDRESS`",
        production="no `*`",
    )
    bind: str = setting("TONGBAN_BIND", "127.0.0.1", "Address on which the web server listens.")
    web_workers: int = count("TONGBAN_WEB_WORKERS", 2, "Processes of the web server.", least=1)
    web_threads: int = count("TONGBAN_WEB_THREADS", 8, "Threads of each process of the web server.", least=1)
    proxies: int | None = setting(
        "TONGBAN_PROXIES",
        None,
        "How many of our own proxies are in front of the web server; the client's address is determined by it.",
        allowed="a whole number of at least 0",
        unset="0; in production 1",
        production="at least 1",
        ge=0,
    )
    operations_token: SecretStr = setting(
        "TONGBAN_OPERATIONS_TOKEN",
        NONE,
        "Token that reads `/readyz/detail` without signing in; `bin/run` makes one up for itself.",
        production="for a monitor",
    )
    free_space: int = count(
        "TONGBAN_FREE_SPACE",
        512,
        "Megabytes that must be free in the file folder; otherwise the platform is not ready.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = setting(
        "TONGBAN_LOG_LEVEL", "WARNING", "The least important records that are logged."
    )
    fonts: str = setting(
        "TONGBAN_FONTS", "", "Folder of the fonts for documents.", unset="`var/npm-dist`, where `bin/run` puts them"
    )
    demo: Switch | None = setting(
        "TONGBAN_DEMO",
        None,
        "Whether the demo city, its stand-ins (phone, reader, carrier, faces) and the benchmarks are installed.",
        unset="`yes`; in production `no`",
    )
    demo_cases: int = count("TONGBAN_DEMO_CASES", 300, "Number of past cases that a new demo city gets.")
    instance: str = setting("TONGBAN_INSTANCE", "", "Start to which a process belongs; `bin/run` sets it.")
    restoring: str = setting(
        "TONGBAN_RESTORING", "", "A restore or drill is examining its copy; the backup commands set it."
    )
