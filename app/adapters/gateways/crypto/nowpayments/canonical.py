"""What NOWPayments signs: not the bytes of a call, but its JSON written anew, with sorted keys.

Their samples and SDKs write it in different ways, and no call says in which. So every form that
their documents know is made, out of the same text: numbers go through untouched, since no two
languages print 0.00001234 alike. Forms:

- keys sorted at every level;
- `JSON.stringify(body, sortedKeys)`, whose second argument is a list of the keys allowed at every
  level, so that of a nested object only keys remain that the outermost has as well;

each with letters beyond ASCII as they are and as `\\uXXXX`.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["NotCanonical", "forms", "read"]

DEPTH = 40


class NotCanonical(ValueError):
    """Not one JSON object that two readers would understand alike."""


class Lexeme(str):
    """A number as it was written."""


def read(body: bytes) -> dict[str, Any]:
    """The JSON object of a call, numbers as Lexeme. Raises NotCanonical, also for a key that
    comes twice and for what JSON does not have (NaN)."""
    try:
        found = json.loads(
            body.decode("utf-8"),
            parse_int=Lexeme,
            parse_float=Lexeme,
            parse_constant=_refuse,
            object_pairs_hook=_once,
        )
    except (ValueError, RecursionError) as error:
        raise NotCanonical("not one JSON object") from error
    if not isinstance(found, dict) or _is_deep(found, DEPTH):
        raise NotCanonical("not one JSON object, or nested too deeply")
    return found


def forms(found: dict[str, Any]) -> Iterator[bytes]:
    """Every text of a call that its signature may cover. Raises NotCanonical for text that UTF-8
    cannot hold (half of a surrogate pair)."""
    for allowed in (None, sorted(found)):
        for is_ascii in (False, True):
            try:
                yield _write(found, allowed, is_ascii).encode()
            except UnicodeEncodeError as error:
                raise NotCanonical("not text") from error


def _write(value: Any, allowed: Sequence[str] | None, is_ascii: bool) -> str:
    if isinstance(value, dict):
        names = sorted(value) if allowed is None else [one for one in allowed if one in value]
        pairs = (
            f"{_text(name, is_ascii)}:{_write(value[name], allowed, is_ascii)}" for name in names
        )
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_write(one, allowed, is_ascii) for one in value) + "]"
    return str(value) if isinstance(value, Lexeme) else _text(value, is_ascii)


def _text(value: Any, is_ascii: bool) -> str:
    return json.dumps(value, ensure_ascii=is_ascii)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonical("a key twice")
    return found


def _refuse(constant: str) -> Any:
    raise NotCanonical(f"{constant} is not JSON")


def _is_deep(value: Any, left: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return left == 0 or any(_is_deep(one, left - 1) for one in inside)
