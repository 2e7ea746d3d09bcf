"""The fake Square refuses what Square refuses, and keeps its books straight."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.fakes.customer import CustomerCannot
from tests.fakes.square import SquareFake

TOKEN = "EAAA-of-the-fakes-own-tests"
LINKS, REFUNDS = "/v2/online-checkout/payment-links", "/v2/refunds"
HOOKS = "/v2/webhooks/subscriptions"
LINK: dict[str, Any] = {
    "idempotency_key": "one",
    "order": {
        "location_id": "L1",
        "reference_id": "pay_1",
        "line_items": [
            {
                "name": "Tea",
                "quantity": "2",
                "base_price_money": {"amount": 600, "currency": "USD"},
            }
        ],
        "metadata": {"payment_id": "pay_1"},
    },
    "checkout_options": {"redirect_url": "https://shop.example/back"},
    "pre_populated_data": {"buyer_email": "ada@example.com"},
    "payment_note": "pay_1",
}
HOOK: dict[str, Any] = {
    "idempotency_key": "hook",
    "subscription": {
        "name": "ours",
        "event_types": ["payment.updated"],
        "notification_url": "https://shop.example/hook",
    },
}


@pytest.fixture
def fake() -> Iterator[SquareFake]:
    with SquareFake() as running:
        running.account(TOKEN)
        yield running


def send(fake: SquareFake, method: str, path: str, body: Any = None, **headers: str):
    fixed = {"Authorization": f"Bearer {TOKEN}", "Square-Version": "2025-08-20"}
    answer = requests.request(
        method, fake.url + path, json=body, headers={**fixed, **headers}, timeout=10
    )
    return answer.status_code, answer.json()


def link(fake: SquareFake, **more: Any) -> dict[str, Any]:
    status, body = send(fake, "POST", LINKS, {**LINK, **more})
    assert status == 200, body
    return body["payment_link"]


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["errors"][0]["code"]


def changed(path: str, value: Any) -> dict[str, Any]:
    """The usual link with one value changed; `...` takes it away."""
    body = copy.deepcopy(LINK)
    *steps, last = path.split(".")
    inside: Any = body
    for step in steps:
        inside = inside[int(step) if step.isdigit() else step]
    if value is ...:
        del inside[last]
    else:
        inside[last] = value
    return body


MONEY = "order.line_items.0.base_price_money"


@pytest.mark.parametrize(
    ("path", "value", "refusal"),
    [
        ("order", ..., "ONE_INSTRUMENT_EXPECTED"),
        ("order.location_id", ..., "MISSING_REQUIRED_PARAMETER"),
        ("order.location_id", 1, "EXPECTED_STRING"),
        ("order.location_id", "LOTHER", "INVALID_LOCATION"),
        ("order.reference_id", "r" * 41, "VALUE_TOO_LONG"),
        ("order.line_items", [], "ARRAY_EMPTY"),
        ("order.line_items.0.quantity", ..., "MISSING_REQUIRED_PARAMETER"),
        ("order.line_items.0.quantity", 2, "EXPECTED_STRING"),
        ("order.line_items.0.quantity", "0", "INVALID_VALUE"),
        ("order.line_items.0.name", "", "INVALID_VALUE"),
        ("order.line_items.0.name", "n" * 513, "VALUE_TOO_LONG"),
        ("order.line_items.0.note", "n" * 2001, "VALUE_TOO_LONG"),
        (MONEY + ".amount", "600", "EXPECTED_INTEGER"),
        (MONEY + ".amount", 6.5, "EXPECTED_INTEGER"),
        (MONEY + ".amount", True, "EXPECTED_INTEGER"),
        (MONEY + ".amount", 0, "VALUE_TOO_LOW"),
        (MONEY + ".amount", -1, "VALUE_TOO_LOW"),
        (MONEY + ".amount", ..., "MISSING_REQUIRED_PARAMETER"),
        (MONEY + ".currency", "EUR", "CURRENCY_MISMATCH"),
        (MONEY + ".currency", "usd", "INVALID_ENUM_VALUE"),
        (MONEY + ".currency", ..., "MISSING_REQUIRED_PARAMETER"),
        ("order.total_money", {"amount": 1, "currency": "USD"}, "UNKNOWN_BODY_PARAMETER"),
        ("order.metadata", {"a key": "x"}, "MAP_KEY_LENGTH_TOO_LONG"),
        ("order.metadata", {"k" * 61: "x"}, "MAP_KEY_LENGTH_TOO_LONG"),
        ("order.metadata", {"k": "x" * 256}, "MAP_KEY_LENGTH_TOO_LONG"),
        ("order.metadata", {"k": 1}, "EXPECTED_STRING"),
        ("checkout_options.redirect_url", "not an address", "INVALID_VALUE"),
        ("checkout_options.redirect_url", "https://a.example/" + "x" * 2048, "VALUE_TOO_LONG"),
        ("checkout_options.allow_tipping", "no", "EXPECTED_BOOLEAN"),
        ("checkout_options.colour", "red", "UNKNOWN_BODY_PARAMETER"),
        ("pre_populated_data.buyer_email", "ada", "INVALID_EMAIL_ADDRESS"),
        ("payment_note", "n" * 501, "VALUE_TOO_LONG"),
        ("idempotency_key", "k" * 193, "VALUE_TOO_LONG"),
        ("customer", "ada", "UNKNOWN_BODY_PARAMETER"),
    ],
)
def test_a_link_that_is_wrong(fake, path, value, refusal):
    assert code(send(fake, "POST", LINKS, changed(path, value))) == (400, refusal)
    assert fake.ledger("order") == []


def test_an_order_and_a_quick_pay_exclude_each_other(fake):
    quick = {"name": "Tea", "price_money": {"amount": 1, "currency": "USD"}, "location_id": "L1"}
    both = {**LINK, "quick_pay": quick}
    assert code(send(fake, "POST", LINKS, both)) == (400, "ONE_INSTRUMENT_EXPECTED")
    alone = {"idempotency_key": "q", "quick_pay": quick}
    assert send(fake, "POST", LINKS, alone)[0] == 200
    assert fake.ledger("order")[0]["total_money"] == {"amount": 1, "currency": "USD"}


def test_an_inactive_location_takes_nothing(fake):
    fake.location("L1", status="INACTIVE")
    assert code(send(fake, "POST", LINKS, LINK)) == (400, "INVALID_LOCATION")


# --- who may call, and how


@pytest.mark.parametrize("word", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_a_token_is_needed(fake, word):
    assert code(send(fake, "GET", "/v2/locations", Authorization=word)) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("version", ["", "latest", "2025-8-20"])
def test_a_version_is_needed(fake, version):
    answer = send(fake, "GET", "/v2/locations", **{"Square-Version": version})
    assert code(answer) == (400, "INVALID_SQUARE_VERSION_FORMAT")


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("PAYMENTS_WRITE", "POST", LINKS),
        ("ORDERS_WRITE", "POST", LINKS),
        ("ORDERS_WRITE", "DELETE", f"{LINKS}/x"),
        ("ORDERS_READ", "GET", f"{LINKS}/x"),
        ("ORDERS_READ", "GET", "/v2/orders/x"),
        ("PAYMENTS_READ", "GET", "/v2/payments/x"),
        ("PAYMENTS_WRITE", "POST", REFUNDS),
        ("PAYMENTS_READ", "GET", f"{REFUNDS}/x"),
        ("MERCHANT_PROFILE_READ", "GET", "/v2/locations"),
        ("MERCHANT_PROFILE_READ", "GET", "/v2/locations/L1"),
        ("WEBHOOKS", "GET", HOOKS),
    ],
)
def test_a_right_that_is_missing_is_named(fake, scope, method, path):
    fake.account(TOKEN, lacks=[scope])
    status, body = send(fake, method, path, LINK if method == "POST" else None)
    assert (status, body["errors"][0]["code"]) == (403, "INSUFFICIENT_SCOPES")
    assert scope in body["errors"][0]["detail"]


@pytest.mark.parametrize("path", ["/", "/v2/customers", f"{LINKS}/", "/v1/payments"])
def test_what_is_not_there_is_404(fake, path):
    assert code(send(fake, "GET", path)) == (404, "NOT_FOUND")


def test_bodies_are_json(fake):
    fixed = {"Authorization": f"Bearer {TOKEN}", "Square-Version": "2025-08-20"}
    answer = requests.post(fake.url + LINKS, data="x=1", headers=fixed, timeout=10)
    assert answer.status_code == 415
    fixed["Content-Type"] = "application/json"
    answer = requests.post(fake.url + LINKS, data="{", headers=fixed, timeout=10)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "EXPECTED_JSON_BODY")
    assert code(send(fake, "POST", LINKS, [])) == (400, "EXPECTED_OBJECT")


def test_unknown_questions_are_refused(fake):
    assert code(send(fake, "GET", "/v2/locations?limit=1")) == (400, "UNKNOWN_QUERY_PARAMETER")


def test_one_merchant_sees_nothing_of_another(fake):
    made = link(fake)
    fake.account(TOKEN, id="MLOTHER", locations=["L9"])
    for path in (f"{LINKS}/{made['id']}", f"/v2/orders/{made['order_id']}", "/v2/locations/L1"):
        assert code(send(fake, "GET", path)) == (404, "NOT_FOUND")


# --- keys


def test_a_key_makes_one_link_and_refuses_another_body(fake):
    first = link(fake)
    assert link(fake) == first
    assert len(fake.ledger("link")) == 1
    answer = send(fake, "POST", LINKS, changed("payment_note", "another"))
    assert code(answer) == (400, "IDEMPOTENCY_KEY_REUSED")
    assert link(fake, idempotency_key="two")["id"] != first["id"]
    assert link(fake, idempotency_key="")["id"] != link(fake, idempotency_key="")["id"]
    fake.account(TOKEN, id="MLOTHER", locations=["L1"])
    assert link(fake)["id"] != first["id"], "keys are a merchant's own"


# --- paying


def test_a_link_is_paid_once(fake):
    made = link(fake)
    fake.pay(made["id"])
    with pytest.raises(CustomerCannot):
        fake.pay(made["id"])
    order = send(fake, "GET", f"/v2/orders/{made['order_id']}")[1]["order"]
    (tender,) = order["tenders"]
    assert (order["state"], order["net_amount_due_money"]["amount"]) == ("OPEN", 0)
    payment = send(fake, "GET", f"/v2/payments/{tender['payment_id']}")[1]["payment"]
    assert (payment["status"], payment["note"]) == ("COMPLETED", "pay_1")
    assert payment["total_money"] == {"amount": 1200, "currency": "USD"}


def test_a_deleted_link_cannot_be_paid_and_a_paid_order_is_not_cancelled(fake):
    made = link(fake)
    gone = send(fake, "DELETE", f"{LINKS}/{made['id']}")
    assert gone == (200, {"id": made["id"], "cancelled_order_id": made["order_id"]})
    with pytest.raises(CustomerCannot):
        fake.pay(made["id"])
    assert code(send(fake, "DELETE", f"{LINKS}/{made['id']}")) == (404, "NOT_FOUND")
    paid = link(fake, idempotency_key="two")
    fake.pay(paid["id"], status="APPROVED")
    assert send(fake, "DELETE", f"{LINKS}/{paid['id']}") == (200, {"id": paid["id"]})
    assert fake.object("order", paid["order_id"])["state"] == "OPEN"


# --- refunds


def refund(fake: SquareFake, amount: Any, key: str = "r", **more: Any):
    (payment,) = fake.ledger("payment")
    money = {"amount": amount, "currency": "USD"}
    body = {"idempotency_key": key, "payment_id": payment["id"], "amount_money": money, **more}
    return send(fake, "POST", REFUNDS, {k: v for k, v in body.items() if v is not ...})


@pytest.mark.parametrize(
    ("more", "status", "refusal"),
    [
        ({"idempotency_key": ...}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"idempotency_key": ""}, 400, "VALUE_TOO_SHORT"),
        ({"idempotency_key": "k" * 46}, 400, "VALUE_TOO_LONG"),
        ({"idempotency_key": "é" * 23}, 400, "VALUE_TOO_LONG"),
        ({"amount_money": ...}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"payment_id": ...}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"payment_id": "nothing"}, 404, "NOT_FOUND"),
        ({"amount_money": {"amount": 0, "currency": "USD"}}, 400, "VALUE_TOO_LOW"),
        ({"amount_money": {"amount": 1, "currency": "EUR"}}, 400, "CURRENCY_MISMATCH"),
        ({"amount_money": {"amount": 1201, "currency": "USD"}}, 400, "REFUND_AMOUNT_INVALID"),
        ({"amount_money": {"amount": "1", "currency": "USD"}}, 400, "EXPECTED_INTEGER"),
        ({"reason": "r" * 193}, 400, "VALUE_TOO_LONG"),
        ({"colour": "red"}, 400, "UNKNOWN_BODY_PARAMETER"),
    ],
)
def test_a_refund_that_is_wrong(fake, more, status, refusal):
    fake.pay(link(fake)["id"])
    assert code(refund(fake, 100, **more)) == (status, refusal)
    assert fake.ledger("refund") == []


def test_refunds_add_up_to_what_was_paid(fake):
    fake.pay(link(fake)["id"])
    first = refund(fake, 700, "a")
    assert refund(fake, 700, "a") == first
    assert code(refund(fake, 501, "b")) == (400, "REFUND_AMOUNT_INVALID")
    assert code(refund(fake, 1, "a")) == (400, "IDEMPOTENCY_KEY_REUSED")
    assert "refunded_money" not in fake.ledger("payment")[0]
    fake.finish_refunds()
    assert fake.ledger("payment")[0]["refunded_money"]["amount"] == 700
    rejected = refund(fake, 500, "c")[1]["refund"]["id"]
    fake.finish_refund(rejected, "REJECTED")
    assert fake.ledger("payment")[0]["refunded_money"]["amount"] == 700
    assert refund(fake, 500, "d")[0] == 200
    fake.finish_refunds()
    assert fake.ledger("payment")[0]["refunded_money"]["amount"] == 1200


def test_only_completed_payments_are_refunded(fake):
    fake.pay(link(fake)["id"], status="APPROVED")
    assert code(refund(fake, 100)) == (400, "PAYMENT_NOT_REFUNDABLE")


# --- webhooks


@pytest.mark.parametrize(
    ("name", "value", "refusal"),
    [
        ("event_types", [], "MISSING_REQUIRED_PARAMETER"),
        ("event_types", ["payment.exploded"], "INVALID_VALUE"),
        ("event_types", "payment.updated", "EXPECTED_ARRAY"),
        ("notification_url", "http://shop.example/hook", "INVALID_VALUE"),
        ("notification_url", "shop.example", "INVALID_VALUE"),
        ("name", "n" * 65, "VALUE_TOO_LONG"),
        ("signature_key", "mine", "UNKNOWN_BODY_PARAMETER"),
    ],
)
def test_a_subscription_that_is_wrong(fake, name, value, refusal):
    body = {"subscription": {**HOOK["subscription"], name: value}}
    assert code(send(fake, "POST", HOOKS, body)) == (400, refusal)
    assert fake.subscriptions.rows == {}


def test_a_subscriptions_key_is_told_at_its_making_and_again_but_in_no_list(fake):
    made = send(fake, "POST", HOOKS, HOOK)[1]["subscription"]
    assert send(fake, "POST", HOOKS, HOOK)[1]["subscription"] == made
    again = send(fake, "GET", f"{HOOKS}/{made['id']}")[1]["subscription"]
    assert again["signature_key"] == made["signature_key"]
    assert "signature_key" not in send(fake, "GET", HOOKS)[1]["subscriptions"][0]


def test_disabled_subscriptions_are_listed_only_when_asked_for(fake):
    made = send(fake, "POST", HOOKS, HOOK)[1]["subscription"]
    send(fake, "PUT", f"{HOOKS}/{made['id']}", {"subscription": {"enabled": False}})
    assert send(fake, "GET", HOOKS)[1] == {}
    assert len(send(fake, "GET", f"{HOOKS}?include_disabled=true")[1]["subscriptions"]) == 1
    assert code(send(fake, "GET", f"{HOOKS}?limit=101")) == (400, "VALUE_TOO_HIGH")


def test_a_call_is_signed_over_address_and_body(fake):
    url = "https://shop.example/hook"
    fake.pay(link(fake)["id"])
    event = fake.last_event("payment.updated")
    body, headers = fake.sign(event, url, "key")
    mac = hmac.new(b"key", url.encode() + body, hashlib.sha256).digest()
    assert headers["x-square-hmacsha256-signature"] == base64.b64encode(mac).decode()
    assert json.loads(body)["data"]["object"]["payment"]["status"] == "COMPLETED"


# --- faults


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (401, "UNAUTHORIZED"),
        (403, "INSUFFICIENT_SCOPES"),
        (429, "RATE_LIMITED"),
        (500, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_planned_errors_have_squares_shape_and_do_nothing(fake, status, wanted):
    fake.fail_next(f"POST {LINKS}$", status=status)
    assert code(send(fake, "POST", LINKS, LINK)) == (status, wanted)
    assert fake.ledger("link") == []
    link(fake)


def test_an_answer_that_is_lost_was_work_done(fake):
    fake.drop_after_commit(f"POST {LINKS}$")
    with pytest.raises(requests.ConnectionError):
        send(fake, "POST", LINKS, LINK)
    (made,) = fake.ledger("link")
    assert link(fake)["id"] == made["id"]
