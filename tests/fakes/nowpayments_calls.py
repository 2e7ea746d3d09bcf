"""NOWPayments' calls (IPN): written as JavaScript writes JSON, signed over a text of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

__all__ = ["FORMS", "js", "signature"]


def js(value: Any, *, ascii_only: bool = False, names: Callable[[dict], list] = list) -> str:
    """JSON.stringify; `names` picks and orders the keys of an object."""
    if isinstance(value, dict):
        inside = (
            json.dumps(name, ensure_ascii=ascii_only)
            + ":"
            + js(value[name], ascii_only=ascii_only, names=names)
            for name in names(value)
        )
        return "{" + ",".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ",".join(js(one, ascii_only=ascii_only, names=names) for one in value) + "]"
    if isinstance(value, Decimal):
        return js_number(value)
    return json.dumps(value, ensure_ascii=ascii_only)


def js_number(value: Decimal) -> str:
    """A number as JavaScript prints it: an exponent from 1e-7 down, none before."""
    if not value:
        return "0"
    if value.adjusted() < -6:
        digits = str(abs(value).scaleb(-value.adjusted()).normalize())
        return f"{'-' if value < 0 else ''}{digits}e{value.adjusted()}"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _only(top: dict) -> Callable[[dict], list]:
    allowed = sorted(top)
    return lambda found: [name for name in allowed if name in found]


# The texts their documents and SDKs sign, by name.
FORMS: dict[str, Callable[[dict[str, Any]], str]] = {
    "recursive": lambda body: js(body, names=sorted),
    "recursive, escaped": lambda body: js(body, names=sorted, ascii_only=True),
    "array replacer": lambda body: js(body, names=_only(body)),
    "array replacer, escaped": lambda body: js(body, names=_only(body), ascii_only=True),
}


def signature(body: dict[str, Any], secret: str, form: str = "recursive") -> str:
    """The value of x-nowpayments-sig."""
    text = FORMS[form](body).encode()
    return hmac.new(secret.encode(), text, hashlib.sha512).hexdigest()
