"""The settings of the database, the files and their backups."""

from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from tongban.site.environment.fields import CRON, Cron, Database, count, setting

DATABASE = "a postgresql:// address; Tongban runs on PostgreSQL only"
NONE = SecretStr("")


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
    draft_days: int = count(
        "TONGBAN_DRAFT_DAYS",
        90,
        "Days after which a draft that nobody works on is emptied, with notice 14 days before."
        " After a change no draft is emptied for 14 days, counted from the next night.",
        least=30,
    )


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
