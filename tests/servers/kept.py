"""Databases of one server that are emptied and used again: a copy costs ten times as much.

A test gets one that nobody can tell from a new copy of the template. Where that is in doubt, as
something is still connected, a table or trigger was changed, or very much was written, the database
is dropped and the next test gets a new copy.
"""

import secrets
from dataclasses import dataclass

import psycopg
from psycopg import sql

from tests.servers.postgres import PostgresServer

__all__ = ["KeptDatabases"]

USES = 50  # dead rows stay in a table, since nobody sweeps it
LARGE = 1 << 20  # bytes of a table

# What was ever said about tables, columns, indexes, constraints, triggers, functions and settings:
# whatever changes one of these rows leaves its transaction's number there.
SHAPE = " UNION ALL ".join(
    [
        f"SELECT count(*), max(xmin::text::bigint) FROM pg_catalog.{catalogue}"
        for catalogue in (
            "pg_attribute",
            "pg_class",
            "pg_constraint",
            "pg_index",
            "pg_namespace",
            "pg_proc",
            "pg_sequence",
            "pg_trigger",
        )
    ]
    + ["SELECT count(*), 0 FROM pg_db_role_setting", "SELECT count(*), 0 FROM pg_statistic"]
)
TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    " AND relname <> 'alembic_version'"
)
RESTART = (
    "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence"
    " WHERE pg_sequence_last_value(seqrelid) IS NOT NULL"
)
VERSION = "SELECT version_num FROM alembic_version"  # the only row of the template, and it stays
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"


@dataclass
class _Database:
    name: str
    connection: psycopg.Connection
    shape: list[tuple[int, int]]
    version: list[tuple[str]]
    written: sql.Composed  # asks which tables have rows
    uses: int = 0


class KeptDatabases:
    """Lends out copies of `template`, one at a time to each who asks."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self.server, self.template = server, template
        self._free: list[_Database] = []
        self._lent: dict[str, _Database] = {}

    def take(self) -> str:
        """The name of an empty database."""
        one = self._free.pop() if self._free else self._make()
        one.uses += 1
        self._lent[one.name] = one
        return one.name

    def give_back(self, name: str) -> None:
        """Nobody uses it any more."""
        one = self._lent.pop(name)
        try:
            if one.uses < USES and _emptied(one):
                self._free.append(one)
                return
        except psycopg.OperationalError:
            pass  # a test has ended every connection there was
        one.connection.close()
        self.server.drop_database(name)

    def close(self) -> None:
        """Let go of all."""
        for one in [*self._free, *self._lent.values()]:
            one.connection.close()

    def _make(self) -> _Database:
        name = f"t_{secrets.token_hex(6)}"
        self.server.create_database(name, template=self.template)
        connection = self.server.connect(name)
        # Rows that nothing may remove are removed here, and no reference is looked at.
        connection.execute("SET session_replication_role = replica")
        tables = [table for (table,) in connection.execute(TABLES)]
        one = "SELECT {name}, pg_relation_size({name}) WHERE EXISTS (SELECT FROM {table})"
        written = sql.SQL(" UNION ALL ").join(
            sql.SQL(one).format(name=sql.Literal(table), table=sql.Identifier(table))
            for table in tables
        )
        shape = connection.execute(SHAPE).fetchall()
        version = connection.execute(VERSION).fetchall()
        return _Database(name, connection, shape, version, written)


def _emptied(one: _Database) -> bool:
    """Whether it is as it was when it was new."""
    look = one.connection
    if look.execute(OTHERS, [look.info.backend_pid]).fetchone() != (0,):
        return False
    if look.execute(SHAPE).fetchall() != one.shape:
        return False
    if look.execute(VERSION).fetchall() != one.version:
        return False
    written = look.execute(one.written).fetchall()
    if any(size > LARGE for _, size in written):
        return False
    for table, _ in written:
        look.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    look.execute(RESTART)
    return True
