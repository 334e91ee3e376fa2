"""`bin/run`: the whole platform on this machine, from nothing to its address, and cleanly down again."""

import argparse
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from tongban.site import node_parts
from tongban.site.bootstrap import ROOT, data_folder, prepare_environment

PATIENCE = 90
"""Seconds that web and worker have to answer."""
GRACE = 15
"""Seconds that a child has to stop by itself."""


class Stop(Exception):
    """Somebody asked for the end."""


def main() -> int:
    options = _options()
    os.environ["TONGBAN_DATA"] = str(options.data.resolve())
    os.environ.setdefault("TONGBAN_ADDRESS", f"http://localhost:{options.port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.site.settings")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _ask_to_stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        if options.fresh:
            _begin_anew(data_folder())
        _say("Preparing the parts …")
        node_parts.install()
        prepare_environment()
        _prepare_city()
        children = {name: _start(command) for name, command in _commands(options.port).items()}
        _wait_until_up(options.port, children)
        _greet(options.port)
        _watch(options.port, children)
    except Stop:
        _say("\nStopping …")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        _stop(children)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/run", description="Run Tongban on this machine.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, default=data_folder(), help="folder of the database and the files")
    parser.add_argument("--fresh", action="store_true", help="throw the data folder's content away and begin anew")
    return parser.parse_args()


def _begin_anew(folder: Path) -> None:
    """Empty a data folder; a folder that is not one of ours is left alone."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / "secrets.env").exists():
        raise SystemExit(f"{folder} does not look like a data folder of Tongban; nothing was deleted.")
    moved = folder / "postgres" / "moved-to"
    if moved.exists():
        shutil.rmtree(moved.read_text().strip(), ignore_errors=True)
    for name in ("postgres", "files", "static", "oidc-key.pem", "secrets.env"):
        place = folder / name
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)


def _prepare_city() -> None:
    """Bring the database up to date as its owner; load catalogue and demo city when they are not there."""
    as_owner = {**os.environ, "DATABASE_URL": os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])}
    _say("Bringing database, static files, catalogue and demo city up to date …")
    _manage(["setup"] if _in_production() else ["setup", "--demo"], as_owner)


def _in_production() -> bool:
    return os.environ.get("TONGBAN_ENV", "development") == "production"


def _manage(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, str(ROOT / "manage.py"), *command], cwd=ROOT, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"manage.py {' '.join(command)} failed; see above.")


def web_command(port: int) -> list[str]:
    """The command of the web server."""
    return [
        str(Path(sys.executable).with_name("granian")), "tongban.site.wsgi:application", "--interface", "wsgi",
        "--host", os.environ.get("TONGBAN_BIND", "127.0.0.1"), "--port", str(port),
        "--workers", os.environ.get("TONGBAN_WEB_WORKERS", "2"),
        "--blocking-threads", os.environ.get("TONGBAN_WEB_THREADS", "8"),
        "--log-level", "error", "--respawn-failed-workers",
    ]  # fmt: skip


def _commands(port: int) -> dict[str, list[str]]:
    return {"web": web_command(port), "worker": [sys.executable, str(ROOT / "manage.py"), "worker"]}


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, preexec_fn=_die_with_parent)


def _die_with_parent() -> None:
    """Linux: a child whose parent was killed is asked to stop (prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _health(port: int) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, {}
    except (OSError, ValueError):
        return 0, {}


def _wait_until_up(port: int, children: dict[str, subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while _health(port)[0] != 200:
        for name, child in children.items():
            if child.poll() is not None:
                raise SystemExit(f"The {name} process ended at once (exit code {child.returncode}); see above.")
        if time.monotonic() > deadline:
            raise SystemExit(f"The platform did not come up within {PATIENCE} s: {_health(port)}")
        time.sleep(0.2)


def _greet(port: int) -> None:
    _say(f"\n  通办 is ready:  http://localhost:{port}\n")
    if not _in_production():
        _manage(["city", "sign-ins"], dict(os.environ))
    _say("\n  Ctrl-C stops everything.\n")


def _watch(port: int, children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Start a child again that ended by itself, the database too; give up when the web server cannot live."""
    deaths: dict[str, list[float]] = {name: [] for name in children}
    while True:
        time.sleep(1)
        revive_database()
        for name, child in children.items():
            if child.poll() is None:
                continue
            now = time.monotonic()
            deaths[name] = [*(d for d in deaths[name] if now - d < 60), now]
            if len(deaths[name]) > 5:
                raise SystemExit(f"The {name} process ended {len(deaths[name])} times within a minute; stopping.")
            _say(f"The {name} process ended (exit code {child.returncode}); starting it again.")
            children[name] = _start(_commands(port)[name])


def revive_database() -> None:
    from tongban.site import bootstrap

    if bootstrap.embedded_server is not None:
        bootstrap.embedded_server.revive()


def _stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + GRACE
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _ask_to_stop(number: int, frame: FrameType | None) -> None:
    raise Stop


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
