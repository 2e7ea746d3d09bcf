"""Stripe's webhooks: believed only when signed for that scope, applied once, whenever they come."""

import threading

import pytest
from sqlalchemy import func, select

from app.extensions import reading
from app.kit.tenancy import across_organizations
from app.models import AuditEntry, InboundEvent
from tests import world
from tests.flows.conftest import StripeShop, hook_path

OTHER_KEY = "sk_test_51GatehouseTestsOnly0002"


def count(app, model) -> int:
    with app.app_context(), across_organizations("test"), reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def paid_event(shop: StripeShop):
    """An order paid at Stripe that we have not heard of, and the event about it."""
    order = shop.order(20)
    shop.choose(order, "cashapp")
    shop.stripe.approve(shop.intent_of(order))
    return order, shop.stripe.last_event("payment_intent.succeeded")


def test_an_event_that_comes_before_the_create_call_has_returned_is_not_lost(stripe_shop):
    gate = stripe_shop.stripe.hold("POST /v1/payment_intents$", after_commit=True)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(stripe_shop.create(20)))
    thread.start()
    assert gate.entered.wait(10)
    (intent,) = stripe_shop.stripe.payment_intents()
    stripe_shop.stripe.pay_with_element(intent["id"], method="cashapp")
    stripe_shop.tell_all()
    gate.release()
    thread.join(20)

    order = answers[0].json
    assert answers[0].status_code == 200
    assert stripe_shop.see(order)["status"] == "paid"
    assert len(stripe_shop.stripe.payment_intents()) == 1


def test_the_same_event_twice_is_one_row_and_one_effect(stripe_shop, told):
    order, event = paid_event(stripe_shop)
    assert [stripe_shop.tell(event).json["outcome"] for _ in range(3)] == ["stored", "seen", "seen"]
    world.run_tasks(stripe_shop.app)
    assert stripe_shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]
    assert count(stripe_shop.app, InboundEvent) == 1


