"""Files that backups lie in: what each one is, how a dump is read, how a fresh one is made."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

from sqlalchemy import URL, make_url

from app.extensions import settings
from app.kit.dumps import Unreadable
from app.kit.errors import Refused

__all__ = ["Kind", "fresh", "kind_of", "script"]

_PLAIN = b"-- PostgreSQL database dump"
_HEAD = 512  # bytes that tell one kind from another: a tar's first header is as long
_DRAFT = "restore-drill"
# Options of an address, to PostgreSQL's own library, that are secret.
_SECRETS = (
    "password",
    "sslpassword",
    "scram_client_key",
    "scram_server_key",
    "oauth_client_secret",
)


class Kind(StrEnum):
    """What a backup is, in words for its report."""

    archive = "PostgreSQL dump, an archive"
    plain = "PostgreSQL dump, plain SQL"
    sqlite = "SQLite database"


def kind_of(path: Path) -> Kind:
    """What a file is, by its first bytes. Raises Refused for what is no backup of ours."""
    try:
        if path.is_dir():
            head = b"PGDMP" if (path / "toc.dat").is_file() else b""
        else:
            with path.open("rb") as file:
                head = file.read(_HEAD)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}", "no_backup") from error
    if head.startswith((b"PGDMP", b"toc.dat\0")):  # the latter in a tar
        return Kind.archive
    if head.startswith(b"SQLite format 3\0"):
        return Kind.sqlite
    if _PLAIN in head:
        return Kind.plain
    raise Refused(
        f"{path} is neither a dump by pg_dump nor a SQLite database; unpack it first where it is"
        " compressed or encrypted",
        "no_backup",
    )


@contextmanager
def script(path: Path, kind: Kind) -> Iterator[IO[bytes]]:
    """A dump of PostgreSQL as the lines of plain SQL. Raises Unreadable for an archive that
    pg_restore does not read to its end, Refused without pg_restore."""
    if kind is Kind.plain:
        with path.open("rb") as file:
            yield file
        return
    # It only turns an archive into SQL: it is told of no server, so it reaches none.
    words = ["--file=-", "--no-owner", "--no-privileges", str(path)]
    with TemporaryFile() as said, _started("pg_restore", words, said) as process:
        lines = cast(IO[bytes], process.stdout)
        try:
            yield lines
            _must_have_ended_well(process, said)
        except Unreadable:
            if not lines.read(1):  # it has ended too, and says better why
                _must_have_ended_well(process, said)
            raise
        finally:
            process.kill()


def _started(program: str, words: list[str], said: IO[bytes]) -> "subprocess.Popen[bytes]":
    command = [_found(program), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said)  # noqa: S603


def _found(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise Refused(
            f"{program} is not here: install PostgreSQL's client programs, of the server's version"
            " or a newer one",
            "no_program",
        )
    return found


def _must_have_ended_well(process: "subprocess.Popen[bytes]", said: IO[bytes]) -> None:
    if process.wait() > 0:
        raise Unreadable(_first_line(said))


def _first_line(said: IO[bytes]) -> str:
    said.seek(0)
    return said.readline().decode(errors="replace").strip()


def fresh(folder: Path) -> Path:
    """A backup of the live database as it is now, in a folder of the caller's. It is only read.
    Raises Refused where it cannot be made."""
    url, target = make_url(settings().migration_url), folder / _DRAFT
    if url.get_backend_name() == "sqlite":
        here = sqlite3.connect(url.database or "")
        with closing(here) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
        return target
    command = [_found("pg_dump"), "--format=custom", f"--file={target}", f"--dbname={_shown(url)}"]
    if schema := settings().database_schema:
        command.append(f"--schema={schema}")
    with TemporaryFile() as said:
        done = subprocess.run(  # noqa: S603
            command, env=_environment(url), stdout=said, stderr=said, check=False
        )
        if done.returncode:
            raise Refused(f"No backup could be made: {_first_line(said)}", "no_backup")
    return target


def _shown(url: URL) -> str:
    """An address as the list of processes may show it to everybody on this machine."""
    # Made anew: `URL.set` keeps the password when it is told None, and would show `***` for it,
    # which pg_dump takes for the password.
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return bare.difference_update_query(_SECRETS).render_as_string()


def _environment(url: URL) -> dict[str, str]:
    """With the address's password if it has one; else pg_dump finds the operator's own, if any.
    Where there are two, the one after the ? counts, as it does for PostgreSQL's own library."""
    among = url.normalized_query.get("password", ())
    password = among[-1] if among else url.password
    return {**settings().environment, **({"PGPASSWORD": password} if password else {})}
