"""Finds the Chromium that browser tests drive, and the Node inside Playwright's wheel.

`python -m tests.servers.browser` makes sure there is a Chromium, installing one if it has to.
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

__all__ = ["LAUNCH_ARGS", "BrowserError", "find_chromium", "main", "node_path"]

# The shell comes first: it lays out and runs pages as the others do, and has no window around them,
# which costs three times as much as a small page in it.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium-headless-shell", "chromium")

# What browsers go without. There is one list, so this one takes the place of Playwright's, and
# has all of that which concerns us.
WITHOUT = [
    # the lists below the address bar: two pages of their own, loaded with every window
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # Playwright's
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
]

# For playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGS): no calls home,
# and no name but this machine's own leads anywhere.
LAUNCH_ARGS = [
    "--no-sandbox",  # in a container, or as root, Chromium's own cannot be set up
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(WITHOUT)}",
    "--js-flags=--no-opt,--no-maglev",  # scripts end with their page, before optimizing them pays
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]

ADVICE = """no Chromium found, and none could be installed. Do one of these:
  - as root on Debian or Ubuntu: apt-get update && apt-get install -y chromium-headless-shell
  - python -m playwright install chromium
  - set CHROMIUM to the path of a Chromium or Chrome that is there"""


class BrowserError(RuntimeError):
    """There is no browser; the message says what to do."""


def find_chromium() -> str:
    """The path of a Chromium, installed on the spot if the machine has none."""
    named = os.environ.get("CHROMIUM")
    if named:
        path = shutil.which(named)
        if path is None:
            raise BrowserError(f"CHROMIUM={named} is not a program")
        return path
    return _on_path() or _playwrights() or _install()


def node_path() -> str:
    """The Node binary inside Playwright's wheel."""
    path = _driver() / "node"
    if not path.is_file():
        raise BrowserError(f"no Node at {path}: pip install -r requirements-dev.txt")
    return str(path)


def main() -> int:
    """Make sure a Chromium is there and say where."""
    try:
        print(find_chromium())
    except BrowserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _install() -> str:
    """With apt-get as root, otherwise (or should that fail) with Playwright's own download."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        installed = _run(["apt-get", "update"], env) and any(
            _run(["apt-get", "install", "-y", one], env) for one in PACKAGES
        )
        if installed and (path := _on_path()):
            return path
    if _run([sys.executable, "-m", "playwright", "install", "chromium"]) and (
        path := _playwrights()
    ):
        return path
    raise BrowserError(ADVICE)


def _run(command: list[str], env: dict[str, str] | None = None) -> bool:
    print("+", *command, file=sys.stderr, flush=True)
    return subprocess.run(command, env=env, stdout=sys.stderr, check=False).returncode == 0


def _playwrights() -> str | None:
    """The browser that Playwright downloaded earlier, if it did."""
    ask = "from playwright.sync_api import sync_playwright as s\nwith s() as p: "
    ask += "print(p.chromium.executable_path)"
    # A process of its own: Playwright does not start twice in one thread.
    answer = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=False
    )
    path = answer.stdout.strip()
    return path if path and Path(path).is_file() else None


def _driver() -> Path:
    spec = find_spec("playwright")
    if spec is None or spec.origin is None:
        raise BrowserError("no Playwright: pip install -r requirements-dev.txt")
    return Path(spec.origin).parent / "driver"


if __name__ == "__main__":
    sys.exit(main())
