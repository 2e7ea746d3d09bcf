"""Runs one server and outlives the test run just long enough to end that server.

`Guarded(...)` starts this same file as a small process of its own. That process starts the
server as its child, prints the child's pid, and waits. When the test run disappears in whatever
way, SIGKILL included, the guard ends the server and deletes its folders; should the guard itself be
killed, the kernel sends the server the same signal (Linux). Only the standard library is used,
and nothing of this project is imported, so that it starts fast.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["Guarded", "ServerError"]

PR_SET_PDEATHSIG = 1
TICK = 0.05


class ServerError(RuntimeError):
    """A test server could not be started or ended; the message holds the end of its log."""


class Guarded:
    """A server process that cannot outlive the process that made this object."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        folders: Sequence[Path],
        log: Path,
        env: Mapping[str, str] | None = None,
        end_signal: int = signal.SIGKILL,
        user: tuple[int, int] | None = None,
    ) -> None:
        """Start `command` (as `user`, uid and gid); `folders` go if this process dies."""
        self._log = log
        uid, gid = user or (-1, -1)
        numbers = [str(n) for n in (os.getpid(), int(end_signal), uid, gid)]
        own = [sys.executable, "-I", "-S", __file__, *numbers, os.pathsep.join(map(str, folders))]
        with log.open("ab") as output:
            self._guard = subprocess.Popen(
                [*own, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=output,
                env=dict(env if env is not None else os.environ),
                cwd=folders[0],
                start_new_session=True,  # Ctrl-C reaches pytest, which ends us in order
            )
        assert self._guard.stdout is not None
        with self._guard.stdout as told:
            line = told.readline().strip()
        if not line:
            self._guard.wait()
            raise ServerError(f"{Path(command[0]).name} could not be started\n{self.log_tail()}")
        self.pid = int(line)

    def running(self) -> bool:
        """Whether the server is still there."""
        return self._guard.poll() is None

    def signal(self, number: int) -> None:
        """Send the server a signal; nothing happens when it has ended."""
        if self.running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def end(self, number: int, timeout: float = 10) -> None:
        """Send a signal, wait for the end, and kill what does not obey."""
        self.signal(number)
        try:
            self._guard.wait(timeout)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self._guard.wait(timeout)

    def log_tail(self) -> str:
        """The last lines the server wrote."""
        with contextlib.suppress(OSError):
            return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])
        return ""


def _die_with_parent(number: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def _guard(parent: int, number: int, uid: int, gid: int, folders: str, command: list[str]) -> int:
    other = uid >= 0
    server = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        preexec_fn=lambda: _die_with_parent(number),
        user=uid if other else None,
        group=gid if other else None,
        extra_groups=[] if other else None,
    )
    print(server.pid, flush=True)
    sys.stdout.close()
    while server.poll() is None:
        if os.getppid() != parent:
            _finish(server, number)
            for folder in folders.split(os.pathsep):
                shutil.rmtree(folder, ignore_errors=True)
            break
        time.sleep(TICK)
    return 0


def _finish(server: subprocess.Popen[bytes], number: int) -> None:
    server.send_signal(number)
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _main(words: list[str]) -> int:
    parent, number, uid, gid = (int(word) for word in words[:4])
    return _guard(parent, number, uid, gid, words[4], words[5:])


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
