"""Amounts as people read them: in the page's language, with every decimal that is charged."""

import pytest
from flask_babel import force_locale

from app.blueprints.amounts import money, rewritten
from app.kit.money import CURRENCIES, Money, exponent
from tests import world
from tests.merchant import person


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("locale", "minor", "currency", "said"),
    [
        ("en", 1999, "EUR", "€19.99"),
        ("pt_PT", 1999, "EUR", "19,99 €"),
        ("pt_PT", 1234567, "USD", "12 345,67 US$"),
        ("en", 100000, "JPY", "¥100,000"),
        ("pt_PT", 12345, "BHD", "12,345 BHD"),
        ("en", 1050, "AFN", "AFN10.50"),  # CLDR would show none of its decimals
    ],
)
def test_an_amount_is_written_as_the_language_has_it(app, locale, minor, currency, said):
    with app.test_request_context(), force_locale(locale):
        assert plain(money(minor, currency)) == said
        assert money(Money(minor, currency)) == money(minor, currency)


def test_every_currency_shows_all_decimals_that_are_charged(app):
    with app.test_request_context(), force_locale("en"):
        for currency in CURRENCIES:
            shown = money(1, currency)
            digits = "".join(one for one in shown if one.isdigit() or one == ".")
            assert digits == str(Money(1, currency).major), (currency, exponent(currency))


@pytest.mark.parametrize(
    ("noted", "said"),
    [
        ("EUR 19.99", "19,99 €"),
        ("EUR 1999 (minor units)", "19,99 €"),
        ("JPY 500", "500 JP¥"),
        ("XXX 5", "XXX 5"),
        ("19.99", "19.99"),
    ],
)
def test_an_amount_that_was_noted_is_written_anew(app, noted, said):
    with app.test_request_context(), force_locale("pt_PT"):
        assert plain(rewritten(noted)) == said


def test_pages_of_customers_and_merchants_write_amounts_in_their_language(app):
    shop = world.open_shop(app)
    order = shop.order("1234.50", currency="EUR", itemName="A chair")
    path = f"/checkout/o/{order['token']}"
    assert "€1,234.50" in app.test_client().get(f"{path}?lang=en").text
    assert "1 234,50 €" in plain(app.test_client().get(f"{path}?lang=pt-PT").text)
    browser = person(app)
    for page in ("/orders", f"/orders/{order['orderId']}"):
        assert "1 234,50 €" in plain(browser.get(f"{page}?lang=pt-PT").text), page
