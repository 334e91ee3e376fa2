"""`bin/run`: start the whole platform on this machine, supervise it, and stop it cleanly."""

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TypedDict

from django.core.exceptions import ImproperlyConfigured

from tongban.foundation.operations import folder
from tongban.foundation.operations.folder import FolderInUse, UnexpectedFolder
from tongban.site import node_parts, processes, production
from tongban.site.bootstrap import ROOT, data_folder, environment, prepare_environment
from tongban.site.environment import Environment
from tongban.site.processes import INSTANCE, PortTaken

STARTUP_TIMEOUT = 90
"""Seconds within which web server and worker must answer."""
GRACE = 15
"""Seconds that a child has to stop by itself."""
TAKEN = 3
"""The exit code if the port or the data folder is in use."""


class Stop(BaseException):
    """A signal asked the platform to stop. Not an Exception, so that no handler on the way catches it."""


_asked_to_stop: list[int] = []
"""Received stop signals. A list needs no lock, and a signal handler may be interrupted by the next signal."""


class StartRefused(Exception):
    """The platform cannot start or keep running; the message is one sentence for the operator."""


class CheckState(TypedDict):
    """The result of one health check, as far as the start needs it."""

    ok: bool
    detail: dict[str, object]


class Readiness(TypedDict, total=False):
    """The readiness detail of a web server; empty if no platform answers."""

    ready: bool
    instance: str
    checks: dict[str, CheckState]


def main() -> int:
    """Run the platform until it is stopped, and return the exit code."""
    options = _options()
    os.environ["TONGBAN_DATA"] = str(options.data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.site.settings")
    for number in processes.ending_signals():
        signal.signal(number, _ask_to_stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        kept = _take_possession(options)
        _say("Preparing the parts …")
        node_parts.install()
        prepare_environment()
        _set_up()
        children = {name: processes.start(command) for name, command in _commands(options.port).items()}
        _wait_until_up(options.port, children)
        _greet(options.port)
        _watch(options.port, children)
        del kept
    except (FolderInUse, PortTaken) as taken:
        _complain(str(taken))
        return TAKEN
    except (UnexpectedFolder, StartRefused) as refused:
        _complain(str(refused))
        return 1
    except Stop:
        _say("\nStopping …")
    finally:
        for number in processes.ending_signals():
            signal.signal(number, signal.SIG_IGN)
        processes.stop(children.values(), GRACE)
        if INSTANCE in os.environ:
            processes.end_instance(os.environ[INSTANCE])
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/run", description="Run Tongban on this machine.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, default=data_folder(), help="folder of the database and the files")
    beginning = parser.add_mutually_exclusive_group()
    beginning.add_argument("--fresh", action="store_true", help="set the data folder's content aside and start empty")
    beginning.add_argument("--bring-back", metavar="NAME", help="restore what --fresh has set aside under this name")
    return parser.parse_args()


def _take_possession(options: argparse.Namespace) -> object:
    """Reserve the data folder and the port, and end the processes of a killed platform. Keep the returned object."""
    os.environ.pop(INSTANCE, None)
    if _in_production() and (options.fresh or options.bring_back):
        raise StartRefused("TONGBAN_ENV is production: --fresh and --bring-back are for a development platform only.")
    try:
        production.usable_settings(before_preparing=True)
    except ImproperlyConfigured as wrong:
        raise StartRefused(str(wrong)) from None
    if "DATABASE_URL" in os.environ and (options.fresh or options.bring_back):
        raise StartRefused("DATABASE_URL names a database of your own, which --fresh and --bring-back cannot move.")
    data = data_folder()
    folder.hold(data)
    before = folder.record(data)
    if before is not None and (left := processes.end_instance(before.instance)):
        _say(f"Ended {left} processes that an earlier start had left behind.")
    port = processes.hold_port(_bound_to(), options.port)
    _move_content(data, options)
    os.environ[INSTANCE] = secrets.token_hex(16)
    if not os.environ.get("TONGBAN_OPERATIONS_TOKEN"):
        os.environ["TONGBAN_OPERATIONS_TOKEN"] = secrets.token_hex(32)
    if not _in_production():
        os.environ.setdefault("TONGBAN_ADDRESS", f"http://localhost:{options.port}")
    address = os.environ.get("TONGBAN_ADDRESS", "")
    folder.write_record(data, folder.Running(os.getpid(), address, os.environ[INSTANCE]))
    return port


def _move_content(data: Path, options: argparse.Namespace) -> None:
    if options.bring_back and options.bring_back not in folder.set_aside_names(data):
        folder.restore_set_aside(data, options.bring_back)  # raises an error that lists the names
    if options.fresh or options.bring_back:
        place = folder.set_aside(data, datetime.now(UTC))
        if place is not None:
            where = " ".join(str(one) for one in folder.all_places(place))
            _say(
                f"What was in {data} has been put aside in {place}.\n"
                f"  To bring it back:  bin/run --data {data} --bring-back {place.name}\n"
                f"  To delete it:      rm -r {where}"
            )
    if options.bring_back:
        folder.restore_set_aside(data, options.bring_back)


def _set_up() -> None:
    """Migrate the database as its owner, and add what the rooms need: the catalogue, and with the demo its city."""
    as_owner = {**os.environ, "DATABASE_URL": os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])}
    city = ", catalogue and demo city" if Environment.read().has_demo else " and catalogue"
    _say(f"Bringing database, static files{city} up to date …")
    _manage(["setup"], as_owner)


