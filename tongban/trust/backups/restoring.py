"""`manage.py restore`: restore a backup into an empty folder, examine it, and declare a new epoch of the ledger.

Runs without Django, before any platform is started on this machine: nothing outside the target is started or written.
Steps that need the tables run in a child process, whose platform is the restored one.
"""

import argparse
import getpass
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from tongban.foundation.errors import DomainError
from tongban.foundation.operations import postgres
from tongban.trust.backups import UNFINISHED, archive, escrow, programs, secrets, unpacking
from tongban.trust.backups.archive import Backup
from tongban.trust.backups.errors import RestoreRefused
from tongban.trust.ledger import keys
from tongban.trust.ledger.keys import KeyPair

if TYPE_CHECKING:
    from tongban.trust.ledger.queries import ServedEpochJson

Say = Callable[[str], object]
PASSPHRASE = "TONGBAN_ESCROW_PASSPHRASE"  # noqa: S105 (the name of the variable)
ROOT = Path(__file__).resolve().parents[3]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0 when the backup was restored, 1 when it was refused (the message says why)."""
    options = _options(arguments)
    try:
        restore(options, lambda sentence: print(sentence, flush=True))
    except (DomainError, postgres.ServerFailed) as refused:
        print(f"没有恢复：{getattr(refused, 'message', refused)}", file=sys.stderr)
        return 1
    except (OSError, psycopg.Error) as wrong:
        print(f"没有恢复：{str(wrong).strip()}", file=sys.stderr)
        return 1
    return 0


@dataclass
class _Source:
    """A verified backup and the keys that open it."""

    repository: Path
    chain: list[Backup]
    pair: KeyPair
    package: secrets.Package = field(repr=False)

    def key_of(self, backup: Backup) -> bytes:
        """Return the key of a backup's parts. Raises RestoreRefused."""
        return escrow.unwrap(self.pair, bytes.fromhex(backup.manifest["escrow"]["wrapped"]))


def restore(options: argparse.Namespace, say: Say) -> None:
    """Restore a backup. Raises RestoreRefused, having written nothing or left the target marked as unfinished."""
    target = options.into.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RestoreRefused(f"{target} 不是空目录。恢复不会覆盖任何已有的城市，请给一个新的目录。")
    if not options.who.strip() or not options.reason.strip():
        raise RestoreRefused("请写明是谁恢复的（--who，单位或岗位）和原因（--reason）：账本的恢复声明会公开它们。")
    source = _open(options)
    newest = source.chain[-1]
    say(f"核对备份 {newest.id}：清单签名和内容都相符。")
    contents = list(newest.files())
    unpacking.contents(contents, source.repository, target / "files", quick=True)
    _check_space(source, target)
    target.mkdir(parents=True, exist_ok=True)
    (target / UNFINISHED).write_text(f"{newest.id}\n")
    left = postgres.places_for(target / "postgres").data
    if left.exists():  # when run as root, the server's folder may be outside the target
        shutil.rmtree(target)
        raise RestoreRefused(f"{left} 里还有这个目录以前的数据库。请先确认不再需要并移走它，或换一个目录。")
    made = secrets.write_out(source.package, target)
    say(f"复制文件 {len(contents)} 个……")
    unpacking.contents(contents, source.repository, target / "files")
    say("恢复数据库……")
    server = None
    url = options.database_url
    if url:
        _into(url, source)
    else:
        server = unpacking.database(source.chain, source.key_of, target / "postgres")
        url = server.owner_url_of(str(newest.manifest["database"]))
    try:
        epochs = _end(newest, target, made, url, options, say)
    finally:
        if server is not None:
            server.detach()
    archive.keep_epochs(source.repository, epochs)
    (target / UNFINISHED).unlink()
    _report(target, newest, epochs, say)


def _open(options: argparse.Namespace) -> _Source:
    """Open and verify the escrow, the package of keys, and the backup with all that it builds on."""
    pair = escrow.open_private(options.escrow_key, passphrase("托管私钥的口令："))
    try:
        package = json.loads(escrow.unseal(pair, options.keys_from))
        signer = bytes.fromhex(package["signers"]["backup"])
        known = set(secrets.check_values(package["environment"]))
    except (ValueError, KeyError, TypeError) as wrong:
        raise RestoreRefused(f"密钥包的内容读不懂：{wrong!r}。") from None
    if options.platform_key is not None and _platform_key(options.platform_key) != signer:
        raise RestoreRefused("密钥包里的平台公钥与 --platform-key 给出的不同，请查明哪一份是真的。")
    folder = _chosen(options.source, options.backup)
    chain = archive.chain_of(archive.load(folder), lambda one: one.check(signer))
    if not known.issuperset(chain[-1].manifest["index_keys"]):
        raise RestoreRefused("密钥包不属于这份备份：索引密钥不同。请用做备份时导出的密钥包。")
    return _Source(folder.parent.parent, chain, pair, package)


def _platform_key(path: Path) -> bytes:
    try:
        return keys.read_public(path.read_text())
    except (OSError, ValueError) as wrong:
        raise RestoreRefused(f"{path} 不是平台公钥：{wrong}。") from None


