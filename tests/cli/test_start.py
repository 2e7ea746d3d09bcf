"""What happens when the environment makes no sense: one readable line, and no second try."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bans import ROOT
from tests.test_config import GOOD

PYTHON = sys.executable
BIN = Path(PYTHON).parent
COMMANDS = {
    "python": [PYTHON, "-c", "import wsgi"],
    "flask": [BIN / "flask", "--app", "wsgi", "doctor"],
    "flask db": [BIN / "flask", "--app", "wsgi", "db", "upgrade"],
    "gunicorn": [BIN / "gunicorn", "--config", "deploy/gunicorn.py", "wsgi:app"],
}


def start(command, **environ):
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**clean, "BIND": "127.0.0.1:0", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_without_settings_everything_ends_with_one_line_and_3(name):
    done = start(COMMANDS[name])
    assert done.returncode == 3, done.stderr
    said = [line for line in done.stderr.splitlines() if "Gatehouse cannot start." in line]
    assert said
    assert len(set(said)) == 1
    assert "SECRET_KEY is not set" in said[0]
    assert "Traceback" not in done.stderr
    assert "sqlalchemy" not in done.stderr.lower()
    assert "Booting worker" not in done.stderr  # two that fail at a time end gunicorn with 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECRET_KEY", "changeme"), ("SIGNUP", "closed"), ("PUBLIC_BASE_URL", "https://[::1"),
     ("DATABASE_URL", "mysql://a/b")],
)  # fmt: skip
def test_a_wrong_setting_is_named(name, value):
    done = start(COMMANDS["python"], **{**GOOD, name: value})
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert name in done.stderr
    assert done.stdout == ""


def test_a_legacy_key_starts_with_a_line_of_warning():
    legacy = {**GOOD, "INTEGRATION_ENCRYPTION_KEY": "", "STRIPE_ENCRYPTION_KEY": "short-one"}
    done = start(COMMANDS["python"], **legacy)
    assert done.returncode == 0, done.stderr
    assert "STRIPE_ENCRYPTION_KEY, which seals the credentials, is a legacy name" in done.stderr
    assert "short-one" not in done.stderr
