"""What a request may hold, by PayPal's own description, and PayPal's rules about money."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.paypal_errors import unprocessable, wrong

DESCRIPTION = json.loads((Path(__file__).parent / "specs" / "paypal.json").read_text())
_TYPES = {"string": str, "object": dict, "array": list, "boolean": bool}

CURRENCIES = frozenset(
    """AUD BRL CAD CNY CZK DKK EUR HKD HUF ILS JPY MYR MXN NOK NZD PHP PLN GBP SGD SEK CHF TWD THB
    USD""".split()
)
WHOLE = frozenset({"HUF", "JPY", "TWD"})


def check(value: Any, name: str) -> None:
    """Refuse a body that the description of ``name`` does not allow."""
    _check(value, DESCRIPTION[name], "")


def _check(value: Any, shape: dict[str, Any], path: str) -> None:
    if "type" not in shape:
        return  # a patch's value may be anything
    if not isinstance(value, _TYPES[shape["type"]]):
        raise wrong("INVALID_PARAMETER_SYNTAX", path or "/")
    if isinstance(value, dict):
        _check_object(value, shape, path)
    elif isinstance(value, list):
        _check_list(value, shape, path)
    elif isinstance(value, str):
        _check_text(value, shape, path)


def _check_object(value: dict[str, Any], shape: dict[str, Any], path: str) -> None:
    if "properties" not in shape:
        return
    for name in shape.get("required", ()):
        if value.get(name) is None:
            raise wrong("MISSING_REQUIRED_PARAMETER", f"{path}/{name}")
    for name, inner in value.items():
        if name not in shape["properties"]:
            # The real one passes over some of these; what we did not mean to send is a mistake.
            raise wrong("NOT_SUPPORTED", f"{path}/{name}")
        _check(inner, shape["properties"][name], f"{path}/{name}")


def _check_list(value: list[Any], shape: dict[str, Any], path: str) -> None:
    if len(value) > shape.get("maxItems", 10_000):
        raise wrong("INVALID_ARRAY_MAX_ITEMS", path)
    if len(value) < shape.get("minItems", 0):
        raise wrong("INVALID_ARRAY_MIN_ITEMS", path)
    for index, inner in enumerate(value):
        _check(inner, shape["items"], f"{path}/{index}")


def _check_text(value: str, shape: dict[str, Any], path: str) -> None:
    if value in shape.get("enum", ()):
        return  # GUEST_CHECKOUT is longer than the description lets landing_page be
    # "The character length is specified assuming a US ASCII character."
    length = len(value.encode())
    if not shape.get("minLength", 0) <= length <= shape.get("maxLength", 100_000):
        raise wrong("INVALID_STRING_LENGTH", path)
    if "enum" in shape:
        raise wrong("INVALID_PARAMETER_VALUE", path)
    if "pattern" in shape and not re.search(shape["pattern"], value):
        raise wrong("INVALID_PARAMETER_SYNTAX", path)
    if shape.get("format") == "uri" and not _is_address(value):
        raise wrong("INVALID_PARAMETER_SYNTAX", path)
    if shape.get("format") == "date-time":
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise wrong("INVALID_PARAMETER_SYNTAX", path) from None


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text


def amount(money: dict[str, str], path: str) -> Decimal:
    """The value of an amount that passed the description, by the rules of its currency."""
    currency, value = money["currency_code"], Decimal(money["value"])
    if currency not in CURRENCIES:
        raise unprocessable("INVALID_CURRENCY_CODE", f"{path}/currency_code")
    if currency in WHOLE and "." in money["value"]:
        raise unprocessable("DECIMAL_PRECISION", f"{path}/value")
    if -int(value.as_tuple().exponent) > 2:
        raise unprocessable("DECIMAL_PRECISION", f"{path}/value")
    if value <= 0:
        raise unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", f"{path}/value")
    if value >= 10**15:
        raise unprocessable("MAX_VALUE_EXCEEDED", f"{path}/value")
    return value


def written(value: Decimal, currency: str) -> dict[str, str]:
    """An amount as PayPal writes it."""
    return {
        "currency_code": currency,
        "value": f"{value:.0f}" if currency in WHOLE else f"{value:.2f}",
    }
