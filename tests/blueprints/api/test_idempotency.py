"""Idempotency-Key: one call, one effect, one answer."""

import pytest
from sqlalchemy import select

from app.extensions import reading
from app.kit import clock
from app.models import IdempotencyKey, Order
from tests import world
from tests.blueprints.api.conftest import (
    IN_USE,
    INTENT,
    MISMATCH,
    hold,
    is_refused,
    is_replay_of,
    rows,
)


def test_the_same_request_is_answered_once_and_replayed_byte_for_byte(on_both):
    shop = world.open_shop(on_both)
    fields = {"externalId": "A", "itemName": "Crédits 💳", "metadata": {"a": "1", "b": "2"}}
    first = shop.create(19.99, "order-1", **fields)
    before = rows(on_both)
    is_replay_of(first, shop.create(19.99, "order-1", **fields))
    assert rows(on_both) == before
    assert before["Order"] == before["SandboxPayment"] == before["IdempotencyKey"] == 1


def test_the_key_may_be_quoted_or_bare(shop):
    first = shop.create(5, "k 1")
    is_replay_of(first, shop.create(5, '"k 1"'))
    assert shop.create(5, "k 1'").json["orderId"] != first.json["orderId"]


def test_order_of_fields_white_space_and_the_keys_place_do_not_matter(shop):
    first = shop.post(INTENT, '{"amount":5,"itemName":"a"}', **{"Idempotency-Key": "k"})
    again = shop.post(
        INTENT,
        f' {{ "itemName": "a", "apiKey": "{shop.key}", "amount": 5 }} ',
        **{"Idempotency-Key": "k"},
    )
    is_replay_of(first, again)


@pytest.mark.parametrize(
    "other", [{"amount": 6}, {"itemName": "b"}, {"unknown": 1}, {"amount": "no"}, {"amount": None}]
)
def test_another_request_with_the_same_key_is_refused(app, shop, other):
    first = shop.create(5, "k", itemName="a")
    before = rows(app)
    body = {"amount": 5, "itemName": "a", **other}
    is_refused(shop.post(INTENT, body, **{"Idempotency-Key": "k"}), *MISMATCH)
    assert rows(app) == before
    is_replay_of(first, shop.create(5, "k", itemName="a"))


def test_another_providers_same_key_is_its_own(app, shop):
    sister = world.open_shop(app, name="GBPay")
    stranger = world.open_shop(app, org="Globex", name="Bitloader")
    first = shop.create(5, "k")
    others = [one.create(5, "k") for one in (sister, stranger)]
    assert [one.status_code for one in others] == [200, 200]
    assert len({one.json["orderId"] for one in (first, *others)}) == 3
    assert sister.create(6, "k").status_code == 422


def test_the_same_key_at_another_call_is_its_own(shop):
    order = {"orderId": shop.create(5, "k").json["orderId"]}
    assert shop.refund(order, 5, **{"Idempotency-Key": "k"}).status_code == 409  # not paid
    assert shop.refund(order, 5, **{"Idempotency-Key": "k"}).json["code"] == "not_paid"


@pytest.mark.parametrize("key", ["", '""', "x" * 256, '"' + "x" * 256 + '"', "ключ", "tab\tbed"])
def test_a_key_is_1_to_255_printable_ascii_characters(house, key):
    headers = {"Idempotency-Key": key.encode().decode("latin-1")}
    response = house.post({"amount": 5}, **headers)
    assert (response.status_code, response.json["code"]) == (400, "invalid_idempotency_key")


@pytest.mark.parametrize("key", ["x", "x" * 255, '"' + "x" * 255 + '"', '"', 'a"b', "~ !", "\\"])
def test_any_such_key_works(shop, key):
    is_replay_of(shop.create(5, key), shop.create(5, key))


def test_a_key_is_remembered_for_24_hours(shop, later):
    first = shop.create(5, "k")
    later(24 * 3600 - 5)
    is_replay_of(first, shop.create(5, "k"))
    assert shop.create(6, "k").status_code == 422
    later(10)
    fresh = shop.create(6, "k")
    assert fresh.status_code == 200
    assert fresh.json["orderId"] != first.json["orderId"]
    is_replay_of(fresh, shop.create(6, "k"))


def test_refunds_are_idempotent_too(app, shop):
    order = shop.order(100)
    shop.pay(order)
    first = shop.refund(order, 30, **{"Idempotency-Key": "r"})
    assert (first.status_code, first.json["amount"]) == (200, 30)
    is_replay_of(first, shop.refund(order, 30, **{"Idempotency-Key": "r"}))
    is_refused(shop.refund(order, 31, **{"Idempotency-Key": "r"}), *MISMATCH)
    other = shop.refund(order, 30, **{"Idempotency-Key": "s"})
    assert other.json["refundId"] != first.json["refundId"]
    assert shop.see(order)["refundedAmount"] == 60
    assert rows(app)["Refund"] == 2


def test_one_key_for_refunds_of_two_orders_is_two_keys(shop):
    orders = [shop.order(10), shop.order(10)]
    for order in orders:
        shop.pay(order)
    answers = [shop.refund(order, 5, **{"Idempotency-Key": "r"}) for order in orders]
    assert [one.status_code for one in answers] == [200, 200]
    assert len({one.json["refundId"] for one in answers}) == 2


def test_a_refund_whose_process_died_is_taken_over_and_not_made_twice(shop, later):
    order = shop.order(100)
    shop.pay(order)
    first = shop.refund(order, 30, **{"Idempotency-Key": "r"})
    hold(shop, status_code=None, body=None, held_until=clock.after(60))
    is_refused(shop.refund(order, 30, **{"Idempotency-Key": "r"}), *IN_USE)
    later(61)
    again = shop.refund(order, 30, **{"Idempotency-Key": "r"})
    assert again.json["refundId"] == first.json["refundId"]
    assert shop.see(order)["refundedAmount"] == 30


def test_what_is_stored_for_a_key_holds_no_api_key(shop):
    shop.app.test_client().post(
        INTENT, json={"apiKey": shop.key, "amount": 5}, headers={"Idempotency-Key": "k"}
    )
    with shop.inside(), reading() as session:
        kept = session.scalars(select(IdempotencyKey)).one()
        order = session.scalars(select(Order)).one()
    stored = f"{kept.body} {kept.request_hash} {kept.key} {order.details}"
    assert shop.key not in stored
