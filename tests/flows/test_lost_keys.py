"""The merchant puts other keys in while orders are open: nothing is believed dead that is not."""

import pytest

from tests import world

OTHER_KEY = "sk_test_51AnotherAccount00002"
LIVE_KEY = "sk_live_51GatehouseTestsOnly0001"


@pytest.fixture
def shown(stripe_shop):
    """An order whose customer holds an open page of the first account."""
    order = stripe_shop.order(20, expiresIn=300)
    stripe_shop.choose(order, "card")
    return order


def put_in(shop, key: str, account: str) -> None:
    shop.stripe.account(key, id=account)
    world.connect_stripe(shop, key=key)


@pytest.mark.parametrize(
    ("key", "account", "attention"),
    [
        (OTHER_KEY, "acct_other", "payment_missing"),
        (LIVE_KEY, "acct_1Test", "gateway_misconfigured"),
    ],
)
def test_an_order_that_cannot_be_asked_about_does_not_end(
    stripe_shop, shown, later, key, account, attention
):
    put_in(stripe_shop, key, account)
    later(301)
    world.sweep_and_run(stripe_shop.app)
    seen = stripe_shop.see(shown)
    assert (seen["status"], seen["attention"]) == ("pending", attention)
    assert stripe_shop.cancel(shown).status_code == 502


def test_with_the_right_keys_back_it_ends_as_it_should(stripe_shop, shown, later):
    session = stripe_shop.session_of(shown)
    put_in(stripe_shop, OTHER_KEY, "acct_other")
    later(301)
    world.sweep_and_run(stripe_shop.app)
    put_in(stripe_shop, world.STRIPE_KEY, "acct_1Test")
    later(3601)
    world.sweep_and_run(stripe_shop.app)
    seen = stripe_shop.see(shown)
    assert (seen["status"], seen["attention"]) == ("expired", None)
    assert stripe_shop.stripe.object(session)["status"] == "expired"


def test_keys_that_no_longer_open_are_a_sentence_to_the_customer_and_a_note_to_the_merchant(
    stripe_shop, make_app
):
    order = stripe_shop.order(20)
    other = make_app(
        STRIPE_API_BASE=stripe_shop.stripe.url,
        INTEGRATION_ENCRYPTION_KEY="another-sealing-key-0a1b2c3d4e5f6071",
    )
    shop = world.Shop(other, stripe_shop.org_id, stripe_shop.provider_id, stripe_shop.key, None)
    for method in ("card", "cashapp"):
        response = shop.choose(order, method)
        assert response.status_code == 409
        assert 'role="alert"' in response.text
    assert stripe_shop.see(order)["attention"] == "gateway_misconfigured"
    assert len(stripe_shop.see(order)["payments"]) == 1


def test_a_gateway_that_refuses_our_keys_at_checkout_is_shown_to_the_merchant(stripe_shop):
    order = stripe_shop.order(20)
    stripe_shop.stripe.revoke(world.STRIPE_KEY)
    response = stripe_shop.choose(order, "card")
    assert response.status_code == 409
    assert stripe_shop.see(order)["attention"] == "gateway_misconfigured"


def test_a_busy_gateway_asks_the_customer_to_press_again(stripe_shop):
    order = stripe_shop.order(20)
    stripe_shop.stripe.fail_next("POST /v1/checkout/sessions", status=429)
    assert stripe_shop.choose(order, "card").status_code == 409
    assert stripe_shop.see(order)["attention"] is None
    assert stripe_shop.choose(order, "card").status_code == 303


def test_after_an_answer_nothing_is_said_about_not_knowing(stripe_shop, later):
    order = stripe_shop.order(20)
    stripe_shop.choose(order, "cashapp")
    stripe_shop.stripe.revoke(world.STRIPE_KEY)
    later(61)
    world.sweep_and_run(stripe_shop.app)
    assert stripe_shop.see(order)["attention"] == "gateway_misconfigured"
    stripe_shop.stripe.account(world.STRIPE_KEY)
    stripe_shop.stripe.approve(stripe_shop.intent_of(order))
    stripe_shop.tell_all()
    seen = stripe_shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)
