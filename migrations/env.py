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
    engine = create_engine(settings().migration_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=_render,
            process_revision_directives=_leave_out_empty,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database; `--sql` is not supported.")
run()
