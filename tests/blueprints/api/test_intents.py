"""create-payment-intent, when it works."""

import re
from datetime import datetime

import pytest

from app.extensions import db, transaction
from app.models import Organization
from tests import world
from tests.blueprints.api.conftest import INTENT, rows
from tests.conftest import BASE


def test_the_answer_has_the_integrators_fields_and_ours(shop):
    response = shop.create(100, externalId="A-1", itemName="Credits", gateway="sandbox")
    assert response.status_code == 200
    assert response.content_type == "application/json"
    answer = response.json
    assert list(answer) == [
        "checkoutUrl",
        "orderId",
        "externalId",
        "amount",
        "currency",
        "status",
        "gateway",
        "expiresAt",
        "testMode",
    ]
    assert re.fullmatch(re.escape(BASE) + r"/checkout/o/[0-9a-f]{32}", answer["checkoutUrl"])
    assert re.fullmatch(r"ord_[0-9A-HJKMNP-TV-Z]{26}", answer["orderId"])
    assert (answer["externalId"], answer["amount"], answer["currency"]) == ("A-1", 100, "USD")
    assert (answer["status"], answer["gateway"], answer["testMode"]) == ("pending", "sandbox", True)


@pytest.mark.parametrize(("sent", "seconds"), [({}, 86_400), ({"expiresIn": 600}, 600)])
def test_an_order_expires_after_a_day_or_when_asked_to(shop, sent, seconds):
    seen = shop.see(shop.order(5, **sent))
    lives = datetime.fromisoformat(seen["expiresAt"]) - datetime.fromisoformat(seen["createdAt"])
    assert abs(lives.total_seconds() - seconds) < 1


def test_one_order_leaves_one_row_of_each_kind(app, shop):
    before = rows(app)
    shop.order(5)
    after = rows(app)
    assert {name: after[name] - before[name] for name in after} == {
        "Order": 1,
        "Payment": 1,
        "Door": 1,
        "IdempotencyKey": 0,
        "Refund": 0,
        "SandboxPayment": 1,
    }


def test_without_an_idempotency_key_the_same_request_is_another_order(shop):
    first, second = shop.order(5, externalId="A"), shop.order(5, externalId="A")
    assert first["orderId"] != second["orderId"]


def test_what_the_integrator_may_not_set_is_not_set(shop):
    mine = shop.order(5)
    sent = {
        "status": "paid",
        "organizationId": "org_other",
        "orgId": "org_other",
        "org_id": "org_other",
        "providerId": "prv_other",
        "amountCaptured": 5,
        "amountMinor": 1,
        "amount_minor": 1,
        "settledBy": "pay_1",
        "token": "0" * 32,
        "id": mine["orderId"],
        "orderId": mine["orderId"],
        "testMode": False,
        "item_name": "by its column",
        "attention": "paid_late",
        "createdAt": "2020-01-01T00:00:00Z",
        "__class__": "x",
    }
    seen = shop.see(shop.order(7, **sent))
    assert seen["orderId"] != mine["orderId"]
    assert (seen["status"], seen["amount"], seen["refundedAmount"]) == ("pending", 7, 0)
    assert (seen["testMode"], seen["attention"], seen["paidAt"]) == (True, None, None)
    assert seen["itemName"] == "Bitloader"
    assert not seen["checkoutUrl"].endswith("0" * 32)
    assert not seen["createdAt"].startswith("2020")
    assert [one["status"] for one in seen["payments"]] == ["pending"]


def test_the_organizations_currency_comes_before_the_platforms(make_app):
    shop = world.open_shop(make_app(DEFAULT_CURRENCY="GBP"))
    assert shop.order(5)["currency"] == "GBP"
    with shop.inside(), transaction():
        db.session.get(Organization, shop.org_id).default_currency = "EUR"
    assert shop.order(5)["currency"] == "EUR"
    assert shop.order(5, currency="JPY")["currency"] == "JPY"


