"""The day a moment lies in, in UTC, as both databases can say it while they group."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["utc_day"]


class utc_day(FunctionElement[str]):  # noqa: N801, reads as the function it is
    """`YYYY-MM-DD` of a moment in UTC, whatever the session's time zone is."""

    type = String()
    inherit_cache = True


@compiles(utc_day, "postgresql")
def _on_postgresql(element: utc_day, compiler: Any, **options: Any) -> str:
    inner = compiler.process(element.clauses, **options)
    return f"to_char({inner} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


@compiles(utc_day, "sqlite")
def _on_sqlite(element: utc_day, compiler: Any, **options: Any) -> str:
    # Moments lie there in UTC, without their zone.
    return f"date({compiler.process(element.clauses, **options)})"
