"""How old the tables of a restored backup are, by the migrations that this Gatehouse knows."""

from dataclasses import dataclass

from app.extensions import db, settings

__all__ = ["Age", "age"]


@dataclass(frozen=True)
class Age:
    """The revision a database is at, the newest that we know, and how many lie between; None
    behind for a revision we do not know."""

    at: str
    newest: str
    behind: int | None


def age(folder: str) -> Age:
    """Compare the current database with the migrations in a folder. A read of the scratch
    database's own connection; `at` is empty where no migration ever ran."""
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    options = Config()
    options.set_main_option("script_location", folder)
    known = ScriptDirectory.from_config(options)
    with db.engine.connect() as connection:
        schema = {"version_table_schema": settings().database_schema}
        at = MigrationContext.configure(connection, opts=schema).get_current_revision() or ""
    steps = [one.revision for one in known.walk_revisions()]  # the newest first
    return Age(at, steps[0], steps.index(at) if at in steps else None)
