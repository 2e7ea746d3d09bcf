"""What was sent to a provider's endpoints, and sending it once more."""

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import update

from app.extensions import db, transaction
from app.kit import clock
from app.models import EventType, WebhookEndpoint
from app.services import webhook_endpoints
from app.services.deliveries.signatures import NOT_KEPT
from tests import world
from tests.blueprints.api.conftest import is_refused

DELIVERIES = "/api/webhook-deliveries"


@pytest.fixture
def told_shop(app, httpserver: HTTPServer):
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    return world.open_shop(app, webhook_url=httpserver.url_for("/hook"))


def found(shop, query=""):
    response = shop.get(DELIVERIES + query)
    assert response.status_code == 200, response.text
    return response.json["deliveries"]


def redeliver(shop, delivery_id):
    return shop.post(f"{DELIVERIES}/{delivery_id}/redeliver")


def test_a_delivery_says_what_was_sent_and_how_it_went(told_shop):
    order = told_shop.order(5)
    told_shop.pay(order)
    (one,) = found(told_shop)
    assert one["deliveryId"].startswith("dlv_")
    assert one["eventId"].startswith("evt_")
    assert (one["event"], one["orderId"]) == ("payment_succeeded", order["orderId"])
    assert (one["status"], one["attempts"], one["lastStatusCode"]) == ("succeeded", 1, 204)
    assert one["deliveredAt"] is not None
    assert one["nextAttemptAt"] is None
    assert one["lastError"] is None


def test_deliveries_are_found_by_order_and_status_on_pages(told_shop):
    orders = [told_shop.order(5) for _ in range(3)]
    for order in orders:
        told_shop.cancel(order)
    world.run_tasks(told_shop.app)
    pending = told_shop.order(6)
    told_shop.cancel(pending)
    one, *others = found(told_shop, f"?orderId={orders[0]['orderId']}")
    assert (one["orderId"], others) == (orders[0]["orderId"], [])
    assert found(told_shop, "?orderId=ord_1") == []
    assert [one["orderId"] for one in found(told_shop, "?status=pending")] == [pending["orderId"]]
    assert len(found(told_shop, "?status=succeeded")) == 3
    first = told_shop.get(f"{DELIVERIES}?limit=3").json
    second = told_shop.get(f"{DELIVERIES}?limit=3&cursor={first['nextCursor']}").json
    ids = [one["deliveryId"] for one in first["deliveries"] + second["deliveries"]]
    assert ids == sorted(ids, reverse=True)
    assert (len(set(ids)), second["nextCursor"]) == (4, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "open"),
        ("status", "%00"),
        ("limit", "0"),
        ("cursor", "ord_1"),
        ("orderId", "%00"),
        ("orderId", "x" * 256),
        ("endpointId", "%00"),
        ("event", "paid"),
        ("since", "yesterday"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(house, name, value):
    is_refused(
        house.shop.get(f"{DELIVERIES}?{name}={value}"),
        400,
        f'Invalid field: "{name}"',
        "invalid_field",
        field=name,
    )


def test_they_are_found_by_event_endpoint_and_time_as_well(told_shop, httpserver, later):
    httpserver.expect_request("/other").respond_with_data("", status=204)
    with told_shop.inside():
        webhook_endpoints.add(
            told_shop.provider_id, httpserver.url_for("/other"), list(EventType), actor="test"
        )
    told_shop.pay(told_shop.order(5))
    later(60)
    moment = clock.iso(clock.now())
    told_shop.cancel(told_shop.order(6))
    paid = found(told_shop, "?event=payment_succeeded")
    assert {one["event"] for one in paid} == {"payment_succeeded"}
    assert len({one["endpointId"] for one in paid}) == len(paid) == 2
    to_one = found(told_shop, f"?endpointId={paid[0]['endpointId']}&event=payment_succeeded")
    assert to_one == [paid[0]]
    assert {one["event"] for one in found(told_shop, f"?since={moment}")} == {"payment_cancelled"}
    assert found(told_shop, "?event=ping") == []


def test_one_delivery_tells_what_was_sent_and_what_came_back(told_shop, httpserver):
    httpserver.clear()
    httpserver.expect_request("/hook").respond_with_data("busy", status=503)
    told_shop.cancel(told_shop.order(5))
    world.run_serially(told_shop.app)
    (one,) = found(told_shop)
    whole = told_shop.get(f"{DELIVERIES}/{one['deliveryId']}").json
    assert {name: whole[name] for name in one} == one
    assert whole["url"] == httpserver.url_for("/hook")
    sent, _ = httpserver.log[0]
    assert whole["payload"].encode() == sent.data
    (made,) = whole["tries"]
    assert (made["number"], made["trigger"], made["statusCode"]) == (1, "schedule", 503)
    assert (made["error"], made["responseBody"], made["responseBodyIsCut"]) == (
        "E_STATUS",
        "busy",
        False,
    )
    assert made["requestHeaders"]["webhook-id"] == one["eventId"]
    assert made["requestHeaders"]["webhook-signature"] == NOT_KEPT, "it could be sent again"
    assert made["startedAt"] <= made["endedAt"]


def test_a_delivery_is_sent_once_more_with_the_same_id(told_shop, httpserver):
    told_shop.pay(told_shop.order(5))
    (one,) = found(told_shop)
    response = redeliver(told_shop, one["deliveryId"])
    assert (response.status_code, response.json["status"]) == (200, "pending")
    world.run_tasks(told_shop.app)
    (again,) = found(told_shop)
    assert (again["status"], again["attempts"]) == ("succeeded", 2)
    first, second = (request for request, _ in httpserver.log)
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == one["eventId"]
    assert first.data == second.data


def test_a_delivery_that_is_still_being_tried_is_not_sent_beside_it(told_shop):
    told_shop.cancel(told_shop.order(5))
    (one,) = found(told_shop, "?status=pending")
    is_refused(
        redeliver(told_shop, one["deliveryId"]),
        409,
        "This delivery is still being tried",
        "delivery_pending",
    )


def test_nothing_is_sent_to_a_disabled_endpoint(told_shop):
    told_shop.pay(told_shop.order(5))
    with told_shop.inside(), transaction():
        db.session.execute(update(WebhookEndpoint).values(disabled_at=clock.now()))
    (one,) = found(told_shop)
    is_refused(
        redeliver(told_shop, one["deliveryId"]),
        409,
        "The endpoint is disabled",
        "endpoint_disabled",
    )


@pytest.mark.parametrize("delivery_id", ["dlv_1", "x", "%00", "%ff"])
def test_an_id_of_nothing_is_missing(house, delivery_id):
    for answer in (
        redeliver(house.shop, delivery_id),
        house.shop.get(f"{DELIVERIES}/{delivery_id}"),
    ):
        is_refused(answer, 404, "No such delivery", "not_found")


def test_another_providers_deliveries_are_missing(told_shop, httpserver):
    told_shop.pay(told_shop.order(5))
    (one,) = found(told_shop)
    for other in (
        world.open_shop(told_shop.app, name="GBPay"),
        world.open_shop(told_shop.app, org="Globex"),
    ):
        assert found(other) == []
        assert found(other, f"?orderId={one['orderId']}") == []
        assert found(other, f"?endpointId={one['endpointId']}") == []
        for answer in (
            redeliver(other, one["deliveryId"]),
            other.get(f"{DELIVERIES}/{one['deliveryId']}"),
        ):
            is_refused(answer, 404, "No such delivery", "not_found")
    world.run_tasks(told_shop.app)
    assert len(httpserver.log) == 1
