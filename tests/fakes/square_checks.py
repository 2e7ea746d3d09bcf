"""What Square takes and shows, by its own description (specs/square.json), field by field."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tests.fakes.square_errors import SquareRefusal

SPEC = json.loads((Path(__file__).parent / "specs" / "square.json").read_text())
_CODES = {
    "required": "MISSING_REQUIRED_PARAMETER",
    "additionalProperties": "UNKNOWN_BODY_PARAMETER",
    "enum": "INVALID_ENUM_VALUE",
    "maxLength": "VALUE_TOO_LONG",
    "minLength": "VALUE_TOO_SHORT",
    "maximum": "VALUE_TOO_HIGH",
}
_EXPECTED = {
    "integer": "EXPECTED_INTEGER",
    "string": "EXPECTED_STRING",
    "boolean": "EXPECTED_BOOLEAN",
    "object": "EXPECTED_OBJECT",
    "array": "EXPECTED_ARRAY",
}
_METADATA_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def _writable(schema: Any) -> Any:
    """The schema without what only Square may write."""
    if isinstance(schema, list):
        return [_writable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _writable(value) for name, value in schema.items()}
    if isinstance(found.get("properties"), dict):
        fields = found["properties"]
        found["properties"] = {
            name: one
            for name, one in fields.items()
            if not (isinstance(one, dict) and one.get("readOnly"))
        }
    return found


_SENT, _SHOWN = _writable(copy.deepcopy(SPEC["$defs"])), SPEC["$defs"]


def check_sent(kind: str, body: Any) -> None:
    """Refuse a request body that is not a `kind`. Raises SquareRefusal with Square's code."""
    found = _validator(kind, _SENT).iter_errors(body)
    error = best_match(found)
    if error is None:
        return
    field = ".".join(str(one) for one in error.absolute_path)
    code = _CODES.get(error.validator, "INVALID_VALUE")
    if error.validator == "type":
        wanted = error.validator_value
        code = _EXPECTED[wanted if isinstance(wanted, str) else wanted[0]]
    raise SquareRefusal(400, code, error.message[:200], field)


def check_shown(kind: str, answer: Any) -> None:
    """Fail loudly when the fake itself shows what Square would not."""
    errors = [error.message for error in _validator(kind, _SHOWN).iter_errors(answer)]
    assert errors == [], f"{kind}: {errors}"


def _validator(kind: str, kinds: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": kinds})


def check_money(money: dict[str, Any], field: str) -> None:
    """Refuse money without a currency, or less than one of its smallest unit."""
    if not isinstance(money.get("amount"), int) or not money.get("currency"):
        raise SquareRefusal(400, "MISSING_REQUIRED_PARAMETER", "Missing amount or currency", field)
    if money["amount"] < 1:
        raise SquareRefusal(400, "VALUE_TOO_LOW", "Must be at least 1", f"{field}.amount")


def check_key(key: str | None, longest: int, *, needed: bool) -> None:
    """Refuse idempotency keys that are too long, or absent where one is needed."""
    if not key:
        if needed:
            raise SquareRefusal(
                400, "MISSING_REQUIRED_PARAMETER", "Missing required parameter.", "idempotency_key"
            )
        return
    if len(key.encode()) > longest:
        text = f"Must not be greater than {longest} length"
        raise SquareRefusal(400, "VALUE_TOO_LONG", text, "idempotency_key")


def check_link(body: dict[str, Any]) -> None:
    """What the description says about a link in words only."""
    if ("order" in body) == ("quick_pay" in body):
        text = "One of order and quick_pay is needed."
        raise SquareRefusal(400, "ONE_INSTRUMENT_EXPECTED", text, "order")
    if "order" in body:
        _check_order(body["order"])
    else:
        check_money(body["quick_pay"]["price_money"], "quick_pay.price_money")
    redirect = (body.get("checkout_options") or {}).get("redirect_url")
    if redirect is not None and not _is_address(redirect):
        field = "checkout_options.redirect_url"
        raise SquareRefusal(400, "INVALID_VALUE", "Not a valid URL", field)
    email = (body.get("pre_populated_data") or {}).get("buyer_email")
    if email is not None and not _EMAIL.fullmatch(email):
        field = "pre_populated_data.buyer_email"
        raise SquareRefusal(400, "INVALID_EMAIL_ADDRESS", "Not a valid email address", field)


def _check_order(order: dict[str, Any]) -> None:
    if not order.get("line_items"):
        raise SquareRefusal(400, "ARRAY_EMPTY", "An order needs items", "order.line_items")
    for index, item in enumerate(order["line_items"]):
        field = f"order.line_items[{index}]"
        if not item.get("name") or not re.fullmatch(r"[1-9]\d*", item["quantity"]):
            raise SquareRefusal(400, "INVALID_VALUE", "Not a name and a quantity", field)
        check_money(item.get("base_price_money") or {}, f"{field}.base_price_money")
    for key, value in (order.get("metadata") or {}).items():
        if not _METADATA_KEY.fullmatch(key) or len(value) > 255:
            raise SquareRefusal(400, "MAP_KEY_LENGTH_TOO_LONG", "Bad metadata", "order.metadata")


def check_subscription(subscription: dict[str, Any], known: set[str]) -> None:
    """Refuse what events could not be sent by."""
    url = subscription.get("notification_url", "https://left.out.example")
    if not _is_address(url) or not (url.startswith("https://") or "//127.0.0.1" in url):
        # The real one takes https only; tests live on loopback.
        field = "subscription.notification_url"
        raise SquareRefusal(400, "INVALID_VALUE", "The notification URL must be https", field)
    if strange := set(subscription.get("event_types") or ()) - known:
        text = f"{sorted(strange)[0]} is not a valid event type"
        raise SquareRefusal(400, "INVALID_VALUE", text, "subscription.event_types")


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in url
