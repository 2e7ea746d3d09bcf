"""The list of gateways: the platform's view for everybody, a provider's own with its key."""

import pytest

from app.registry import gateways
from tests import world
from tests.blueprints.api.conftest import is_refused

PATH = "/api/payment-gateways"
PUBLISHED = {
    "stripe": ("Stripe (Cash App Pay)", ["cashapp", "card", "link"]),
    "square": ("Square", ["card", "apple_pay", "google_pay", "cash_app"]),
    "paypal": ("PayPal", ["paypal", "venmo", "card", "pay_later"]),
    "crypto": ("Cryptocurrency", ["bitcoin", "ethereum", "usdc", "usdt"]),
}


def by_name(response) -> dict:
    assert response.status_code == 200, response.text
    return {one["name"]: one for one in response.json["gateways"]}


def test_everybody_may_see_the_catalogue_in_its_order(client):
    answer = client.get(PATH)
    assert list(answer.json) == ["defaultGateway", "gateways"]
    found = by_name(answer)
    assert list(found) == list(gateways())
    assert list(found)[:4] == list(PUBLISHED)
    for name, (title, methods) in PUBLISHED.items():
        assert (found[name]["displayName"], found[name]["supportedMethods"]) == (title, methods)
    assert found["stripe"]["isActive"] is True


def test_exactly_one_gateway_is_the_default(make_app):
    for default in ("stripe", "sandbox"):
        answer = make_app(PAYMENT_GATEWAY=default).test_client().get(PATH)
        assert answer.json["defaultGateway"] == default
        defaults = [name for name, one in by_name(answer).items() if one["isDefault"]]
        assert defaults == [default]


def test_the_platforms_view_knows_the_environment_alone(make_app):
    app = make_app(STRIPE_SECRET_KEY=world.STRIPE_KEY, PAYMENT_GATEWAY="stripe")
    shop = world.open_shop(make_app(), gateway="stripe")
    world.connect_stripe(shop)
    assert by_name(app.test_client().get(PATH))["stripe"]["isConfigured"] is True
    assert by_name(shop.app.test_client().get(PATH))["stripe"]["isConfigured"] is False


def test_with_a_key_the_provider_sees_its_own(app):
    shop = world.open_shop(app, gateway="stripe")
    other = world.open_shop(app, org="Globex", gateway=None)
    assert by_name(shop.get(PATH))["stripe"]["isConfigured"] is False
    world.connect_stripe(shop)
    mine, theirs = shop.get(PATH), other.get(PATH)
    assert mine.json["defaultGateway"] == "stripe"
    assert by_name(mine)["stripe"]["isConfigured"] is True
    assert by_name(theirs)["stripe"]["isConfigured"] is False
    assert theirs.json["defaultGateway"] == "sandbox"


def test_a_wrong_key_is_not_taken_for_none(client):
    for headers in ({"Authorization": "Bearer x"}, {"X-API-Key": "provider_x"}):
        response = client.get(PATH, headers=headers)
        is_refused(response, 401, "Invalid or inactive API key", "invalid_api_key")


@pytest.mark.parametrize("name", ["stripe", "easypay", "sandbox"])
def test_currencies_are_listed(client, name):
    found = by_name(client.get(PATH))[name]["currencies"]
    assert found == sorted(gateways()[name].currencies)
