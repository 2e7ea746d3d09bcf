"""Runs the migrations on the address they are meant for, with a bounded wait for locks."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, pool, text

from app import models  # which puts every table into the metadata
from app.extensions import db, settings
from app.kit.orm import EncryptedType, UtcDateTime

LOCK_TIMEOUT = "5s"
JSON = 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'


def _render(kind, column_type, autogen_context):
    """Write our own column types as what they are in the database, so that old migrations do not
    depend on new code."""
    if kind != "type":
        return False
    if isinstance(column_type, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if column_type is models.base.JSON or getattr(column_type, "mapping", False):
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return JSON
    return "sa.Text()" if isinstance(column_type, EncryptedType) else False


def _leave_out_empty(_context, _revision, directives) -> None:
    """`flask db migrate` writes no file when nothing changed."""
    if (
        getattr(context.config.cmd_opts, "autogenerate", False)
        and directives[0].upgrade_ops.is_empty()
    ):
        directives[:] = []


def run() -> None:
    url, schema = settings().migration_url, settings().database_schema
    is_postgresql = url.startswith("postgresql")
    # Nothing here runs often enough to be prepared, and a pooler may stand here, too.
    arguments = {"prepare_threshold": None} if is_postgresql else {}
    engine = create_engine(url, poolclass=pool.NullPool, connect_args=arguments)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=_render,
            process_revision_directives=_leave_out_empty,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            if is_postgresql:
                _prepare(connection, schema)
            context.run_migrations()
    engine.dispose()


def _prepare(connection, schema: str | None) -> None:
    """Bounded waits, and a schema of our own, for this transaction alone: what is set for a session
    would stay with another client of a pooler."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    # No table can be altered while checks of its rows wait for the commit, as they would after a
    # migration that wrote to them.
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    if schema is None:
        return
    _refuse_to_start_over(connection, schema)
    # Looked for first: IF NOT EXISTS needs the right to make one even where it is there.
    if connection.scalar(text("SELECT to_regnamespace(:name)"), {"name": f'"{schema}"'}) is None:
        connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    connection.execute(text(f'SET LOCAL search_path TO "{schema}"'))


def _refuse_to_start_over(connection, schema: str) -> None:
    """DATABASE_SCHEMA set later would make empty tables beside the full ones."""
    there = text("SELECT to_regclass(:one) IS NOT NULL")
    if connection.scalar(there, {"one": f'"{schema}".alembic_version'}):
        return
    ours = ("alembic_version", "organizations", "ledger_lines")
    if all(connection.scalar(there, {"one": f"public.{table}"}) for table in ours):
        raise SystemExit(
            "DATABASE_SCHEMA names a schema without tables, but Gatehouse's tables are in the"
            " schema public of this database: move them as docs/operations.md says, or unset it."
        )


if context.is_offline_mode():
    raise SystemExit("Migrations need a database; `--sql` is not supported.")
run()
