"""Sealing anew, with the first key, what an older key sealed, while everybody goes on working.

Every value says in its envelope which key sealed it. So there is no progress to keep: a run that
was killed is repeated, and finds what is left. A value is swapped for its successor by an UPDATE
that says in its WHERE what it was when it was opened; who saves meanwhile wins.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog
from sqlalchemy import Select, select, update

from app.extensions import changed, db, keyring, reading, settings, transaction
from app.kit.crypto import PREFIX, CannotOpen, Key, Sealed
from app.kit.tenancy import across_organizations
from app.services import credentials
from app.services.sealing.places import COLUMNS, SealedColumn, batches, kids

__all__ = ["OlderKey", "Rotated", "rotate"]

log = structlog.get_logger()


@dataclass(frozen=True)
class OlderKey:
    """A key that opens but does not seal, the variables it stands in, and what it still sealed."""

    kid: str
    variables: list[str]
    values: int


@dataclass
class Rotated:
    """What came of a rotation."""

    kid: str  # of the key that seals
    resealed: int = 0
    closed: list[str] = field(default_factory=list)  # where values lie that do not open
    older: list[OlderKey] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """True when everything opens and no older key is needed. Values may be left although all
        open: a process that still seals with another key wrote them meanwhile."""
        return not self.closed and not any(key.values for key in self.older)


@dataclass(frozen=True)
class _Row:
    """What was found in one row, and what its column should hold instead."""

    id: str
    seen: str = field(repr=False)
    wanted: Any = field(repr=False)
    fresh: int
    closed: list[str]


def rotate(tell: Callable[[str, int], None]) -> Rotated:
    """Seal anew what another key than the first sealed (a flow of steps), and leave what does not
    open as it is. After each batch `tell` hears the column's name and how many values changed."""
    done = Rotated(keyring().first.kid)
    for column in COLUMNS:
        for found in batches(column, _stale(column)):
            with across_organizations("the operator rotates every row"):
                rows = _batch(column, [_resealed(column, *one) for one in found])
            done.closed += [where for row in rows for where in row.closed]
            if fresh := sum(row.fresh for row in rows):
                done.resealed += fresh
                tell(column.name, fresh)
    done.older = _older(kids())
    log.info("keys.rotated", kid=done.kid, resealed=done.resealed, closed=len(done.closed))
    return done


def _stale(column: SealedColumn) -> Select[Any]:
    """Rows with another key's value; what an object holds is only seen once it is read."""
    query = select(column.model, column.text.label("seen"))
    if column.field is None:
        return query
    return query.where(column.start != f"{PREFIX}{keyring().first.kid}:")


def _resealed(column: SealedColumn, row: Any, seen: str) -> _Row:
    fresh: dict[str, Sealed] = {}
    closed = []
    for value in column.values(row):
        if isinstance(value.stored, Sealed) and value.stored.kid == keyring().first.kid:
            continue
        try:
            fresh[value.name] = credentials.seal(value.open(), **asdict(value.place))
        except CannotOpen as error:
            closed.append(f"{value}: {error}")
    wanted = column.with_values(row, fresh) if fresh else None
    return _Row(row.id, seen, wanted, len(fresh), closed)


def _batch(column: SealedColumn, rows: Sequence[_Row]) -> list[_Row]:
    """The rows as they were done in the end: those lost to somebody else are looked at again."""
    missed = _swap(column, [row for row in rows if row.fresh])
    again = [_again(column, row.id) if row.id in missed else row for row in rows]
    return [row for row in again if row]


def _swap(column: SealedColumn, rows: Sequence[_Row]) -> set[str]:
    """Swap what is still as it was seen (a step); the ids of rows that were not.

    A row somebody else holds is left for later: holding others and waiting for it could stop both
    for good. New rows may refer to the held ones, hence the weaker lock.
    """
    if not rows:
        return set()
    key = column.model.id
    free = select(key).where(key.in_([row.id for row in rows]))
    with transaction():
        held = set(db.session.scalars(free.with_for_update(key_share=True, skip_locked=True)))
        return {row.id for row in rows if row.id not in held or not _is_swapped(column, row)}


def _again(column: SealedColumn, row_id: str) -> _Row | None:
    """Look at one row until it is done (steps): None when nothing was left to do, be it that who
    was faster sealed it anew or deleted it. Holds no other row, so it may wait for this one."""
    query = _stale(column).where(column.model.id == row_id)
    while True:
        with reading() as session:
            found = session.execute(query).one_or_none()
        if found is None:
            return None
        row = _resealed(column, *found)
        if not row.fresh:
            return row
        with transaction():
            is_swapped = _is_swapped(column, row)
        if is_swapped:
            return row


def _is_swapped(column: SealedColumn, row: _Row) -> bool:
    """Compare and swap (a part). It is nobody's change, so the row's last one keeps its moment."""
    model = column.model
    swap = update(model).where(model.id == row.id, column.text == row.seen)
    values = {column.attribute.key: row.wanted, "updated_at": model.updated_at}
    return changed(swap.values(values)) == 1


def _older(sealed: Counter[str]) -> list[OlderKey]:
    keys = [(Key(secret).kid, names) for secret, names in settings().key_variables.items()]
    return [OlderKey(kid, names, sealed[kid]) for kid, names in keys[1:]]
