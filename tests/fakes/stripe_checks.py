"""The limits Stripe sets on values: money, texts, addresses and metadata."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.stripe_errors import invalid

_CURRENCIES = """
usd eur gbp cad aud nzd jpy chf sek nok dkk pln czk huf ron bgn isk inr brl mxn clp cop pen ars
uyu sgd hkd myr thb php idr twd krw vnd cny aed sar qar ils try zar egp mad kes ngn ghs tzs ugx
rwf xof xaf xpf bif djf gnf kmf mga pyg vuv bhd jod kwd omr tnd lkr pkr bdt
"""
_ZERO_DECIMAL = "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf"
CURRENCIES = frozenset(_CURRENCIES.split())
ZERO_DECIMAL = frozenset(_ZERO_DECIMAL.split())
MINIMUM = {"gbp": 30, "dkk": 250, "nok": 300, "sek": 300, "mxn": 1000, "hkd": 400, "pln": 200}
DEFAULT_MINIMUM = 50
MAXIMUM = 99_999_999

TEXT_LIMITS = {
    "description": 1000,
    "client_reference_id": 200,
    "transfer_group": 500,
    "statement_descriptor": 22,
    "statement_descriptor_suffix": 22,
    "customer_email": 800,
    "receipt_email": 800,
    "name": 250,
}
URL_FIELDS = frozenset({"success_url", "cancel_url", "return_url", "refresh_url", "url"})
EMAIL_FIELDS = frozenset({"customer_email", "receipt_email", "email"})
# A Cash App account is American and charges dollars; other methods here take any currency.
ONLY_CURRENCY = {"cashapp": "usd", "us_bank_account": "usd"}
ONLY_COUNTRY = {"cashapp": "US", "us_bank_account": "US"}


def check_texts(params: dict[str, Any], path: str = "") -> None:
    """Refuse texts that are too long, and addresses that are none, anywhere in the call."""
    for name, value in params.items():
        here = f"{path}[{name}]" if path else name
        if name == "metadata":
            _check_metadata(value, here)
        elif isinstance(value, dict):
            check_texts(value, here)
        elif isinstance(value, list):
            rows = {str(i): one for i, one in enumerate(value) if isinstance(one, dict)}
            check_texts(rows, here)
        elif isinstance(value, str):
            _check_text(name, value, here)


def _check_text(name: str, value: str, path: str) -> None:
    limit = TEXT_LIMITS.get(name, 5000)
    if len(value) > limit:
        raise invalid(f"Invalid string: must be at most {limit} characters", path)
    if name in URL_FIELDS:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or " " in value:
            raise invalid("Not a valid URL", path, "url_invalid")
    if name in EMAIL_FIELDS and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value):
        raise invalid(f"Invalid email address: {value}", path, "email_invalid")


def _check_metadata(metadata: Any, path: str) -> None:
    if not isinstance(metadata, dict):
        return
    if len(metadata) > 50:
        raise invalid("Metadata can have up to 50 keys.", path)
    for key, value in metadata.items():
        if len(key) > 40:
            raise invalid(f"Metadata keys can be up to 40 characters: {key[:45]}", path)
        if len(value) > 500:
            raise invalid(
                f"Metadata values can be up to 500 characters, but you gave {len(value)}.",
                f"{path}[{key}]",
            )


def check_currency(currency: str, param: str) -> str:
    """The currency in lower case, if Stripe takes it."""
    if currency.lower() not in CURRENCIES:
        raise invalid(f"Invalid currency: {currency}.", param)
    return currency.lower()


def check_amount(amount: int, currency: str, param: str) -> None:
    """Refuse amounts outside what one charge may be."""
    if amount < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", param, "parameter_invalid_integer"
        )
    least = MINIMUM.get(currency, DEFAULT_MINIMUM)
    if amount < least:
        text = f"Amount must be at least {spoken(least, currency)}"
        raise invalid(text, param, "amount_too_small")
    if amount > MAXIMUM:
        text = f"Amount must be no more than {spoken(MAXIMUM, currency)}"
        raise invalid(text, param, "amount_too_large")


def spoken(amount: int, currency: str) -> str:
    """An amount as Stripe words it in messages."""
    if currency in ZERO_DECIMAL:
        return f"{amount} {currency}"
    sign = "$" if currency == "usd" else ""
    return f"{sign}{amount // 100:,}.{amount % 100:02d} {currency}"


def method_types(
    allowed: list[str] | None, capabilities: frozenset[str], country: str, currency: str, what: str
) -> list[str]:
    """The payment methods a payment ends up with; refuses when none is left."""
    order = (
        allowed
        if allowed is not None
        else sorted(capabilities, key=lambda one: (one != "card", one))
    )
    usable = [
        one
        for one in dict.fromkeys(order)
        if one in capabilities
        and ONLY_CURRENCY.get(one, currency) == currency
        and ONLY_COUNTRY.get(one, country) == country
    ]
    if not usable:
        raise invalid(
            f"No valid payment method types for this {what}. Activate payment methods that fit "
            "the currency, or allow other types.",
            "allowed_payment_method_types" if allowed is not None else None,
        )
    return usable


def check_method_choice(params: dict[str, Any]) -> None:
    """The four ways to choose payment methods exclude each other."""
    ways = (
        "allowed_payment_method_types",
        "excluded_payment_method_types",
        "automatic_payment_methods",
        "payment_method_configuration",
    )
    given = [way for way in ways if way in params]
    if "allowed_payment_method_types" in given and len(given) > 1:
        raise invalid(f"You may only specify one of these parameters: {', '.join(given)}.")
