"""Amounts as people read them: in the language of the page, always with the currency's decimals."""

import re
from decimal import Decimal, InvalidOperation

from flask import Flask
from flask_babel import get_locale

from app.kit.money import Money, exponent
from app.kit.written import written

__all__ = ["init_app", "money", "rewritten", "typed_minor"]

_NOTED = re.compile(r"([A-Z]{3}) (\d+(?:\.\d+)?)( \(minor units\))?", re.ASCII)


def init_app(app: Flask) -> None:
    """Give every template the filter `money`."""
    app.add_template_filter(money)


def money(amount: Money | int, currency: str = "", *, whole: bool = False) -> str:
    """An amount, or minor units of a currency, as text; a `whole` one without decimals."""
    found = amount if isinstance(amount, Money) else Money(amount, currency)
    return written(found, get_locale(), whole=whole)


def rewritten(noted: str) -> str:
    """An amount as it was noted, `EUR 19.99` or `EUR 1999 (minor units)`, as people read it; any
    other text as it is."""
    if (found := _NOTED.fullmatch(noted)) is None:
        return noted
    try:
        if found[3]:
            return money(int(found[2]), found[1])
        return money(int(Decimal(found[2]).scaleb(exponent(found[1]))), found[1])
    except (ValueError, KeyError, InvalidOperation):
        return noted


def typed_minor(text: str, currency: str, step: int = 1) -> int | None:
    """What somebody typed as an amount, in minor units; None for what is none, or no multiple of
    the gateway's smallest step.

    A comma is a decimal mark as well as a point; either with more digits behind it than the
    currency has is refused, because it may have been meant for thousands.
    """
    places = exponent(currency)
    marks = "[.,]" if places < 3 else "[.]"
    decimals = rf"(?:{marks}(\d{{1,{places}}}))?" if places else "()"
    found = re.fullmatch(rf"(\d{{1,12}}){decimals}", text.strip(), re.ASCII)
    if found is None:
        return None
    minor = int(found[1]) * 10**places + int((found[2] or "").ljust(places, "0") or 0)
    return minor if minor > 0 and minor % step == 0 else None
