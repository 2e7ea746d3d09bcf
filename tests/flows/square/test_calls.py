"""Square's calls: believed when signed for the registered address, applied once."""

from __future__ import annotations

from sqlalchemy import select

from app.extensions import reading
from app.models import AuditEntry, InboundEvent
from tests import world
from tests.adapters.gateways.rigs.square import TOKEN
from tests.flows.square.conftest import BASE, SquareShop, connect_square


def test_what_was_not_signed_for_our_address_has_no_effect(shop):
    order = shop.order(20)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    event = shop.square.last_event("payment.updated")
    before = len(shop.square.requests)
    for forged in (
        shop.tell(event, key="somebody-elses-key"),
        shop.tell(event, url=f"{BASE}{shop.hook}/"),
        shop.tell(event, url=f"https://127.0.0.1:5999{shop.hook}"),
        shop.tell(event, url=f"{BASE}/api/webhooks/square"),
    ):
        assert (forged.status_code, forged.json["code"]) == (400, "invalid_signature")
    assert len(shop.square.requests) == before
    assert shop.see(order)["status"] == "pending"


def test_the_registered_address_counts_whatever_the_request_says(shop):
    """A proxy may call itself what it likes: the signature is over what Square was told."""
    order = shop.order(20)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    forwarded = {"Host": "inside.example:8080", "X-Forwarded-Proto": "https"}
    response = shop.tell(shop.square.last_event("payment.updated"), **forwarded)
    assert (response.status_code, response.json["outcome"]) == (200, "stored")


def test_the_same_event_twice_is_one_row(shop):
    order = shop.order(20)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    event = shop.square.last_event("payment.updated")
    assert [shop.tell(event).json["outcome"] for _ in range(3)] == ["stored", "seen", "seen"]
    with shop.inside(), reading() as session:
        assert len(session.scalars(select(InboundEvent.id)).all()) == 1


def test_payments_at_the_merchants_till_are_thanked_for_and_dropped(shop):
    event = {"payment": {"id": "TILL", "status": "COMPLETED", "order_id": "TILLORDER"}}
    call = {"type": "payment.updated", "event_id": "e1", "data": {"object": event}}
    assert shop.tell(call).json["outcome"] == "unmatched"
    assert shop.tell({**call, "type": "order.updated"}).json["outcome"] == "ignored"


def test_another_organizations_payment_is_out_of_reach_and_the_try_is_noted(square_app, shop):
    order = shop.order(20)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    event = shop.square.last_event("payment.updated")
    other = world.open_shop(square_app, org="Mallory", gateway="square")
    path = connect_square(other, webhookSignatureKey="mallorys-key")
    mallory = SquareShop(**{**other.__dict__, "square": shop.square, "hook": path})
    assert mallory.tell(event, key="mallorys-key").json["outcome"] == "unmatched"
    world.run_tasks(square_app)
    assert shop.see(order)["status"] == "pending"
    with other.inside(), reading() as session:
        assert session.scalars(select(AuditEntry.action)).all().count("inbound.foreign_reference")


def test_the_platforms_calls_are_verified_over_its_own_address(make_app, square):
    environ = {
        "SQUARE_ACCESS_TOKEN": TOKEN,
        "SQUARE_LOCATION_ID": "L1",
        "SQUARE_ENVIRONMENT": "sandbox",
        "SQUARE_WEBHOOK_SIGNATURE_KEY": "the-platforms-key",
    }
    app = make_app(SQUARE_BASE_URL=square.url, **environ)
    opened = world.open_shop(app, gateway="square")
    hook = "/api/webhooks/square"
    shop = SquareShop(**{**opened.__dict__, "square": square, "hook": hook})
    order = shop.order(20)
    shop.choose(order, "card")
    square.pay(shop.link())
    event = square.last_event("payment.updated")
    assert shop.tell(event, key="the-platforms-key", url=BASE + hook + "/").status_code == 400
    assert shop.tell(event, key="the-platforms-key").json["outcome"] == "stored"
    world.run_tasks(app)
    assert shop.see(order)["status"] == "paid"
