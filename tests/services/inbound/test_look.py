"""What gateways sent is shown without what proves that it is they, and without card numbers."""

import pytest

from app.services.inbound import look
from tests import world
from tests.services.orders import trouble

CARD = "4242 4242 4242 4242"


@pytest.mark.parametrize(
    ("body", "hidden"),
    [
        ('{"data": {"client_secret": "pi_1_abc"}}', "pi_1_abc"),
        ('{"list": [{"apiKey": "k-123"}]}', "k-123"),
        ("key=mykey%2F1&orderId=7", "mykey"),
        ("chave_anti_phishing=abc123&valor=2", "abc123"),
        ("APK=abc123&valor=2", "abc123"),
        (f'{{"note": "card {CARD}"}}', "4242 4242 4242 4"),
        ('{"number": "4242424242424242"}', "424242424242"),
        ("whsec_abcdefghijk1", "whsec_"),
    ],
)
def test_secrets_and_card_numbers_are_taken_out(body, hidden):
    assert hidden not in look._readable(body)


def test_all_else_stays_as_it_came():
    shown = look._readable('{"id": "evt_1", "amount": 1999, "ref": "1234567890123", "key": null}')
    for one in ("evt_1", "1999", "1234567890123", '"key": null'):
        assert one in shown


def test_an_orders_calls_are_opened_and_other_organizations_have_none(app):
    shop = world.open_shop(app)
    order_id = trouble.paid(shop)
    with shop.inside():
        (call,) = look.calls_of(order_id)
    assert (call.gateway, call.is_applied) == ("sandbox", True)
    assert '"type": "payment.succeeded"' in call.body
    with world.open_shop(app, org="Globex").inside():
        assert look.calls_of(order_id) == []
