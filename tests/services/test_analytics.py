"""Analytics hears of what was paid and given back: once, where it is switched on, and no more."""

import json

import pytest
from sqlalchemy import select, update

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.models import Order, Organization, Payment, Task
from app.services import integrations, orders
from tests.fakes.ga4 import Ga4Fake
from tests.merchant import person
from tests.world import open_shop, run_tasks, sweep_and_run

OWN = {"measurementId": "G-OWN1", "apiSecret": "canary-own-0001", "sends": "on"}


@pytest.fixture
def fake():
    with Ga4Fake() as fake:
        yield fake


@pytest.fixture
def shop(make_app, fake):
    return open_shop(make_app(GA4_BASE_URL=fake.url))


def switch_on(shop, **more):
    with shop.inside():
        typed = {**OWN, **more}
        removed = [name for name, value in typed.items() if not value]
        integrations.save("ga4", typed, removed=removed, actor="test")


def made(shop, minor=2586, *, live=True, **fields):
    """An order and its payment, of live mode."""
    order = shop.order(minor / 100, customerEmail="ada@example.com", itemName="Logo", **fields)
    with shop.inside(), transaction():
        payment = db.session.scalars(
            select(Payment).where(Payment.order_id == order["orderId"])
        ).one()
        db.session.get_one(Order, order["orderId"]).test_mode = payment.test_mode = not live
    return order["orderId"], payment.id


def settle(shop, payment_id, minor=2586, refunded=0, live=True):
    said = base.Snapshot("succeeded", paid_minor=minor, currency="USD", refunded_minor=refunded,
                         test_mode=not live)  # fmt: skip
    with shop.inside():
        orders.settle(payment_id, said)
    run_tasks(shop.app)


def told(fake):
    assert fake.problems == []
    return [(one["name"], one["params"]["value"]) for one in fake.events]


def test_a_purchase_once_and_each_refund_with_its_amount(shop, fake):
    switch_on(shop)
    order_id, payment = made(shop)
    for refunded in (0, 0, 500, 500, 2586):
        settle(shop, payment, refunded=refunded)
    assert told(fake) == [("purchase", 25.86), ("refund", 5), ("refund", 20.86)]
    assert {one["params"]["transaction_id"] for one in fake.events} == {order_id}
    assert "ada" not in json.dumps(fake.bodies)
    assert fake.requests[0].query.startswith("measurement_id=G-OWN1&")


def test_the_pages_of_the_provider_may_say_who_the_visitor_was(shop, fake):
    switch_on(shop)
    _, payment = made(shop, metadata={"gaClientId": "GA1.1.12.34", "name": "Ada Lovelace"})
    settle(shop, payment)
    assert fake.bodies[0]["client_id"] == "12.34"
    assert "Lovelace" not in json.dumps(fake.bodies)


def test_nothing_is_told_unless_it_is_switched_on(shop, fake):
    settle(shop, made(shop)[1])
    switch_on(shop, sends="")
    settle(shop, made(shop)[1])
    assert fake.requests == []


def test_what_was_switched_off_meanwhile_is_not_told(shop, fake):
    switch_on(shop)
    _, payment = made(shop)
    with shop.inside():
        orders.settle(payment, base.Snapshot("succeeded", paid_minor=2586, currency="USD",
                                             test_mode=False))  # fmt: skip
    switch_on(shop, sends="")
    run_tasks(shop.app)
    assert fake.requests == []


def test_test_orders_are_not_business(shop, fake):
    switch_on(shop)
    settle(shop, made(shop, live=False)[1], live=False)
    assert fake.requests == []


def test_the_installations_counts_for_whom_the_operator_lets(make_app, fake):
    shop = open_shop(make_app(GA4_BASE_URL=fake.url, GA4_MEASUREMENT_ID="G-HOUSE",
                              GA4_API_SECRET="house", GA4_SENDS="on"))  # fmt: skip
    settle(shop, made(shop)[1])
    assert "G-HOUSE" in fake.requests[-1].query
    with shop.app.app_context(), transaction():
        db.session.execute(update(Organization).values(uses_platform_credentials=False))
    settle(shop, made(shop)[1])
    assert len(fake.requests) == 1
    switch_on(shop)
    settle(shop, made(shop)[1])
    assert "G-OWN1" in fake.requests[-1].query


def test_another_organizations_property_hears_nothing(shop, fake):
    switch_on(shop)
    settle_other = open_shop(shop.app, org="Umbrella", name="Other")
    settle(settle_other, made(settle_other)[1])
    assert fake.requests == []


def test_a_failure_is_tried_again_and_no_order_notices(shop, fake, later):
    switch_on(shop)
    fake.fail_next("POST /mp/collect", status=503, times=2)
    order_id, payment = made(shop)
    settle(shop, payment)
    with shop.inside(), reading():
        assert db.session.get(Order, order_id).status == "paid"
        (task,) = db.session.scalars(select(Task).where(Task.name == "analytics.tell")).all()
        assert "canary" not in task.last_error
    for _ in range(2):
        later(10)
        sweep_and_run(shop.app)
    assert told(fake) == [("purchase", 25.86)]


def test_the_page_has_a_switch_that_is_off_and_test_connection(make_app, fake):
    browser = person(make_app(GA4_BASE_URL=fake.url))
    typed = {"measurementId": "G-OWN1", "apiSecret": "canary-own-0001"}
    page = browser.follow("/integrations/ga4", **typed).text
    assert "checked" not in page.partition('name="sends"')[2].partition(">")[0]
    tested = browser.post("/integrations/ga4/test").text
    assert 'data-ok="true"' in tested and "does not say whether the API secret" in tested
    assert fake.bodies == []
    refused = browser.post("/integrations/ga4", **{**typed, "measurementId": "UA-1"})
    assert refused.status_code == 422
