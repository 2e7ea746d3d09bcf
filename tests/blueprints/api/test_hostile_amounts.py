"""Amounts: exact, positive, within what the currency and the gateway can hold; or refused."""

from decimal import Decimal

import pytest

from app.blueprints.api import schema
from app.kit import strictjson
from app.kit.money import CURRENCIES, Money
from tests.blueprints.api.conftest import is_refused

# As they stand in the body's JSON: many of these no JSON library would write.
HOSTILE = {
    "not a number": "NaN",
    "infinite": "Infinity",
    "infinite below zero": "-Infinity",
    "infinite as a double": "1e400",
    "too small for a double": "1e-400",
    "more than any number": "1e9999999999999999999",
    "less than any number": "1e-9999999999999999999",
    "minus nothing": "-0.0",
    "nothing": "0",
    "nothing as a text": '"0.00"',
    "less than nothing": "-1",
    "less than nothing as a text": '"-1"',
    "true": "true",
    "false": "false",
    "an exponent in a text": '"1e2"',
    "three decimals": "19.999",
    "three decimals as a text": '"19.999"',
    "a hundred trillion million": "100000000000000000000",
    "twenty-one nines": "999999999999999999999",
    "a cent over the cap": "1000000.00",
    "over the cap as an exponent": "1e20",
    "thirty-one digits": '"' + "1" * 31 + '"',
    "thousands of digits": "1" * 5000,
    "thousands of digits as a text": '"' + "1" * 5000 + '"',
    "thousands of decimals": "0." + "0" * 5000 + "1",
    "a word": '"ten"',
    "a word that Python reads": '"nan"',
    "an empty text": '""',
    "a list": "[5]",
    "an empty list": "[]",
    "an object": '{"amount": 5}',
    "Arabic digits": '"\\u0661\\u0662"',
    "full-width digits": '"\\uff15"',
    "a space before": '" 5"',
    "a line break after": '"5\\n"',
    "a plus sign": '"+5"',
    "a dollar sign": '"$5"',
    "a comma": '"1,000"',
    "an underscore": '"1_000"',
    "hexadecimal": '"0x10"',
    "half a number": '"5."',
    "the other half": '".5"',
    "a NUL": '"5\\u0000"',
    "a lone surrogate": '"\\ud800"',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_amount_is_refused(house, text):
    response = house.post(f'{{"amount": {text}}}')
    is_refused(response, 400, "Invalid amount provided", "invalid_amount")


def test_two_amounts_are_not_json(house):
    is_refused(house.post('{"amount": 1, "amount": 2}'), 400, "Invalid JSON", "invalid_json")


@pytest.mark.parametrize(
    ("currency", "amount"),
    [
        ("JPY", "0.5"),
        ("JPY", '"100.01"'),
        ("KRW", "1.1"),
        ("USD", "0.001"),
        ("KWD", "1.0001"),
        ("BHD", '"0.0001"'),
        ("JPY", "100000000"),
        ("KWD", "100000"),
    ],
)
def test_no_more_decimals_than_the_currency_has_and_no_more_than_the_cap(house, currency, amount):
    response = house.post(f'{{"amount": {amount}, "currency": "{currency}"}}')
    is_refused(response, 400, "Invalid amount provided", "invalid_amount")


@pytest.mark.parametrize(
    ("currency", "amount", "status"),
    [
        ("USD", "0.49", 400),
        ("USD", "0.50", 200),
        ("JPY", "49", 400),
        ("JPY", "50", 200),
        ("USD", "999999.99", 200),
        ("USD", "1000000", 400),
        ("MGA", "1.5", 400),  # Stripe takes whole ariary only
        ("MGA", "100", 200),
        ("KWD", "1.005", 400),  # and tenths of a dirham
        ("KWD", "1.010", 200),
    ],
)
def test_a_gateways_own_limits_hold(stripe_shop, currency, amount, status):
    response = stripe_shop.create(amount, currency=currency)
    assert response.status_code == status, response.text
    if status == 400:
        is_refused(response, 400, "Invalid amount provided", "invalid_amount")


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("100", 100),
        ("19.99", 19.99),
        ('"19.99"', 19.99),
        ("100.00", 100),
        ('"100.00"', 100),
        ("1e2", 100),
        ("0.01", 0.01),
        ("999999.99", 999999.99),
        ("19.990000", 19.99),
        ("0.1", 0.1),
    ],
)
def test_an_amount_comes_back_as_the_number_that_was_sent(shop, sent, answered):
    response = shop.post("/api/create-payment-intent", f'{{"amount": {sent}}}')
    assert response.status_code == 200, response.text
    assert (response.json["amount"], type(response.json["amount"])) == (answered, type(answered))
    assert shop.see(response.json)["amount"] == answered


@pytest.mark.parametrize(
    ("currency", "amount"), [("JPY", 12345), ("KWD", 12.345), ("BIF", 1), ("TND", 0.001)]
)
def test_currencies_with_other_decimals_are_stored_as_they_are(shop, currency, amount):
    order = shop.order(amount, currency=currency)
    assert (order["amount"], order["currency"]) == (amount, currency)
    assert shop.see(order)["payments"][0]["amount"] == amount


def read(body: bytes) -> Money:
    fields = strictjson.parse_object(body)
    return schema.wanted(fields, default_gateway="sandbox", default_currency="USD").money


@pytest.mark.parametrize("minor", [1, 99, 100, 12345])
def test_every_currency_keeps_its_decimals(minor):
    for currency, decimals in CURRENCIES.items():
        amount = Decimal(minor).scaleb(-decimals)
        for written in (f"{amount:f}", f'"{amount:f}"'):
            money = read(f'{{"amount": {written}, "currency": "{currency}"}}'.encode())
            assert money == Money(minor, currency)
            assert Decimal(str(money.number)) == amount


def test_all_prices_up_to_a_hundred_are_read_to_the_cent():
    for cents in range(1, 10_001):
        written = f"{cents // 100}.{cents % 100:02}"
        money = read(f'{{"amount": {written}}}'.encode())
        assert (money.minor, money.number) == (cents, float(written))