def test_the_request_chooses_before_the_provider_and_the_provider_before_the_platform(
    make_app, stripe_fake
):
    app = make_app(STRIPE_API_BASE=stripe_fake.url, PAYMENT_GATEWAY="stripe")
    undecided = world.open_shop(app, gateway=None)
    decided = world.open_shop(app, name="GBPay", gateway="sandbox")
    world.connect_stripe(undecided)
    assert undecided.order(5)["gateway"] == "stripe"
    assert decided.order(5)["gateway"] == "sandbox"
    assert decided.order(5, gateway="stripe")["gateway"] == "stripe"


def test_a_first_payment_is_made_at_the_gateway_before_the_answer(stripe_shop, stripe_fake):
    order = stripe_shop.order(19.99, externalId="A-1")
    (intent,) = stripe_fake.payment_intents()
    assert (intent["amount"], intent["currency"]) == (1999, "usd")
    assert intent["metadata"]["order_id"] == order["orderId"]


def test_a_declined_payment_is_answered_as_such(stripe_shop, stripe_fake):
    stripe_fake.fail_next(
        "POST /v1/payment_intents", 402, code="card_declined", message="Your card was declined."
    )
    response = stripe_shop.create(5)
    assert (response.status_code, response.json["code"]) == (402, "declined")
    assert response.json["error"].startswith("Payment declined: ")
    assert response.json["requestId"] == response.headers["X-Request-Id"]
    assert stripe_shop.see(response.json)["status"] == "failed"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_gateway_that_does_not_answer_leaves_an_order_to_ask_about(
    stripe_shop, stripe_fake, status
):
    stripe_fake.fail_next("POST /v1/payment_intents", status, times=9)
    response = stripe_shop.create(5)
    assert (response.status_code, response.json["code"]) == (502, "gateway_unavailable")
    assert response.json["error"] == "Payment gateway unavailable"
    assert response.json["requestId"] == response.headers["X-Request-Id"]
    seen = stripe_shop.see(response.json)
    assert (seen["status"], seen["attention"]) == ("pending", "payment_unknown")
    assert [one["status"] for one in seen["payments"]] == ["unknown"]


def test_a_gateway_that_does_not_know_us_is_said_to_be_misconfigured(stripe_shop, stripe_fake):
    stripe_fake.revoke(world.STRIPE_KEY)
    response = stripe_shop.create(5)
    assert (response.status_code, response.json["code"]) == (502, "gateway_misconfigured")
    assert response.json["error"] == "Payment gateway rejected our credentials"
    assert stripe_shop.see(response.json)["attention"] == "gateway_misconfigured"


def test_an_account_without_cash_app_cannot_sell_by_cash_app_alone(make_app, stripe_fake):
    stripe_fake.account(world.STRIPE_KEY, capabilities=["card"])
    shop = world.open_shop(make_app(STRIPE_API_BASE=stripe_fake.url), gateway="stripe")
    world.connect_stripe(shop, methods="cashapp")
    response = shop.create(5)
    assert (response.status_code, response.json["code"]) == (400, "method_unavailable")
    assert response.json["error"] == "Cash App payments not available"
    (order,) = shop.get("/api/orders").json["orders"]
    assert order["status"] == "cancelled"


def test_credentials_that_are_incomplete_are_not_passed_over(make_app, stripe_fake):
    app = make_app(STRIPE_API_BASE=stripe_fake.url, STRIPE_SECRET_KEY=world.STRIPE_KEY)
    shop = world.open_shop(app, gateway="stripe")
    assert shop.create(5).status_code == 200
    world.connect_stripe(shop, key="")
    response = shop.create(5)
    assert (response.status_code, response.json["code"]) == (400, "gateway_not_configured")
    assert len(stripe_fake.payment_intents()) == 1


def test_a_key_in_the_body_needs_no_header(shop):
    body = {"apiKey": shop.key, "amount": 5}
    assert shop.app.test_client().post(INTENT, json=body).status_code == 200
