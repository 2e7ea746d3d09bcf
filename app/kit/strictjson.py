"""JSON as strangers send it: one object, no duplicate keys, bounded depth, decimals kept exact."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

__all__ = ["InvalidJson", "canonical", "dump", "parse_object"]

MAX_DEPTH = 8


class InvalidJson(ValueError):
    """Not one well-formed JSON object within our limits."""


def parse_object(raw: bytes, *, max_depth: int = MAX_DEPTH) -> dict[str, Any]:
    """Parse `raw` as one JSON object; numbers become int or Decimal, never float.

    NaN and Infinity, which JSON does not have but many writers emit, become Decimals so that
    the field they stand in can be refused by name; so do exponents no Decimal can hold. Raises
    InvalidJson.
    """
    try:
        text = raw.decode("utf-8")
        value = json.loads(
            text,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=Decimal,
            object_pairs_hook=_no_duplicates,
        )
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise InvalidJson(str(error)) from error
    if not isinstance(value, dict) or _depth(value, max_depth) > max_depth:
        raise InvalidJson("not one JSON object, or nested too deeply")
    return value


def dump(value: Any) -> bytes:
    """Compact UTF-8 JSON; Decimals as numbers. Raises ValueError for NaN and Infinity."""
    text = json.dumps(
        value, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_number
    )
    return text.encode()


def canonical(value: Any) -> bytes:
    """The same bytes for equal values, whatever order their keys came in."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, default=str).encode()


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # JSON all the same, only not a number anybody means
        return Decimal("Infinity")


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= 30 else Decimal(text)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidJson("duplicate key")
    return found


def _number(value: Any) -> int | float:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} does not go into JSON")


def _depth(value: Any, limit: int) -> int:
    if limit < 0 or not isinstance(value, dict | list):
        return 0
    inside = value.values() if isinstance(value, dict) else value
    return 1 + max((_depth(item, limit - 1) for item in inside), default=0)
