"""Texts that begin with another, whatever their case, by an index on `lower(column)`.

LIKE would do in PostgreSQL while the pattern is known to the planner, and never in SQLite. A range
by bytes does in both, with `text_pattern_ops` in PostgreSQL, whose plain order follows a language.
"""

from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["begins_with"]

_LAST = 0x10FFFF  # no character comes after it, in either database's order of bytes


class _BeginsWith(FunctionElement[bool]):
    type = Boolean()
    name = "begins_with"
    inherit_cache = True


def begins_with(column: Any, text: str) -> ColumnElement[bool]:
    """Whether `column` begins with `text`. Both are lowered by the database, so that they are
    lowered alike: SQLite knows ASCII's letters only."""
    return _BeginsWith(column, text)


@compiles(_BeginsWith, "postgresql")
def _postgresql(element: _BeginsWith, compiler: SQLCompiler, **options: Any) -> str:
    column, text = (compiler.process(one, **options) for one in element.clauses)
    return (
        f"(lower({column}) ~>=~ lower({text})"
        f" AND lower({column}) ~<~ (lower({text}) || chr({_LAST})))"
    )


@compiles(_BeginsWith, "sqlite")
def _sqlite(element: _BeginsWith, compiler: SQLCompiler, **options: Any) -> str:
    column, text = (compiler.process(one, **options) for one in element.clauses)
    return (
        f"(lower({column}) >= lower({text}) AND lower({column}) < (lower({text}) || char({_LAST})))"
    )
