"""`flask worker` as an operator runs it: a real supervisor with real children, killed on demand."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from config import ROOT
from tests.servers.guard import Guarded

__all__ = ["Worker", "eventually"]


def eventually(condition: Callable[[], object], seconds: float = 20) -> bool:
    """Ask again and again until it is true; False when it never was."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


class Worker:
    """The supervisor process; a context manager that ends it."""

    def __init__(
        self, environ: Mapping[str, str], folder: Path, *, app: str = "wsgi", processes: int = 2
    ) -> None:
        self.environ = {**environ, "PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")}
        self.folder = folder
        self.command = [sys.executable, "-m", "flask", "--app", app, "worker"]
        self.command += ["--processes", str(processes)]
        self.processes = processes
        self.log = folder / "worker.log"
        self._process: Guarded | None = None

    def __enter__(self) -> "Worker":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        if self._process:
            self._process.end(signal.SIGTERM, timeout=25)

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait for the children."""
        folder = self.folder / f"worker-{time.monotonic_ns()}"  # the guard may delete it
        folder.mkdir()
        self._process = Guarded(
            self.command,
            folders=[folder],
            log=self.log,
            env=self.environ,
            end_signal=signal.SIGTERM,
        )
        assert eventually(lambda: len(self.children()) == self.processes), self.log.read_text()

    def running(self) -> bool:
        return self._process is not None and self._process.running()

    def children(self) -> list[int]:
        """The worker processes below the supervisor."""
        return [pid for pid in children_of(self.pid) if alive(pid)]

    def kill(self) -> None:
        """SIGKILL to the supervisor, as by the kernel when memory is short."""
        assert self._process
        self._process.end(signal.SIGKILL)

    def kill_child(self) -> int:
        """SIGKILL to one worker process, as soon as there is one."""
        assert eventually(self.children)
        pid = self.children()[0]
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: not alive(pid))
        return pid

    def ask_to_end(self) -> None:
        assert self._process
        self._process.signal(signal.SIGTERM)


def children_of(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
