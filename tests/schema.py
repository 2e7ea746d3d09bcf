"""What a database really holds, in a form that two databases can be compared by."""

from typing import Any

from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine.reflection import Inspector


def described(engine: Engine) -> dict[str, Any]:
    """Every table: columns, keys, references, checks and indexes, without Alembic's own."""
    look = inspect(engine)
    return {
        table: {
            "columns": {
                one["name"]: (str(one["type"]), one["nullable"], one["default"])
                for one in look.get_columns(table)
            },
            "primary key": look.get_pk_constraint(table),
            "references": _by_name(look.get_foreign_keys(table)),
            "unique": _by_name(look.get_unique_constraints(table)),
            "checks": _by_name(look.get_check_constraints(table)),
            "indexes": _indexes(engine, look, table),
        }
        for table in look.get_table_names()
        if table != "alembic_version"
    }


def _indexes(engine: Engine, look: Inspector, table: str) -> dict[str, str]:
    """SQLAlchemy reads no index on an expression out of SQLite, which keeps what it was told."""
    if engine.dialect.name != "sqlite":
        return _by_name(look.get_indexes(table))
    told = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table")
    with engine.connect() as connection:
        found = connection.execute(told.bindparams(table=table)).all()
    return {one.name: " ".join(one.sql.split()) for one in found if one.sql}


def _by_name(found: list[Any]) -> dict[str, str]:
    return {str(one["name"]): _plain(one) for one in found}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in sorted(value.items())}
    return str(value)
