"""All settings of the platform by topic. docs/settings.md is generated from these classes.

Each class is one topic: its docstring is the heading of a table, its fields are the rows.
"""

from typing import Annotated, Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from tongban.site.environment.fields import (
    AMOUNTS,
    CRON,
    DIVISION,
    OWNERS,
    Amounts,
    Cron,
    Database,
    DepartmentCode,
    Division,
    ExistingFile,
    Line,
    Names,
    Networks,
    Pairs,
    Switch,
    Url,
    count,
    setting,
    sound,
)
from tongban.trust.crypto.strength import MAX_HSM_INDEX, fault_of_hsm_index

DATABASE = "a postgresql:// address; Tongban runs on PostgreSQL only"
URL = "an address that begins with https:// or http://"
HSM_INDEXES = f"different numbers from 1 to {MAX_HSM_INDEX}, with commas between"
NETWORKS = "networks with commas between, e.g. {}"
NONE = SecretStr("")
HsmIndexes = Annotated[str, sound(fault_of_hsm_index)]


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


class CityNames(BaseSettings):
    """The city"""

    city_name: Line = setting(
        "TONGBAN_CITY_NAME", "", "The city including its kind, as on a letterhead.", production="required"
    )
    city_code: Division = setting(
        "TONGBAN_CITY_CODE",
        "",
        "Division of the city, and of persons whose own division is unknown.",
        allowed=DIVISION,
        production="required",
    )
    city_short_name: Line = setting("TONGBAN_CITY_SHORT_NAME", "", "The city in short.", unset="the name without 市")
    city_product: Line = setting("TONGBAN_CITY_PRODUCT", "", "Name of the service.", unset="the short name and 通办")
    city_portal: Line = setting("TONGBAN_CITY_PORTAL", "", "Name of the site.", unset="the name and 政务服务")
    sms_signature: Line = setting(
        "TONGBAN_SMS_SIGNATURE", "", "Name in 【】 in front of every text message.", unset="the name of the service"
    )
    hotline: Line = setting("TONGBAN_HOTLINE", "12345", "Telephone number that people are told to call.")
    city_government: Line = setting(
        "TONGBAN_CITY_GOVERNMENT", "", "Body that reviews administrative decisions.", unset="the name and 人民政府"
    )
    city_host: Line = setting(
        "TONGBAN_CITY_HOST", "", "Office that runs the site (主办).", unset="the name and 人民政府办公室"
    )
    city_operator: Line = setting(
        "TONGBAN_CITY_OPERATOR", "", "Office that operates the site (承办).", unset="the name and 政务服务和数据管理局"
    )
    city_data_bureau: DepartmentCode = setting(
        "TONGBAN_CITY_DATA_BUREAU",
        "001",
        "Short code of the department whose administrators review the systems that other departments connect.",
        allowed="three digits",
    )
    city_notice: Line = setting("TONGBAN_CITY_NOTICE", "", "Sentence at the foot of every page.")
    city_seal: Line = setting("TONGBAN_CITY_SEAL", "ui/seal.svg", "Picture beside a valid signature, below `/static/`.")
    city_plate: Line = setting(
        "TONGBAN_CITY_PLATE", "", "Number plate shown as an example.", unset="one of the province in the city's code"
    )
    city_windows: ExistingFile = setting(
        "TONGBAN_CITY_WINDOWS",
        "",
        "YAML file with the windows, telephone numbers and names that the catalogue shows"
        " ([a new city](operations.md#a-new-city)); a relative path counts from the folder of the platform.",
        allowed="a file that exists; a relative path counts from the folder of the platform",
        production="required",
    )


class BaseLibraries(BaseSettings):
    """The base libraries"""

    marriage_office: Division = setting(
        "TONGBAN_CITY_MARRIAGE_OFFICE",
        "",
        "Division in the numbers of marriage certificates.",
        allowed=DIVISION,
        unset="that of the city",
    )
    vaccination_clinic: Line = setting(
        "TONGBAN_CITY_VACCINATION_CLINIC", "户籍地社区卫生服务中心", "Clinic that opens vaccination files."
    )
    parenting_provider: Line = setting(
        "TONGBAN_CITY_PARENTING_PROVIDER", "", "Body that advises new parents.", unset="the name and 家庭教育指导中心"
    )
    premiums: Amounts = setting(
        "TONGBAN_CITY_PREMIUMS",
        {},
        f"Yearly premium of the residents' medical insurance in yuan, by its first year: {AMOUNTS}.",
        allowed=AMOUNTS,
        unset="no premium is recorded; its cases wait for an officer",
        production="for the newborn bundle",
    )


