"""What a list is asked for: filters, how many rows, where to go on."""

import re
from datetime import datetime
from enum import StrEnum

from flask import request

from app.kit import clock
from app.kit.errors import Refused

__all__ = [
    "CURSOR",
    "LONGEST",
    "MOST",
    "USUAL",
    "choice_of",
    "cursor_of",
    "flag_of",
    "limit_of",
    "moment_of",
    "text_of",
]

MOST, USUAL = 100, 20  # rows on a page
LONGEST, CURSOR = 255, 40  # letters


def text_of(name: str) -> str | None:
    """A filter as it was sent. Raises Refused for what no row could hold."""
    text = request.args.get(name)
    if text is not None and ("\x00" in text or len(text) > LONGEST):
        raise _refusal(name)
    return text


def choice_of(name: str, allowed: type[StrEnum]) -> str | None:
    """A filter that takes one of a few words. Raises Refused for any other."""
    text = request.args.get(name)
    if text is not None and text not in set(allowed):
        raise _refusal(name)
    return text


def flag_of(name: str) -> bool:
    """A switch: 1 is on; 0 or absent is off. Raises Refused for anything else."""
    text = request.args.get(name, "0")
    if text not in {"0", "1"}:
        raise _refusal(name)
    return text == "1"


def moment_of(name: str) -> datetime | None:
    """A filter in ISO 8601; without an offset it is UTC. Raises Refused."""
    text = request.args.get(name)
    if text is None:
        return None
    try:
        # An offset's + that was not escaped arrives as a space.
        return clock.read_iso(text.replace(" ", "+"))
    except ValueError as error:
        raise _refusal(name) from error


def limit_of() -> int:
    """How many rows a page has. Raises Refused."""
    text = request.args.get("limit", str(USUAL))
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= MOST:
        raise _refusal("limit")
    return int(text)


def cursor_of(prefix: str) -> str | None:
    """Where the page starts, as the last answer's nextCursor said. Raises Refused."""
    text = text_of("cursor")
    if text is not None and (
        not text.startswith(prefix) or len(text) > CURSOR or not text.isascii()
    ):
        raise _refusal("cursor")
    return text


def _refusal(name: str) -> Refused:
    return Refused(f'Invalid field: "{name}"', "invalid_field", field=name)
