"""What happens when the environment makes no sense: one readable line, and no second try."""

import os
import re
import shutil
import socket
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


# --- make run


@pytest.fixture
def taken():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield one.getsockname()[1]


def check_port(**environ):
    return start([PYTHON, "bin/check_port.py"], **{"BIND": "", **environ})


def test_a_port_that_is_taken_is_said_in_one_sentence_that_names_another(taken):
    done = check_port(PORT=str(taken))
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert f"Port {taken} is taken" in done.stderr
    free = re.search(r"PORT=(\d+) make run", done.stderr)[1]
    assert int(free) != taken
    assert check_port(PORT=free).returncode == 0


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "80 80"])
def test_what_is_no_port_is_said_too(port):
    done = check_port(PORT=port)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert f"PORT={port} is no port" in done.stderr


def test_a_port_whose_last_connections_are_dying_is_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()  # closes first, so it lingers on our side
    assert check_port(PORT=str(port)).returncode == 0


PREPARED = ("--old-file", "setup", "--old-file", "translations")


def test_make_run_asks_for_the_port_before_it_prepares_anything(taken):
    done = start([shutil.which("make"), *PREPARED, "run", f"PORT={taken}"], BIND="")
    assert done.returncode != 0
    assert f"Port {taken} is taken" in done.stderr
    assert "gunicorn" not in done.stderr.lower()
    assert done.stdout == ""


def test_make_run_says_what_takes_long():
    recipe = start([shutil.which("make"), "--dry-run", *PREPARED, "run"]).stdout
    said = re.findall(r'^echo "(.+) …"$|(db upgrade|wsgi demo|bin/gunicorn)', recipe, re.MULTILINE)
    assert [one or other for one, other in said] == [
        "Preparing the database",
        "db upgrade",
        "Making sure there is a demo shop",
        "wsgi demo",
        "Starting",
        "bin/gunicorn",
    ]