def _in_production() -> bool:
    return environment() == "production"


def _manage(command: list[str], variables: dict[str, str]) -> None:
    code = processes.run([sys.executable, str(ROOT / "manage.py"), *command], variables).returncode
    if code:
        raise StartRefused(f"manage.py {' '.join(command)} failed; see above.")


def _bound_to() -> str:
    return Environment.read().bind


def web_command(port: int) -> list[str]:
    """Return the command that runs the web server on a port."""
    settings = Environment.read()
    return [
        str(Path(sys.executable).with_name("granian")), "tongban.site.wsgi:application", "--interface", "wsgi",
        "--host", settings.bind, "--port", str(port),
        "--workers", str(settings.web_workers),
        "--blocking-threads", str(settings.web_threads),
        "--log-level", "error", "--respawn-failed-workers", "--workers-kill-timeout", "10s",
    ]  # fmt: skip


def _commands(port: int) -> dict[str, list[str]]:
    return {"web": web_command(port), "worker": [sys.executable, str(ROOT / "manage.py"), "worker"]}


def _readiness(port: int) -> Readiness:
    """Return the readiness detail of the web server on the port, empty if no platform with our token answers."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(_bound_to(), _bound_to())
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/readyz/detail"
    request = urllib.request.Request(
        address, headers={"Authorization": f"Bearer {os.environ['TONGBAN_OPERATIONS_TOKEN']}"}
    )
    found: Readiness
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as answer:
        with answer:
            try:
                found = json.load(answer)
            except ValueError:
                return {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _wait_until_up(port: int, children: "dict[str, subprocess.Popen[bytes]]") -> None:
    """Wait until this instance's web server is ready. Raises StartRefused if a child ends or time runs out."""
    deadline = time.monotonic() + STARTUP_TIMEOUT
    while not ((found := _readiness(port)).get("ready") and found["instance"] == os.environ[INSTANCE]):
        _stop_if_asked()
        for name, child in children.items():
            if child.poll() is not None:
                raise StartRefused(f"The {name} process ended at once (exit code {child.returncode}); see above.")
        if time.monotonic() > deadline:
            raise StartRefused(f"The platform did not come up within {STARTUP_TIMEOUT} s: {_why_not(found)}")
        time.sleep(0.2)


def _why_not(found: Readiness) -> str:
    if found and found.get("instance") != os.environ[INSTANCE]:
        return "another program answers on the port."
    failing = {name: check["detail"] for name, check in found.get("checks", {}).items() if not check["ok"]}
    return f"not ready: {failing}" if failing else "the web server does not answer."


def _greet(port: int) -> None:
    address = os.environ["TONGBAN_ADDRESS"] if _in_production() else f"http://localhost:{port}"
    _say(f"\n  通办 is ready:  {address}\n")
    _manage(["greet"], dict(os.environ))
    if data_folder() != ROOT / "var":
        _say(f"\n  Commands on this city: TONGBAN_DATA={data_folder()} .venv/bin/python manage.py …")
    _say("\n  Ctrl-C stops everything.\n")


def _watch(port: int, children: "dict[str, subprocess.Popen[bytes]]") -> None:
    """Restart children and the database when they end. Raises StartRefused if a child ends too often."""
    deaths: dict[str, list[float]] = {name: [] for name in children}
    while True:
        _stop_if_asked()
        time.sleep(1)
        revive_database()
        for name, child in children.items():
            if child.poll() is None:
                continue
            processes.end_group(child)
            now = time.monotonic()
            deaths[name] = [*(d for d in deaths[name] if now - d < 60), now]
            if len(deaths[name]) > 5:
                raise StartRefused(f"The {name} process ended {len(deaths[name])} times within a minute; stopping.")
            _say(f"The {name} process ended (exit code {child.returncode}); starting it again.")
            children[name] = processes.start(_commands(port)[name])


def revive_database() -> None:
    """Restart the embedded database if it was killed."""
    from tongban.site import bootstrap

    if bootstrap.embedded_server is not None:
        bootstrap.embedded_server.revive()


def _ask_to_stop(number: int, frame: FrameType | None) -> None:
    _asked_to_stop.append(number)
    raise Stop


def _stop_if_asked() -> None:
    """Raise Stop if a signal asked for it. Python discards what the handler raises while it finalises an object."""
    if _asked_to_stop:
        raise Stop


def _complain(line: str) -> None:
    print(f"bin/run: {line}", file=sys.stderr, flush=True)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
