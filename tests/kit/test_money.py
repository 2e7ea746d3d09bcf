"""Amounts: exact both ways, and what is no amount."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit import strictjson
from app.kit.money import (
    CURRENCIES,
    InvalidAmount,
    Money,
    exponent,
    is_currency,
    read_decimal,
    to_minor,
)


def minor(value: object, currency: str = "USD") -> int:
    return to_minor(read_decimal(value), currency)


def amount_in(text: str):
    return strictjson.parse_object(f'{{"amount": {text}}}'.encode())["amount"]


def test_ten_thousand_prices_come_back_exactly():
    for cents in range(1, 10_001):
        price = f"{cents // 100}.{cents % 100:02}"
        assert minor(price) == minor(amount_in(price)) == minor(float_as_sent(cents)) == cents
        shown = json.dumps(Money(cents, "USD").number)
        assert minor(amount_in(shown)) == cents


def float_as_sent(cents: int) -> Decimal:
    """What arrives from a client that divided by 100 and serialised a double."""
    return Decimal(amount_in(json.dumps(cents / 100)))


@pytest.mark.parametrize(("currency", "factor"), [("JPY", 1), ("USD", 100), ("KWD", 1000)])
def test_every_exponent_round_trips(currency, factor):
    for amount in (1, 99, 100, 12_345, 99_999_999):
        money = Money(amount, currency)
        assert money.major == Decimal(amount) / factor
        assert to_minor(money.major, currency) == amount
        assert minor(amount_in(json.dumps(money.number)), currency) == amount


def test_zero_and_three_decimal_currencies_are_known():
    assert sum(1 for places in CURRENCIES.values() if places == 0) >= 16
    assert sum(1 for places in CURRENCIES.values() if places == 3) >= 4
    assert (exponent("ISK"), exponent("EUR"), exponent("TND")) == (0, 2, 3)
    with pytest.raises(KeyError):
        exponent("XXX")


@pytest.mark.parametrize("value", ["USD", "EUR", "JPY"])
def test_a_currency_is_one(value):
    assert is_currency(value)


@pytest.mark.parametrize("value", ["usd", "XXX", "XAU", "", " USD", None, 840, ["USD"], b"USD"])
def test_what_is_no_currency_is_refused(value):
    assert not is_currency(value)


@pytest.mark.parametrize(
    "text",
    ["NaN", "Infinity", "-Infinity", "1e400", "-0.0", "0", "0.00", "-1", "-19.99", "true", "false",
     '"1e2"', "19.999", "1e50", "1e-50", '"ten"', "null", "[]", "[1]", "{}", '""', '" 1"', '"1 "',
     '"1,5"', '"0x10"', '"١"', '"+5"', '"-5"', '"NaN"', '"Infinity"', '"1."', '".5"', '"1_000"',
     '"' + "9" * 31 + '"', "9" * 5000, "0." + "0" * 400 + "1", '"1\\n"', '"1\\u0000"'],
)  # fmt: skip
def test_a_hostile_amount_is_refused(text):
    with pytest.raises(InvalidAmount):
        minor(amount_in(text))


def test_a_float_is_refused_wherever_it_comes_from():
    with pytest.raises(InvalidAmount):
        read_decimal(19.99)


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [("100", "USD", 10_000), ("1e2", "USD", 10_000), ('"19.990000"', "USD", 1999),
     ("19.9900", "USD", 1999), ("500.0", "JPY", 500), ("1.234", "KWD", 1234), ("1E+2", "JPY", 100)],
)  # fmt: skip
def test_trailing_zeros_and_number_notation_do_not_matter(text, currency, expected):
    assert minor(amount_in(text), currency) == expected


@pytest.mark.parametrize(
    ("text", "currency"), [("500.5", "JPY"), ("1.2345", "KWD"), ("0.001", "EUR")]
)
def test_more_decimals_than_the_currency_has_are_refused(text, currency):
    with pytest.raises(InvalidAmount):
        minor(amount_in(text), currency)


@given(st.integers(1, 99_999_999), st.sampled_from(sorted(CURRENCIES)))
def test_up_to_the_cap_the_json_number_is_the_amount(amount, currency):
    shown = json.dumps(Money(amount, currency).number)
    assert minor(amount_in(shown), currency) == amount


def test_a_number_is_written_as_people_write_it():
    assert json.dumps(Money(10_000, "USD").number) == "100"
    assert json.dumps(Money(1999, "USD").number) == "19.99"
    assert json.dumps(Money(1990, "USD").number) == "19.9"
    assert json.dumps(Money(500, "JPY").number) == "500"
    assert json.dumps(Money(1234, "KWD").number) == "1.234"


def test_money_reads_as_at_checkout():
    assert str(Money(10_000, "USD")) == "USD 100.00"
    assert str(Money(500, "JPY")) == "JPY 500"
    assert str(Money(5, "KWD")) == "KWD 0.005"
    assert str(Money(0, "EUR")) == "EUR 0.00"
