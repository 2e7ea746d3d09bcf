"""A real PgBouncer in transaction mode before a PostgreSQL of the tests, as hosts put one.

It listens on a Unix socket in a private temporary folder and on no port. Like PostgreSQL it
refuses to run as root; then it runs as `nobody`. There is no wheel of it, so
`python -m tests.servers.pgbouncer` makes sure that the system has one, installing it if it may.
Where there is none its tests are skipped, and say so.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from tests.servers import postgres
from tests.servers.guard import Guarded, ServerError

__all__ = ["ADVICE", "PgBouncer", "find", "main", "start"]

PORT = 6543  # names the socket's file, as the port does by which hosts print this mode
SESSIONS = 3  # fewer than any test's threads, so that every one meets those of the others
SERVICE_FOLDERS = "/usr/sbin:/usr/local/sbin:/opt/homebrew/bin"  # often not on a person's PATH
ADVICE = """no PgBouncer found or installed, so tests behind one are skipped. To run them:
  - as root on Debian or Ubuntu: apt-get update && apt-get install -y pgbouncer
  - set PGBOUNCER to the path of a PgBouncer that is there"""


class PgBouncer:
    """A running pooler; `start()` makes it, `stop()` or the end of the process ends it."""

    def __init__(self, folder: Path, process: Guarded) -> None:
        """Take over a process that keeps everything in `folder`."""
        self.folder = folder
        self._process = process
        self._made_in = os.getpid()
        atexit.register(self.stop)

    @property
    def pid(self) -> int:
        """The process id of the pooler itself."""
        return self._process.pid

    def url(self, dbname: str) -> str:
        """The SQLAlchemy address of a database behind it."""
        host = quote(str(self.folder), safe="/")
        return f"postgresql+psycopg://{postgres.OWNER}@/{dbname}?host={host}&port={PORT}"

    def stop(self) -> None:
        """End the pooler and delete its folder. Calling it again does nothing."""
        if self._made_in != os.getpid():
            return  # a forked child is leaving, not the one who started it
        atexit.unregister(self.stop)
        self._process.end(signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Use the pooler as a context manager."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop on the way out."""
        self.stop()

    def _wait_until_ready(self) -> None:
        for _ in range(200):
            try:
                psycopg.connect(
                    host=str(self.folder), port=PORT, user=postgres.OWNER, dbname="postgres"
                ).close()
                return
            except psycopg.OperationalError:
                if not self._process.running():
                    break
                time.sleep(0.05)
        raise ServerError(f"PgBouncer did not come up\n{self._process.log_tail()}")


def start(server: postgres.PostgresServer) -> PgBouncer:
    """Start a pooler before every database of `server`. Raises ServerError where there is none."""
    binary = find()
    if binary is None:
        raise ServerError(ADVICE)
    user = postgres.other_user()
    folder = postgres.make_folder(user)
    try:
        settings = folder / "pgbouncer.ini"
        settings.write_text(_settings(server.folder, folder))
        settings.chmod(0o644)  # in a folder that only its user opens
        process = Guarded(
            [binary, str(settings)],
            folders=[folder],
            log=folder / "log",
            end_signal=signal.SIGTERM,
            user=user,
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    pooler = PgBouncer(folder, process)
    try:
        pooler._wait_until_ready()
    except BaseException:
        pooler.stop()
        raise
    return pooler


def _settings(server: Path, folder: Path) -> str:
    return f"""[databases]
* = host={server} port={postgres.PORT} user={postgres.OWNER}
[pgbouncer]
listen_addr =
listen_port = {PORT}
unix_socket_dir = {folder}
unix_socket_mode = 0700
auth_type = any
pool_mode = transaction
default_pool_size = {SESSIONS}
max_client_conn = 200
"""


def find() -> str | None:
    """The path of a PgBouncer; None where the machine has none."""
    named = os.environ.get("PGBOUNCER")
    if named:
        path = shutil.which(named)
        if path is None:
            raise ServerError(f"PGBOUNCER={named} is not a program")
        return path
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path=SERVICE_FOLDERS)


def main() -> int:
    """Make sure a PgBouncer is there and say where; 0 without one too, which skips its tests."""
    try:
        print(find() or _install() or ADVICE)
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _install() -> str | None:
    """With apt-get, as root; None where that cannot be or does not work."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    installed = _run(["apt-get", "update"]) and _run(["apt-get", "install", "-y", "pgbouncer"])
    return find() if installed else None


def _run(command: list[str]) -> bool:
    print("+", *command, file=sys.stderr, flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=env, stdout=sys.stderr, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