def test_fifty_at_once_are_one_row_and_all_are_thanked(stripe_shop, told):
    order, event = paid_event(stripe_shop)
    body, headers = stripe_shop.stripe.sign(event, world.STRIPE_WEBHOOK_SECRET)
    codes = []

    def call() -> None:
        client = stripe_shop.app.test_client()
        codes.append(client.post(stripe_shop.hook, data=body, headers=headers).status_code)

    threads = [threading.Thread(target=call) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.run_tasks(stripe_shop.app)
    assert codes == [200] * 50
    assert count(stripe_shop.app, InboundEvent) == 1
    assert told() == ["payment_succeeded"]


@pytest.mark.parametrize("shift", [-310, 310])
def test_an_event_from_another_time_is_refused(stripe_shop, shift):
    import time

    order, event = paid_event(stripe_shop)
    assert stripe_shop.tell(event, at=int(time.time()) + shift).status_code == 400
    world.run_tasks(stripe_shop.app)
    assert stripe_shop.see(order)["status"] == "pending"


@pytest.mark.parametrize("secret", ["whsec_wrong", "whsec_", " ", "sk_test"])
def test_a_forged_event_has_no_effect(stripe_shop, secret):
    order, event = paid_event(stripe_shop)
    before = len(stripe_shop.stripe.requests)
    response = stripe_shop.tell(event, secret=secret)
    assert (response.status_code, response.json["code"]) == (400, "invalid_signature")
    assert (count(stripe_shop.app, InboundEvent), len(stripe_shop.stripe.requests)) == (0, before)


def test_without_a_secret_nothing_is_accepted(stripe_app, stripe_fake):
    shop = world.open_shop(stripe_app, gateway="stripe")
    world.connect_stripe(shop, webhookSecret="")
    response = stripe_app.test_client().post(hook_path(shop), data=b"{}")
    assert (response.status_code, response.json["code"]) == (503, "webhook_not_configured")
    for path in ("/api/stripe/webhook", "/api/webhooks/stripe"):
        assert stripe_app.test_client().post(path, data=b"{}").status_code == 503


def test_unknown_addresses_are_not_there(stripe_app):
    client = stripe_app.test_client()
    assert client.post("/api/webhooks/stripe/" + "0" * 32, data=b"{}").status_code == 404
    assert client.post("/api/webhooks/venmo", data=b"{}").status_code == 404
    assert client.get("/api/webhooks/stripe").status_code in {404, 405, 503}


def test_a_body_over_512_kib_is_not_read(stripe_shop):
    response = stripe_shop.app.test_client().post(stripe_shop.hook, data=b"x" * (512 * 1024 + 1))
    assert response.status_code == 413


def test_other_peoples_events_are_thanked_and_dropped(stripe_shop):
    from tests.fakes.stripe_driver import cash_app, client

    client(stripe_shop.stripe, world.STRIPE_KEY).payment_intents.create(cash_app())
    event = stripe_shop.stripe.last_event("payment_intent.created")
    event = {**event, "type": "payment_intent.processing"}
    response = stripe_shop.tell(event)
    assert (response.status_code, response.json["outcome"]) == (200, "unmatched")
    assert count(stripe_shop.app, InboundEvent) == 0


def test_another_organizations_order_is_out_of_reach_and_the_try_is_noted(
    stripe_app, stripe_shop, stripe_fake
):
    order, event = paid_event(stripe_shop)
    stripe_fake.account(OTHER_KEY, id="acct_Other")
    mallory = world.open_shop(stripe_app, org="Mallory", gateway="stripe")
    world.connect_stripe(mallory, key=OTHER_KEY, webhookSecret="whsec_mallory_owns_this")
    body, headers = stripe_fake.sign(event, "whsec_mallory_owns_this")
    response = stripe_app.test_client().post(hook_path(mallory), data=body, headers=headers)
    world.run_tasks(stripe_app)

    assert (response.status_code, response.json["outcome"]) == (200, "unmatched")
    assert stripe_shop.see(order)["status"] == "pending"
    with mallory.inside(), reading() as session:
        assert session.scalars(select(AuditEntry.action)).all().count("inbound.foreign_reference")


@pytest.mark.parametrize(
    ("field", "value", "attention"),
    [
        ("amount_received", 1999, "amount_mismatch"),
        ("amount_received", 2001, "amount_mismatch"),
        ("amount_received", 200_000, "amount_mismatch"),
        ("amount_received", 20, "amount_mismatch"),
        ("currency", "eur", "amount_mismatch"),
        ("livemode", True, "mode_mismatch"),
    ],
)
def test_what_was_not_asked_for_is_not_paid(stripe_shop, told, field, value, attention):
    order, event = paid_event(stripe_shop)
    stripe_shop.stripe.tamper(stripe_shop.intent_of(order), **{field: value})
    stripe_shop.tell(event)
    world.run_tasks(stripe_shop.app)
    seen = stripe_shop.see(order)
    assert (seen["status"], seen["attention"]) == ("processing", attention)
    assert told() == []


def test_the_platforms_account_has_two_addresses(make_app, stripe_fake):
    app = make_app(
        STRIPE_API_BASE=stripe_fake.url,
        STRIPE_SECRET_KEY=world.STRIPE_KEY,
        STRIPE_WEBHOOK_SECRET="whsec_platform_secret",
    )
    shop = world.open_shop(app, gateway="stripe")
    for path in ("/api/stripe/webhook", "/api/webhooks/stripe"):
        order = shop.order(20)
        shop.choose(order, "cashapp")
        stripe_fake.approve(shop.see(order)["payments"][-1]["gatewayPaymentId"])
        event = stripe_fake.last_event("payment_intent.succeeded")
        body, headers = stripe_fake.sign(event, "whsec_platform_secret")
        assert app.test_client().post(path, data=body, headers=headers).status_code == 200
        world.run_tasks(app)
        assert shop.see(order)["status"] == "paid"


def test_with_the_database_away_stripe_is_told_to_try_again(stripe_shop, monkeypatch):
    from sqlalchemy.exc import OperationalError

    from app.services.inbound import receiving

    _, event = paid_event(stripe_shop)

    def away(*_args):
        raise OperationalError("INSERT", {}, Exception("server closed the connection"))

    monkeypatch.setattr(receiving, "_store", away)
    assert stripe_shop.tell(event).status_code == 503
