"""What Easypay's own description says a request may hold; anything else is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

__all__ = ["WORDS", "EasypayRefusal", "check", "is_uuid", "read"]

_SPEC = json.loads((Path(__file__).parent / "specs" / "easypay.json").read_text())
WORDS: dict[str, list[str]] = _SPEC["words"]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KINDS: dict[str, tuple[type, ...]] = {"string": (str,), "number": (int, Decimal)}


class EasypayRefusal(Exception):
    """An answer that is not what was asked for."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(status, *messages)
        self.status, self.messages = status, list(messages)


def is_uuid(text: str) -> bool:
    return UUID.fullmatch(text) is not None


def read(body: bytes) -> dict[str, Any]:
    """The JSON object of a request, with exact numbers."""
    try:
        found = json.loads(body, parse_float=Decimal)
    except ValueError:
        raise EasypayRefusal(400, "Invalid JSON") from None
    if not isinstance(found, dict):
        raise EasypayRefusal(400, "Invalid JSON")
    return found


def check(operation: str, sent: dict[str, Any]) -> None:
    """Refuse what the description of an operation does not have."""
    if wrong := list(_object(sent, _SPEC["requests"][operation], "")):
        raise EasypayRefusal(400, *wrong)


def _object(sent: dict[str, Any], schema: dict[str, Any], where: str) -> Iterator[str]:
    known = schema["properties"]
    for name in schema.get("required", ()):
        if name not in sent:
            yield f"The field {where}{name} is required"
    for name, value in sent.items():
        if name not in known:
            yield f"The field {where}{name} is not known"
        elif "properties" in known[name]:
            if isinstance(value, dict):
                yield from _object(value, known[name], f"{where}{name}.")
            else:
                yield f"The field {where}{name} is not an object"
        else:
            yield from _value(value, known[name], where + name)


def _value(value: Any, schema: dict[str, Any], name: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, KINDS[schema["type"]]):
        yield f"The field {name} is not a {schema['type']}"
        return
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10_000):
            yield f"The field {name} has a wrong length"
        if not _fits(value, schema.get("format", "")):
            yield f"The field {name} is not a {schema['format']}"
    elif value < Decimal(str(schema.get("minimum", 0))):
        yield f"The field {name} is too small"
    elif value != value.__round__(2):
        yield f"The field {name} has too many decimals"
    if "enum" in schema and value not in schema["enum"]:
        yield f"The field {name} is not one of {', '.join(schema['enum'])}"


def _fits(value: str, format_: str) -> bool:
    try:
        if format_ == "date":
            date.fromisoformat(value)
        if format_ == "date-time":
            datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return format_ != "email" or re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) is not None