def _chosen(source: Path, backup: str) -> Path:
    """Return the folder of the named backup, or of the newest one in the repository."""
    source = source.resolve()
    if (source / archive.MANIFEST).exists() or archive.ID.fullmatch(source.name):
        return source
    whole = archive.finished_backups(source)
    if backup:
        whole = [one for one in whole if one.name == backup]
    if not whole:
        raise RestoreRefused(
            f"{source} 里没有{f'备份 {backup}' if backup else '完整的备份'}。用 manage.py backup list 查看。"
        )
    return whole[-1]


def passphrase(question: str) -> str:
    """Return TONGBAN_ESCROW_PASSPHRASE if it is set; otherwise ask for the passphrase on the terminal."""
    return os.environ.get(PASSPHRASE) or getpass.getpass(question)


def _check_space(source: _Source, target: Path) -> None:
    place = target
    while not place.exists():
        place = place.parent
    manifest = source.chain[-1].manifest
    parts = sum(one["size"] for backup in source.chain for one in backup.manifest["parts"])
    needed, free = manifest["files"]["bytes"] + 8 * parts, shutil.disk_usage(place).free
    if free < needed:
        raise RestoreRefused(f"目标磁盘只剩 {free / 1e6:.0f} MB，可能需要 {needed / 1e6:.0f} MB。请换一个磁盘。")


def _into(url: str, source: _Source) -> None:
    """Load the dump into an empty database of an existing server."""
    newest = source.chain[-1]
    if newest.manifest["method"] != "dump":
        raise RestoreRefused("这份备份是内置数据库的整体副本，只能恢复到数据目录（去掉 --database-url）。")
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if row is None or row[0]:
        raise RestoreRefused("--database-url 所指的数据库不是空的。恢复不会覆盖任何已有的城市，请给一个空库。")
    programs.restore_dump(url, unpacking.dump_of(newest, source.key_of(newest)))


def _end(
    newest: Backup, target: Path, made: dict[str, str], url: str, options: argparse.Namespace, say: Say
) -> "list[ServedEpochJson]":
    """Examine the data and open the epoch in a child process of the restored platform; return all declarations."""
    earlier = archive.epochs_kept(newest.folder.parent.parent)
    if options.epochs is not None:
        try:
            earlier += json.loads(options.epochs.read_text())["epochs"]
        except (OSError, ValueError, KeyError, TypeError) as wrong:
            raise RestoreRefused(f"{options.epochs} 不是恢复声明的文件：{wrong!r}。") from None
    (target / "earlier-epochs.json").write_text(json.dumps(earlier, ensure_ascii=False))
    environment = secrets.environment_of_restored(secrets.environment_without() | made, target, url)
    command = [
        sys.executable, str(ROOT / "manage.py"), "backup", "end-restore", "--backup", str(newest.folder),
        "--who", options.who, "--reason", options.reason, "--earlier", str(target / "earlier-epochs.json"),
    ]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    for line in lines[:-1]:
        say(line)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-1500:]
        raise RestoreRefused(f"{said}\n{target} 里的内容不完整，平台不会在那里启动；查明后请删除它。")
    (target / "earlier-epochs.json").unlink()
    return list(json.loads(lines[-1])["epochs"])


def _report(target: Path, newest: Backup, epochs: "list[ServedEpochJson]", say: Say) -> None:
    say(f"备份 {newest.id} 已恢复到 {target}。")
    if epochs:
        one = epochs[-1]
        say(f"账本第 {one['number']} 期已经声明：保留前 {one['size']} 条，公布在 /ledger/ 和 /ledger/epochs。")
        say(f"请通知各见证方和核对者：他们确认后（--accept-epoch {one['number']}）才会继续签名。")
    say(f"密钥写在 {target / 'secrets.env'} 和 {target / 'keys'}，只有本用户可读。")
    say(f"启动：bin/run --data {target}（生产环境请先把 secrets.env 里的各项放进环境）。所有人需要重新登录。")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py restore", description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="folder of all backups, or of one")
    parser.add_argument("--backup", default="", help="which backup; default: the newest")
    parser.add_argument("--into", type=Path, required=True, help="data folder to create: new or empty")
    parser.add_argument("--keys-from", type=Path, required=True, help="package of keys (backup --keys-to)")
    parser.add_argument("--escrow-key", type=Path, required=True, help="private key of the escrow; its passphrase is"
                        f" read from {PASSPHRASE} or asked for")  # fmt: skip
    parser.add_argument("--platform-key", type=Path, help="public key (PEM) that must have signed the manifests")
    parser.add_argument("--who", required=True, help="office that restores; published, so give no person's name")
    parser.add_argument("--reason", required=True, help="reason for the restore; published")
    parser.add_argument("--epochs", type=Path, help="declarations saved from /ledger/epochs")
    parser.add_argument(
        "--database-url", default="", help="URL, with the owner's role, of an empty database for a dump"
    )
    return parser.parse_args(arguments)
