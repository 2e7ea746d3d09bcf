"""Which orders somebody wants to see, and how the database is asked for them.

What has an index that ends in the order's id narrows: pages walk along it. Everything else sifts
what was walked over, and how far one page walks is bounded, so that the rarest wish costs a
millionth order no more than the thousandth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from ulid import ULID

from app.kit import clock
from app.kit.money import CURRENCIES
from app.kit.prefixes import begins_with
from app.models import Order

__all__ = ["Filter", "narrowing", "read", "sifting", "write"]


@dataclass(frozen=True)
class Filter:
    """A wish; what is None or empty is not asked for. Hashable, and plain enough for JSON."""

    status: str | None = None
    gateway: str | None = None
    provider_id: str | None = None
    since: datetime | None = None  # from this moment on
    until: datetime | None = None  # before this moment
    least: Decimal | None = None  # in major units of whatever currency the order has
    most: Decimal | None = None
    test_mode: bool | None = None
    begins: str = ""  # an item or e-mail address begins with this
    ids: tuple[str, ...] | None = None  # one of these

    @property
    def is_empty(self) -> bool:
        return self == Filter()


def write(wanted: Filter) -> dict[str, Any]:
    """A wish for a JSON column."""
    found = {name: value for name, value in vars(wanted).items() if value not in (None, "")}
    for name in {"since", "until"} & found.keys():
        found[name] = clock.write_moment(found[name])
    for name in {"least", "most"} & found.keys():
        found[name] = str(found[name])
    return found


def read(stored: Mapping[str, Any]) -> Filter:
    """What `write` wrote."""
    found = dict(stored)
    for name in {"since", "until"} & found.keys():
        found[name] = clock.read_moment(found[name])
    for name in {"least", "most"} & found.keys():
        found[name] = Decimal(found[name])
    if "ids" in found:
        found["ids"] = tuple(found["ids"])
    return Filter(**found)


def narrowing(wanted: Filter) -> list[ColumnElement[bool]]:
    """What an index answers. Ids begin with the millisecond they were made in, so a range of time
    is a range of ids."""
    found: list[ColumnElement[bool]] = []
    if wanted.status:
        found.append(Order.status == wanted.status)
    if wanted.since:
        found.append(Order.id >= _first(wanted.since))
    if wanted.until:
        found.append(Order.id < _first(wanted.until))
    if wanted.ids is not None:
        found.append(Order.id.in_(wanted.ids))
    return found


def sifting(wanted: Filter, order: Any) -> list[ColumnElement[bool]]:
    """What is looked at order by order, in the alias `order` of what was walked over."""
    found: list[ColumnElement[bool]] = []
    if wanted.gateway:
        found.append(order.gateway == wanted.gateway)
    if wanted.provider_id:
        found.append(order.provider_id == wanted.provider_id)
    if wanted.test_mode is not None:
        found.append(order.test_mode.is_(wanted.test_mode))
    if wanted.least is not None:
        found.append(_in_each_currency(order, wanted.least, is_least=True))
    if wanted.most is not None:
        found.append(_in_each_currency(order, wanted.most, is_least=False))
    if wanted.begins:
        found.append(
            or_(
                begins_with(order.item_name, wanted.begins),
                begins_with(order.customer_email, wanted.begins),
            )
        )
    return found


def _first(moment: datetime) -> str:
    """The first id that can be made at a moment."""
    return f"{Order.ID_PREFIX}_{str(ULID.from_datetime(moment))[:10]}{'0' * 16}"


def _in_each_currency(order: Any, major: Decimal, *, is_least: bool) -> ColumnElement[bool]:
    """A bound in major units, whatever decimals a currency has (ISO 4217: none, two or three)."""

    def bound(decimals: int) -> ColumnElement[bool]:
        minor = int(major.scaleb(decimals))
        exact = major.scaleb(decimals) == minor
        if is_least:
            return order.amount_minor >= (minor if exact else minor + 1)  # type: ignore[no-any-return]
        return order.amount_minor <= minor  # type: ignore[no-any-return]

    odd = {decimals: _with(decimals) for decimals in (0, 3)}
    return or_(
        *(and_(order.currency.in_(codes), bound(decimals)) for decimals, codes in odd.items()),
        and_(order.currency.not_in([*odd[0], *odd[3]]), bound(2)),
    )


def _with(decimals: int) -> Sequence[str]:
    return sorted(code for code, exponent in CURRENCIES.items() if exponent == decimals)
