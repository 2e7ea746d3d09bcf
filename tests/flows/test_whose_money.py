"""Three ways to be set up, and on whose account the money lands: the platform's keys, a merchant's
own, and a merchant's own with another gateway for one request."""

import pytest

from app.extensions import db, transaction
from app.models import Provider
from app.services import credentials
from app.services.credentials import Scope
from tests import world
from tests.adapters.gateways.rigs.paypal import CLIENT_ID, SECRET, WEBHOOK_ID
from tests.fakes.paypal import PayPalFake
from tests.fakes.stripe import StripeFake

PLATFORM_KEY, OWN_KEY = "sk_test_51PlatformTestsOnly01", "sk_test_51MerchantTestsOnly01"
GBPAY_KEY = "sk_test_51GBPayTestsOnly0001"


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


def provider(app, name: str, **keys: dict[str, str]) -> world.Shop:
    """One provider beside the others, with keys of its own where there are any."""
    shop = world.open_shop(app, name=name, gateway="stripe")
    scope = Scope("provider", shop.provider_id)
    with shop.inside(), transaction():
        for service, values in keys.items():
            credentials.save(service, scope, values, actor="test")
        db.session.get_one(Provider, shop.provider_id).use_own_credentials = bool(keys)
    return shop


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


def test_three_providers_side_by_side_are_each_paid_into_their_own_account(make_app, companies):
    """Bitloader by the platform's Stripe, GBPay by its own, PlayPlay by its own and, where a
    request says so, by its own PayPal: however their orders come between each other."""
    stripe, paypal = companies
    stripe.account(GBPAY_KEY, id="acct_gbpay")
    app = make_app(
        STRIPE_API_BASE=stripe.url,
        PAYPAL_BASE_URL=paypal.url,
        STRIPE_SECRET_KEY=PLATFORM_KEY,
        STRIPE_METHODS="card",
    )
    bitloader = provider(app, "Bitloader")
    gbpay = provider(app, "GBPay", stripe={"secretKey": GBPAY_KEY, "methods": "card"})
    own = {"clientId": CLIENT_ID, "clientSecret": SECRET, "environment": "sandbox"}
    playplay = provider(
        app, "PlayPlay", stripe={"secretKey": OWN_KEY, "methods": "card"}, paypal=own
    )
    orders = [
        (bitloader, bitloader.order(50)),
        (gbpay, gbpay.order(100)),
        (playplay, playplay.order(25)),
        (playplay, playplay.order(26, gateway="paypal")),
    ]
    for shop, order in orders[:3]:
        assert shop.choose(order, "card").status_code == 303
    assert orders[3][0].choose(orders[3][1], "paypal").status_code == 303
    paypal.approve(paypal.all_orders()[-1]["id"])
    for session in reversed(stripe.sessions()):
        stripe.pay_session(session["id"])
    for shop, order in orders:
        shop.come_back(order)
        assert shop.see(order)["status"] == "paid"
    assert sorted(landed(stripe)) == [
        ("acct_gbpay", 10_000),
        ("acct_merchant", 2500),
        ("acct_platform", 5000),
    ]
    assert [one["amount"]["value"] for one in paypal.charges()] == ["26.00"]
    assert bitloader.create(26, gateway="paypal").status_code >= 400, "PayPal is PlayPlay's alone"
