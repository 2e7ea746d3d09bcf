"""Templates, routes and statements compiled once for all the apps of a run: each test makes its
own app, and compiling took nine tenths of making one, a third of every test that looks at a page,
and an eighth of those that write."""

from collections.abc import Callable
from types import CodeType

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from werkzeug.routing import Rule

__all__ = ["compile_once"]


class Compiled(BytecodeCache):
    """Keeps code by template and by the checksum of its text, as Jinja counts it."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


def compile_once() -> None:
    """Let all apps that this process makes from now on share what they compile."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}
    _share_builders()
    _share_statements()


def _share_builders() -> None:
    """What builds a rule's address is a function of its text, its parts and its defaults alone:
    converters are looked up on the rule that it is bound to."""
    built: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
    build = Rule._compile_builder

    def compile_builder(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in built:
            built[key] = build(self, append_unknown)
        return built[key]

    Rule._compile_builder = compile_builder  # type: ignore[method-assign]


def _share_statements() -> None:
    """Statements are kept by the dialect they were compiled for. All engines here speak to the
    same two servers, so that dialects of one kind are as good as one."""
    for kind in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        kind.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
        kind.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    statements: dict[object, object] = {}
    make = SQLAlchemy._make_engine

    def make_engine(self: SQLAlchemy, *given: object) -> Engine:
        engine = make(self, *given)
        engine.update_execution_options(compiled_cache=statements)
        return engine

    SQLAlchemy._make_engine = make_engine  # type: ignore[method-assign]
