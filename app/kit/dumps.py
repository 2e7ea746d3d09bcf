"""What `pg_dump` writes, taken apart without psql: statements, and rows that COPY takes.

psql takes orders from a script: `\\connect` leads it to another database, `\\!` to a shell. It also
takes the end of a file for the end of a table. Whoever only looks at a backup can have neither.
Facts: PostgreSQL's documentation of pg_dump, of COPY's text format and of psql.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["Rows", "Unreadable", "pieces"]

_END = b"-- PostgreSQL database dump complete"  # the last that pg_dump writes
# Marks that let psql take no orders while it reads the rest; there are none to be taken here.
_MARKS = (b"\\restrict ", b"\\unrestrict ")
# Whole lines that speak of this server's roles, which another one does not have, and of limits
# that an older server does not know.
_NOT_OURS = re.compile(
    rb"(ALTER .* OWNER TO .*|GRANT .*|REVOKE .*|ALTER DEFAULT PRIVILEGES .*|SET \w+_timeout = 0);\n"
)
_SCHEMA = b"CREATE SCHEMA "  # `pg_dump -n public` makes the one that is always there


class Unreadable(Exception):
    """A file is no whole dump; the message says what is wrong with it, never what is in it."""


@dataclass(frozen=True)
class Rows:
    """The rows of one table. `lines` has to be read to its end before the next piece."""

    copy: bytes  # the COPY statement
    lines: Iterator[bytes]


def pieces(script: Iterable[bytes]) -> Iterator[bytes | Rows]:
    """The lines of a dump in plain format as statements (several in one text, for PostgreSQL's
    simple query protocol) and rows, in their order. Raises Unreadable."""
    lines, said, is_whole = iter(script), bytearray(), False
    for line in lines:
        is_whole = is_whole or line.startswith(_END)
        if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
            yield bytes(said)
            said.clear()
            yield Rows(line, _rows(lines))
        elif not _is_left_out(line):
            said += line.replace(_SCHEMA, _SCHEMA + b"IF NOT EXISTS ", line.startswith(_SCHEMA))
    if not is_whole:
        raise Unreadable("the file ends before the dump does")
    yield bytes(said)


def _rows(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line == b"\\.\n":
            return
        yield line
    raise Unreadable("the file ends in the middle of a table")


def _is_left_out(line: bytes) -> bool:
    """Raises Unreadable for what cannot be left out and cannot be done."""
    if line.startswith(b"\\") and not line.startswith(_MARKS):
        raise Unreadable(
            "it goes on in another database: dump this one alone, by pg_dump without --create"
        )
    if line.startswith(b"INSERT INTO "):
        raise Unreadable("it was written with INSERT: dump once more without --inserts")
    return line.startswith(_MARKS) or _NOT_OURS.fullmatch(line) is not None
