"""Many same requests at once: one order, one object at the gateway."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests import world
from tests.blueprints.api.conftest import rows

TOGETHER = 50


def all_at_once(call, how_many=TOGETHER):
    """The responses of calls that start in the same moment."""
    start = Barrier(how_many)

    def one(number):
        start.wait()
        return call(number)

    with ThreadPoolExecutor(how_many) as pool:
        return list(pool.map(one, range(how_many)))


def test_fifty_same_requests_at_once_make_one_order_and_one_intent(stripe_shop, stripe_fake):
    answers = all_at_once(lambda _: stripe_shop.create(19.99, "k", externalId="A"))

    statuses = Counter(one.status_code for one in answers)
    assert set(statuses) <= {200, 409}
    assert statuses[200] >= 1
    fresh = [one for one in answers if one.status_code == 200 and not is_replayed(one)]
    assert len(fresh) == 1
    assert {one.data for one in answers if one.status_code == 200} == {fresh[0].data}
    assert all(one.json["code"] == "idempotency_in_use" for one in answers if is_refused(one))
    assert rows(stripe_shop.app)["Order"] == rows(stripe_shop.app)["Payment"] == 1
    assert len(stripe_fake.payment_intents()) == 1
    assert is_replayed(stripe_shop.create(19.99, "k", externalId="A"))


def is_replayed(response) -> bool:
    return response.headers.get("Idempotent-Replayed") == "true"


def is_refused(response) -> bool:
    return response.status_code == 409


def test_a_few_at_once_make_one_order_on_either_database(on_both):
    shop = world.open_shop(on_both)
    answers = all_at_once(lambda _: shop.create(5, "k"), 8)
    assert {one.status_code for one in answers} <= {200, 409}
    assert rows(on_both)["Order"] == rows(on_both)["SandboxPayment"] == 1


def test_of_two_requests_with_one_key_and_two_bodies_one_is_made(shop):
    answers = all_at_once(lambda number: shop.create(5 + number % 2, "k"), 10)
    assert {one.status_code for one in answers} <= {200, 409, 422}
    assert rows(shop.app)["Order"] == 1


def test_many_same_refunds_at_once_give_the_money_back_once(shop):
    order = shop.order(100)
    shop.pay(order)
    answers = all_at_once(lambda _: shop.refund(order, 10, **{"Idempotency-Key": "r"}), 20)
    assert {one.status_code for one in answers} <= {200, 409}
    assert shop.see(order)["refundedAmount"] == 10
    assert rows(shop.app)["Refund"] == 1


def test_a_dead_holder_is_taken_over_by_exactly_one(stripe_shop, stripe_fake, later):
    stripe_fake.drop_before_commit("POST /v1/payment_intents", times=2)
    assert stripe_shop.create(5, "k").status_code == 502
    answers = all_at_once(lambda _: stripe_shop.create(5, "k"), 10)
    assert {one.status_code for one in answers} <= {200, 409}
    assert rows(stripe_shop.app)["Order"] == 1
    assert len(stripe_fake.payment_intents()) == 1


@pytest.mark.soak
def test_two_hundred_keys_with_five_requests_each_make_two_hundred_orders(make_app):
    shop = world.open_shop(make_app(API_RATE_LIMIT="100000"))
    for start in range(0, 200, 10):
        all_at_once(lambda number, start=start: shop.create(5, f"k{start + number % 10}"), 50)
    assert rows(shop.app)["Order"] == rows(shop.app)["SandboxPayment"] == 200
