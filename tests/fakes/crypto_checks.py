"""A request's fields against a company's description of them, which lies in `specs/` as data."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

__all__ = ["CustomerCannot", "description", "problems", "read_json"]

FOLDER = Path(__file__).with_name("specs")


class CustomerCannot(Exception):
    """The company would not let the customer do this."""


@cache
def description(company: str) -> dict[str, Any]:
    """What a company says of its requests."""
    return json.loads((FOLDER / f"{company}.json").read_text())


@cache
def _validator(company: str, name: str) -> Any:
    kinds = jsonschema.Draft7Validator.TYPE_CHECKER.redefine("number", _is_number)
    strict = jsonschema.validators.extend(jsonschema.Draft7Validator, type_checker=kinds)
    return strict(description(company)[name])


def _is_number(_checker: Any, value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def problems(company: str, name: str, body: Any) -> list[tuple[str, str]]:
    """What is wrong with a body: the field and a sentence, one pair for each."""
    found = _validator(company, name).iter_errors(body)
    return [(".".join(map(str, one.absolute_path)) or "body", one.message) for one in found]


def read_json(body: bytes) -> Any:
    """A body as JSON with exact numbers; None when it is none."""
    try:
        return json.loads(body, parse_float=Decimal)
    except ValueError:
        return None