class Keys(BaseSettings):
    """Keys"""

    secret_key: SecretStr = setting(
        "TONGBAN_SECRET_KEY", NONE, "Signs sessions; at least 50 characters.", production="required"
    )
    index_key: SecretStr = setting(
        "TONGBAN_INDEX_KEY",
        NONE,
        "Index key no. 1, 64 hexadecimal characters: moved into the key hierarchy by the first migration, compared at"
        " each start ([ADR 0025](adr/0025-keys-from-outside-are-checked-and-index-keys-rotate.md)).",
        production="required",
    )
    data_key: SecretStr = setting(
        "TONGBAN_DATA_KEY",
        NONE,
        "64 hexadecimal characters: the master key if none of the next three is set, and the key of values from before"
        " the key hierarchy.",
        production="required without one of those",
    )
    master_key_file: str = setting(
        "TONGBAN_MASTER_KEY_FILE",
        "",
        "File with mode 600 that holds the master key, the current one first.",
        production="one of these three",
    )
    master_key: SecretStr = setting(
        "TONGBAN_MASTER_KEY",
        NONE,
        "The master key itself, several with commas between.",
        production="one of these three",
    )
    hsm_library: str = setting(
        "TONGBAN_HSM_LIBRARY", "", "SDF library (GM/T 0018) of a hardware module.", production="one of these three"
    )
    hsm_key_index: HsmIndexes = setting(
        "TONGBAN_HSM_KEY_INDEX",
        "1",
        "Index of its key encryption key, several with commas between.",
        allowed=HSM_INDEXES,
    )
    seal_key: SecretStr = setting(
        "TONGBAN_SEAL_KEY",
        NONE,
        "Only for an installation older than [ADR 0021](adr/0021-private-keys-of-seals-join-the-hierarchy.md), until"
        " its next migration.",
    )
    weak_keys: Literal["", "replace"] = setting(
        "TONGBAN_WEAK_KEYS",
        "",
        "`replace`: `migrate` and `keys` accept keys that other starts refuse, to replace them ([keys](keys.md)).",
    )
    key_owner: str = setting("TONGBAN_KEY_OWNER", "platform", "Owner of keys.")
    key_owners: Pairs = setting(
        "TONGBAN_KEY_OWNERS", {}, f"Owners of single purposes: {OWNERS}.", allowed=OWNERS, unset="none"
    )
    oidc_keys: Names = setting(
        "TONGBAN_OIDC_KEYS",
        [],
        "PEM files (RSA, commas between) that sign for the OpenID provider; a development start makes one.",
        production="required",
    )


class Storage(BaseSettings):
    """The database and the files"""

    database_url: Database = setting(
        "DATABASE_URL",
        NONE,
        "PostgreSQL 15 or newer, application role.",
        allowed=DATABASE,
        unset="the embedded one",
        production="required, not the embedded one",
    )
    database_owner_url: Database = setting(
        "DATABASE_OWNER_URL",
        NONE,
        "The owner's role, for migrations.",
        allowed=DATABASE,
        unset="`DATABASE_URL`",
        production="for migrations",
    )
    pool: int = count("TONGBAN_POOL", 10, "Maximum number of database connections per process.", least=1)
    file_store: str = setting(
        "TONGBAN_FILE_STORE",
        "",
        "`s3://bucket?endpoint=https://host:port` for files in an S3-compatible store.",
        unset="the data folder",
    )
    file_store_key: SecretStr = setting(
        "TONGBAN_FILE_STORE_KEY", NONE, "Access key of that store.", production="with `TONGBAN_FILE_STORE`"
    )
    file_store_secret: SecretStr = setting(
        "TONGBAN_FILE_STORE_SECRET", NONE, "Secret of that access key.", production="with `TONGBAN_FILE_STORE`"
    )
    clamd: str = setting(
        "TONGBAN_CLAMD",
        "",
        "Malware scanner, `tcp://host:port` or `unix:/path`.",
        unset="nothing is scanned",
    )
    clamd_unreachable: Literal["refuse", "accept", ""] = setting(
        "TONGBAN_CLAMD_UNREACHABLE",
        "refuse",
        "`accept`: files are accepted while the scanner does not answer; otherwise they are"
        " [refused](security.md#the-malware-scanner).",
    )


