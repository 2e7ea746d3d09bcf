"""What a database really holds, in a form that two databases can be compared by."""

from typing import Any

from sqlalchemy import Engine, inspect


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
            "indexes": _by_name(look.get_indexes(table)),
        }
        for table in look.get_table_names()
        if table != "alembic_version"
    }


def _by_name(found: list[Any]) -> dict[str, str]:
    return {str(one["name"]): _plain(one) for one in found}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in sorted(value.items())}
    return str(value)
