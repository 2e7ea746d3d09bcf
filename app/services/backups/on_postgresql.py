"""A scratch database on a PostgreSQL server, and filling it with what a dump holds.

The live database is connected to in order to make and to drop the scratch one, and for nothing
else. psql is not used: see `kit.dumps`.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_hex

import psycopg
from psycopg import errors
from sqlalchemy import URL

from app.extensions import settings
from app.kit.dumps import Rows, Unreadable, pieces
from app.kit.errors import Refused
from app.services.backups.files import Kind, script

__all__ = ["filled"]

_PREFIX = "gatehouse_scratch_"  # of a name that is made up here and given nowhere else
_CHUNK = 1 << 20  # bytes of rows handed over at once
_SCHEMAS = (
    b"SELECT table_schema FROM information_schema.tables WHERE table_name = 'alembic_version'"
)
_Connection = psycopg.Connection[tuple[str, ...]]


@contextmanager
def filled(live: URL, path: Path, kind: Kind) -> Iterator[tuple[URL, str]]:
    """A database beside the live one with a dump in it, and in which schema of it our tables are
    (empty for the usual one), until the block ends, however it ends. Raises Unreadable and
    Refused."""
    with _made(live) as scratch:
        with closing(_reached(scratch)) as connection:
            _fill(connection, path, kind)
            schema = _schema(connection)
        yield scratch, schema


@contextmanager
def _made(live: URL) -> Iterator[URL]:
    name = f"{_PREFIX}{token_hex(8)}"
    _make(live, name)
    try:
        yield live.set(database=name)
    finally:
        _drop(live, name)


def _make(live: URL, name: str) -> None:
    try:
        with _connected(live) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
    except errors.InsufficientPrivilege as error:
        raise Refused(
            "The role of DATABASE_URL may make no scratch database: let it, by ALTER ROLE …"
            " CREATEDB, or set DATABASE_URL, for this command, to a server where it may",
            "no_scratch",
        ) from error
    except psycopg.OperationalError as error:
        raise Refused(
            "The server of DATABASE_URL does not answer, and the scratch database is made there",
            "no_scratch",
        ) from error
    except psycopg.Error as error:
        raise Refused(
            f"The server makes no scratch database ({error.sqlstate}); a direct address may be"
            " needed, as DATABASE_MIGRATION_URL",
            "no_scratch",
        ) from error


def _drop(live: URL, name: str) -> None:
    try:
        with _connected(live) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
    except psycopg.Error as error:
        raise Refused(
            f'The scratch database is still there: DROP DATABASE "{name}"', "scratch_left"
        ) from error


def _connected(url: URL) -> _Connection:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True, prepare_threshold=None, connect_timeout=10)


def _reached(scratch: URL) -> _Connection:
    try:
        return _connected(scratch)
    except psycopg.Error as error:
        raise Refused(
            "The scratch database was made but cannot be reached: where a pooler stands before the"
            " server, set DATABASE_MIGRATION_URL to the direct address",
            "no_scratch",
        ) from error


def _fill(connection: _Connection, path: Path, kind: Kind) -> None:
    with script(path, kind) as lines:
        for piece in pieces(lines):
            try:
                _take(connection, piece)
            except psycopg.Error as error:
                raise Unreadable(f"the server does not take it: {_said(error, piece)}") from error


def _schema(connection: _Connection) -> str:
    """Where the tables are, which need not be where the live ones are."""
    found = {name for (name,) in connection.execute(_SCHEMAS)} - {"public"}
    ours = settings().database_schema or ""
    return ours if ours in found or not found else min(found)


def _take(connection: _Connection, piece: bytes | Rows) -> None:
    if isinstance(piece, bytes):
        connection.execute(piece)
        return
    with connection.cursor() as cursor, cursor.copy(piece.copy) as copy:
        waiting = bytearray()
        for line in piece.lines:
            waiting += line
            if len(waiting) >= _CHUNK:
                copy.write(bytes(waiting))
                waiting.clear()
        copy.write(bytes(waiting))


def _said(error: psycopg.Error, piece: bytes | Rows) -> str:
    """The server's refusal without its own words, which repeat what is in the rows."""
    where = error.diag.constraint_name or error.diag.table_name
    if where is None and isinstance(piece, Rows):
        where = piece.copy.split()[1].decode(errors="replace")
    return f"{type(error).__name__} ({error.sqlstate}){f' at {where}' if where else ''}"