class SigningIn(BaseSettings):
    """Signing in, and the services of others"""

    password_iterations: int = count(
        "TONGBAN_PASSWORD_ITERATIONS", 500_000, "Rounds of PBKDF2-SM3 for a password; 100000 where it is less.", least=1
    )
    second_factor: Literal["", "required"] = setting(
        "TONGBAN_SECOND_FACTOR",
        "",
        "`required`: officers must have a second factor, as always in production.",
    )
    hall_networks: Networks = setting(
        "TONGBAN_HALL_NETWORKS",
        [],
        "Networks of service halls (CIDR, commas between), where many people share an address: it may fail 400 times"
        " instead of 20 before unknown browsers there need another way in than the password, and ask for more codes."
        " Its computers are never remembered as anybody's own device.",
        allowed=NETWORKS.format("198.51.100.0/24"),
        unset="none",
    )
    codes_of_address: int = count(
        "TONGBAN_CODES_OF_ADDRESS",
        1000,
        "Codes by SMS that unknown browsers at one address may ask for within 24 hours. A carrier's customers share an"
        " address; each phone and each browser has a limit of its own.",
        least=1,
    )
    codes_of_hall: int = count(
        "TONGBAN_CODES_OF_HALL", 20_000, "The same for an address in TONGBAN_HALL_NETWORKS.", least=1
    )
    internal_networks: Networks = setting(
        "TONGBAN_INTERNAL_NETWORKS",
        [],
        "Networks of the city's own, with commas between, where"
        " [registered systems](security.md#addresses-that-others-register) may be, besides the public internet.",
        allowed=NETWORKS.format("10.20.0.0/16,fd00:20::/32"),
        unset="none",
    )
    sms_url: Url = setting(
        "TONGBAN_SMS_URL",
        "",
        "Short-message gateway ([shape](../tongban/people/signin/gateways.py)).",
        allowed=URL,
        unset="the demo's phone; without the demo, and in production, nothing is sent",
        production="for SMS",
    )
    sms_token: SecretStr = setting("TONGBAN_SMS_TOKEN", NONE, "Its token.", production="for SMS")
    carrier_url: Url = setting(
        "TONGBAN_CARRIER_URL",
        "",
        "The carriers' three-factor check ([shape](../tongban/people/signin/carriers.py)).",
        allowed=URL,
    )
    carrier_token: SecretStr = setting("TONGBAN_CARRIER_TOKEN", NONE, "Its token.")
    face_service_url: Url = setting(
        "TONGBAN_FACE_SERVICE_URL",
        "",
        "The city's face service ([JSON](../tongban/people/faces/comparers.py)).",
        allowed=URL,
        unset="a demonstration; without the demo, and in production, windows instead",
    )
    face_service_token: SecretStr = setting("TONGBAN_FACE_SERVICE_TOKEN", NONE, "Its token.")
    national_oidc_issuer: Url = setting(
        "TONGBAN_NATIONAL_OIDC_ISSUER",
        "",
        "The national platform as an OpenID provider.",
        allowed=URL,
        unset="not offered",
    )
    national_oidc_client: str = setting("TONGBAN_NATIONAL_OIDC_CLIENT", "", "Our client identifier there.")
    national_oidc_secret: SecretStr = setting("TONGBAN_NATIONAL_OIDC_SECRET", NONE, "Our secret there.")
    ctid_url: Url = setting(
        "TONGBAN_CTID_URL",
        "",
        "The network-identity service ([shape](../tongban/people/sso/ctid.py)).",
        allowed=URL,
        unset="not offered",
    )
    ctid_app: str = setting("TONGBAN_CTID_APP", "", "Our application identifier there.")
    ctid_secret: SecretStr = setting("TONGBAN_CTID_SECRET", NONE, "Our secret there.")


class Backups(BaseSettings):
    """Backups"""

    backup_to: str = setting(
        "TONGBAN_BACKUP_TO",
        "",
        "Folder of the backups, best on another machine's disk ([backup and restore](backup.md)).",
        unset="none are made automatically",
        production="recommended",
    )
    backup_escrow: str = setting(
        "TONGBAN_BACKUP_ESCROW",
        "",
        "PEM file with the public key for which backups are encrypted.",
        unset="none are made automatically",
        production="recommended",
    )
    backup_keep: int = count("TONGBAN_BACKUP_KEEP", 14, "Number of backups that are kept.", least=1)
    backup_cron: Cron = setting("TONGBAN_BACKUP_CRON", "30 17 * * *", "When backups are made (UTC).", allowed=CRON)
    backup_hours: int = count(
        "TONGBAN_BACKUP_HOURS", 36, "Hours without a backup after which operators are alerted.", least=1
    )
    backup_drill_cron: Cron = setting(
        "TONGBAN_BACKUP_DRILL_CRON", "30 19 * * 6", "When the newest backup is restored as a drill (UTC).", allowed=CRON
    )
    backup_drill_days: int = count(
        "TONGBAN_BACKUP_DRILL_DAYS", 10, "Days without a successful drill after which operators are alerted.", least=1
    )
    backup_scratch: str = setting(
        "TONGBAN_BACKUP_SCRATCH", "", "Folder in which drills restore.", unset="`drill` in the data folder"
    )
    escrow_passphrase: SecretStr = setting(
        "TONGBAN_ESCROW_PASSPHRASE",
        NONE,
        "Passphrase of the escrow's private key, read by `restore` and by `backup` only.",
        unset="it is asked for",
    )


TOPICS = (Start, CityNames, BaseLibraries, Keys, Storage, SigningIn, Backups)
