"""What is looked at in a restored backup, by the checks that the live database is looked at with.

All of it runs in the context of an app that knows no other database than the scratch one.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ForeignKeyConstraint, and_, exists, func, select

from app.extensions import db
from app.services import doctor, sealing
from app.services.doctor import Check
from app.services.ledger import verify as books

__all__ = ["everything"]

_COUNTED = {
    "organizations": "organizations",
    "users": "people",
    "orders": "orders",
    "payments": "payments",
    "refunds": "refunds",
    "ledger_lines": "ledger lines",
}


def everything() -> list[Check]:
    """Whether all tables are there, the keys are those of this environment, every secret opens,
    every reference leads to a row and the books are right; numbers and names of tables, never a
    value. Ends with what the rest cannot be asked without."""
    found = doctor.essential()[1:]
    if not found[0].is_ok:
        return found
    found += [_secrets(), _contents(), _references()]
    return [*found, _books()] if found[-1].is_ok else found


def _secrets() -> Check:
    result = sealing.verify()
    where = Counter(one.partition(" ")[0] for one in result.closed)
    said = f"{result.opened} open, {len(result.closed)} do not"
    if where:
        said += f" ({', '.join(f'{count} in {table}' for table, count in sorted(where.items()))})"
    return Check("secrets", not where, said, "have the keys of that time in this environment")


def _contents() -> Check:
    """An empty database restores as well as a full one, and is rarely what was meant."""
    orders = db.metadata.tables["orders"]
    with db.engine.connect() as connection:
        counts = {
            words: connection.scalar(select(func.count()).select_from(db.metadata.tables[table]))
            for table, words in _COUNTED.items()
        }
        newest = connection.scalar(select(func.max(orders.c.created_at)))
    said = ", ".join(f"{count} {words}" for words, count in counts.items())
    if newest:
        said += f"; the newest order is of {newest:%Y-%m-%d %H:%M} UTC"
    nothing = "no orders are in it: is it the right file?"
    return Check("contents", True, said, nothing, warns=not newest)


def _references() -> Check:
    """Asked of the rows and not of the constraints, which a dump may have lost."""
    broken, count = [], 0
    with db.engine.connect() as connection:
        for one in _constraints():
            count += 1
            if missing := connection.scalar(_leading_nowhere(one)):
                broken.append(f"{missing} rows of {one.table.name} by {one.name}")
    said = f"{count} kinds hold" if not broken else f"without what they refer to: {broken[0]}"
    more = f", and {len(broken) - 1} kinds more" if broken[1:] else ""
    return Check("references", not broken, said + more, "take another backup")


def _constraints() -> Iterator[ForeignKeyConstraint]:
    for table in db.metadata.sorted_tables:
        yield from sorted(table.foreign_key_constraints, key=lambda one: str(one.name))


def _leading_nowhere(one: ForeignKeyConstraint) -> Any:
    """How many rows refer to a row that is not there. A reference that is empty, also in part,
    refers to none (MATCH SIMPLE)."""
    there = one.referred_table.alias("there")
    pairs = [(element.parent, there.c[element.column.name]) for element in one.elements]
    found = exists().where(*(theirs == ours for ours, theirs in pairs))
    refers = and_(*(ours.is_not(None) for ours, _theirs in pairs))
    return select(func.count()).select_from(one.table).where(refers, ~found.correlate(one.table))


def _books() -> Check:
    report = books.run(ask=False)
    differences = len(report.differences)
    said = f"{report.orders} orders with escrow compared, {differences} differences"
    return Check("books", not differences, said, "`ledger verify --no-ask` names them where it ran")
