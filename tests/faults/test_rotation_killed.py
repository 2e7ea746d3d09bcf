"""`keys rotate` as an operator runs it, on ten thousand values, killed while merchants save."""

import os
import random
import subprocess
import sys
import time

import pytest

from config import ROOT
from tests import world
from tests.conftest import environment
from tests.services.sealing.merchants import Merchants
from tests.services.sealing.planted import (
    FIRST,
    PROMOTED,
    Planted,
    kid,
    kids_stored,
)

pytestmark = pytest.mark.soak

VALUES, KILLS = 10_000, 5


@pytest.fixture
def command(database_url, tmp_path):
    """Starts `flask keys rotate` in a process of its own."""
    environ = environment(database_url, tmp_path, **PROMOTED)
    environ |= {"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")}
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "keys", "rotate"]

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            words,
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def killed(process: subprocess.Popen[str], drawn: random.Random) -> int:
    """SIGKILL at some point after the first batch; how many batches it had told of."""
    batches = drawn.randint(1, 2)
    for _ in range(batches):
        assert "sealed anew" in process.stdout.readline()
    time.sleep(drawn.random() * 0.1)
    process.kill()
    with process.stdout:
        batches += process.stdout.read().count("sealed anew.")
    assert process.wait() == -9
    return batches


def finished(process: subprocess.Popen[str]) -> list[str]:
    said, _ = process.communicate()
    assert process.returncode == 0, said
    return said.splitlines()


def test_ten_thousand_values_are_rotated_whatever_happens(make_app, command):
    planted = Planted(world.open_shop(make_app(**PROMOTED))).plant(VALUES)
    before = kids_stored(planted.shop.app)
    assert sum(before.values()) == VALUES
    drawn, batches = random.Random(7), []
    started = time.monotonic()
    with Merchants(planted) as merchants:
        for _ in range(KILLS):
            batches.append(killed(command(), drawn))
            assert len(kids_stored(planted.shop.app)) > 1, "there was more to do"
        said = finished(command())
    seconds = time.monotonic() - started
    print(
        f"\n{VALUES} values, {VALUES - before[kid(FIRST)]} to rotate, {merchants.saved} saves"
        f" meanwhile, {KILLS} kills after {batches} batches, {seconds:.1f} s in all\n"
        + "\n".join(said)
    )
    planted.check()
    assert said[-2:] == [one for one in said if one.endswith("no value needs it any more.")]
    assert f"0 values sealed anew with key {kid(FIRST)}." in finished(command())


def test_undisturbed_it_rotates_ten_thousand_values_in_one_run(make_app, command):
    planted = Planted(world.open_shop(make_app(**PROMOTED))).plant(VALUES)
    started = time.monotonic()
    with Merchants(planted) as merchants:
        said = finished(command())
    seconds = time.monotonic() - started
    print(f"\n{said[-3]} {merchants.saved} saves meanwhile, {seconds:.1f} s")
    planted.check()
