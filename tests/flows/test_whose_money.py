"""Three ways to be set up, and on whose account the money lands: the platform's keys, a merchant's
own, and a merchant's own with another gateway for one request."""

import pytest

from app.extensions import transaction
from app.services import credentials
from app.services.credentials import Scope
from tests import world
from tests.adapters.gateways.rigs.paypal import CLIENT_ID, SECRET, WEBHOOK_ID
from tests.fakes.paypal import PayPalFake
from tests.fakes.stripe import StripeFake

PLATFORM_KEY, OWN_KEY = "sk_test_51PlatformTestsOnly01", "sk_test_51MerchantTestsOnly01"


@pytest.fixture
def companies():
    with StripeFake() as stripe, PayPalFake() as paypal:
        stripe.account(PLATFORM_KEY, id="acct_platform")
        stripe.account(OWN_KEY, id="acct_merchant")
        paypal.app(CLIENT_ID, SECRET)
        paypal.register(CLIENT_ID, WEBHOOK_ID)
        yield stripe, paypal


@pytest.fixture
def shop(make_app, companies):
    stripe, paypal = companies
    app = make_app(
        STRIPE_API_BASE=stripe.url,
        PAYPAL_BASE_URL=paypal.url,
        STRIPE_SECRET_KEY=PLATFORM_KEY,
        STRIPE_METHODS="card",
    )
    return world.open_shop(app, gateway="stripe")


def pay_by_card(shop, stripe):
    order = shop.order(20)
    assert shop.choose(order, "card").status_code == 303
    stripe.pay_session(stripe.sessions()[-1]["id"])
    shop.come_back(order)
    assert shop.see(order)["status"] == "paid"


def landed(stripe) -> list[tuple[str, int]]:
    return [(one["account"], one["amount"]) for one in stripe.charges()]


def test_without_keys_of_their_own_the_platforms_account_is_paid(shop, companies):
    stripe, _ = companies
    pay_by_card(shop, stripe)
    assert landed(stripe) == [("acct_platform", 2000)]


def test_with_keys_of_their_own_their_account_is_paid(shop, companies):
    stripe, _ = companies
    world.connect_stripe(shop, key=OWN_KEY, methods="card")
    pay_by_card(shop, stripe)
    assert landed(stripe) == [("acct_merchant", 2000)]


def test_another_gateway_for_one_request_is_paid_there_and_the_next_one_is_not(shop, companies):
    stripe, paypal = companies
    world.connect_stripe(shop, key=OWN_KEY, methods="card")
    values = {"clientId": CLIENT_ID, "clientSecret": SECRET, "environment": "sandbox"}
    with shop.inside(), transaction():
        credentials.save("paypal", Scope("organization", shop.org_id), values, actor="test")
    order = shop.order(20, gateway="paypal")
    assert shop.choose(order, "paypal").status_code == 303
    paypal.approve(paypal.all_orders()[-1]["id"])
    shop.come_back(order)
    assert shop.see(order)["status"] == "paid"
    pay_by_card(shop, stripe)
    assert [one["amount"]["value"] for one in paypal.charges()] == ["20.00"]
    assert landed(stripe) == [("acct_merchant", 2000)]
