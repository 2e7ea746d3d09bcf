"""What the fake PayPal refuses, as an integrator sees it."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.fakes.customer import CustomerCannot
from tests.fakes.paypal import PayPalFake
from tests.fakes.paypal_checks import DESCRIPTION
from tests.fakes.paypal_webhooks import event_in

ORDERS = "/v2/checkout/orders"
PAGE = {"return_url": "https://shop.example/back", "cancel_url": "https://shop.example/"}
ORDER = {
    "intent": "CAPTURE",
    "purchase_units": [{"amount": {"currency_code": "USD", "value": "20.00"}, "custom_id": "p1"}],
    "payment_source": {"paypal": {"experience_context": {**PAGE, "user_action": "PAY_NOW"}}},
}


@pytest.fixture
def fake() -> Iterator[PayPalFake]:
    """A running fake with one app."""
    with PayPalFake() as running:
        running.app("A", "secret")
        yield running


def send(fake: PayPalFake, method: str, path: str, body: Any = None, **headers: str):
    """One call; its status and what was answered."""
    connection = HTTPConnection(urlsplit(fake.url).netloc, timeout=10)
    raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, raw, sent)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text or b"null")


def token(fake: PayPalFake, pair: bytes = b"A:secret", body: bytes = b""):
    """Ask for a token."""
    basic = f"Basic {base64.b64encode(pair).decode()}"
    form = body or b"grant_type=client_credentials"
    return send(fake, "POST", "/v1/oauth2/token", form, Authorization=basic)


def call(fake: PayPalFake, method: str, path: str, body: Any = None, **headers: str):
    """One call with a fresh token; whole answers and JSON unless said otherwise."""
    _, made = token(fake)
    usual = {
        "Authorization": f"Bearer {made['access_token']}",
        "Content_Type": "application/json",
        "Prefer": "return=representation",
    }
    return send(fake, method, path, body, **{**usual, **headers})


def order(fake: PayPalFake, key: str = "k1", **changes: Any) -> str:
    """The id of a new order."""
    status, made = call(fake, "POST", ORDERS, {**ORDER, **changes}, PayPal_Request_Id=key)
    assert status == 201, made
    return made["id"]


def issue(answer: tuple[int, Any]) -> tuple[int, str]:
    """Status and issue of a refusal."""
    status, body = answer
    return status, (body.get("details") or [{}])[0].get("issue") or body["name"]


def captured(fake: PayPalFake, key: str = "k1") -> str:
    """The id of a new capture."""
    made = order(fake, key)
    fake.approve(made)
    _, body = call(fake, "POST", f"{ORDERS}/{made}/capture", {}, PayPal_Request_Id=f"c-{key}")
    return body["purchase_units"][0]["payments"]["captures"][0]["id"]


def test_credentials_and_tokens(fake: PayPalFake) -> None:
    assert token(fake, b"A:wrong")[1]["error"] == "invalid_client"
    assert token(fake, b"B:secret")[0] == 401
    assert token(fake, body=b"grant_type=password")[0] == 400
    assert send(fake, "GET", f"{ORDERS}/X")[0] == 401
    assert call(fake, "GET", f"{ORDERS}/X", Authorization="Bearer nobody")[0] == 401
    _, made = token(fake)
    fake.revoke_tokens()
    bearer = f"Bearer {made['access_token']}"
    assert send(fake, "GET", f"{ORDERS}/X", Authorization=bearer)[0] == 401
    fake.token_life = -1
    assert call(fake, "GET", f"{ORDERS}/X")[0] == 401


def test_missing_rights(fake: PayPalFake) -> None:
    fake.app("A", "secret", lacks=["payments/payment", "applications/webhooks"])
    assert issue(call(fake, "POST", ORDERS, ORDER)) == (403, "PERMISSION_DENIED")
    assert call(fake, "GET", "/v1/notifications/webhooks")[0] == 403


def altered(path: str, value: Any) -> Any:
    """The usual order with one value changed, or taken away."""
    body: Any = copy.deepcopy(ORDER)
    *way, last = path.split("/")
    inner = body
    for step in way:
        inner = inner[int(step) if step.isdigit() else step]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return body


UNIT, CONTEXT = "purchase_units/0", "payment_source/paypal/experience_context"


@pytest.mark.parametrize(
    ("path", "value", "status", "said"),
    [
        ("intent", None, 400, "MISSING_REQUIRED_PARAMETER"),
        ("intent", "BUY", 400, "INVALID_PARAMETER_VALUE"),
        ("intent", "AUTHORIZE", 422, "UNSUPPORTED_INTENT"),
        ("purchase_units", [], 400, "INVALID_ARRAY_MIN_ITEMS"),
        ("purchase_units", {}, 400, "INVALID_PARAMETER_SYNTAX"),
        ("purchase_units", [ORDER["purchase_units"][0]] * 11, 400, "INVALID_ARRAY_MAX_ITEMS"),
        (f"{UNIT}/amount", None, 400, "MISSING_REQUIRED_PARAMETER"),
        (f"{UNIT}/amount/value", 20, 400, "INVALID_PARAMETER_SYNTAX"),
        (f"{UNIT}/amount/value", "20,00", 400, "INVALID_PARAMETER_SYNTAX"),
        (f"{UNIT}/amount/value", "2e1", 400, "INVALID_PARAMETER_SYNTAX"),
        (f"{UNIT}/amount/value", "1" * 33, 400, "INVALID_STRING_LENGTH"),
        (f"{UNIT}/amount/value", "0.00", 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        (f"{UNIT}/amount/value", "-1.00", 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        (f"{UNIT}/amount/value", "1.001", 422, "DECIMAL_PRECISION"),
        (f"{UNIT}/amount/value", "1" * 16, 422, "MAX_VALUE_EXCEEDED"),
        (f"{UNIT}/amount/currency_code", "XYZ", 422, "INVALID_CURRENCY_CODE"),
        (f"{UNIT}/amount/currency_code", "US", 400, "INVALID_STRING_LENGTH"),
        (f"{UNIT}/amount/currency_code", "HUF", 422, "DECIMAL_PRECISION"),
        (f"{UNIT}/amount/currency_code", "JPY", 422, "DECIMAL_PRECISION"),
        (f"{UNIT}/amount/currency_code", "TWD", 422, "DECIMAL_PRECISION"),
        (f"{UNIT}/custom_id", "x" * 128, 400, "INVALID_STRING_LENGTH"),
        (f"{UNIT}/custom_id", "", 400, "INVALID_STRING_LENGTH"),
        (f"{UNIT}/description", "ã" * 64, 400, "INVALID_STRING_LENGTH"),
        (f"{UNIT}/colour", "red", 400, "NOT_SUPPORTED"),
        ("payment_source/venmo", {}, 400, "NOT_SUPPORTED"),
        (f"{CONTEXT}/return_url", "shop.example/back", 400, "INVALID_PARAMETER_SYNTAX"),
        (f"{CONTEXT}/locale", "pt_PT", 400, "INVALID_PARAMETER_SYNTAX"),
        (f"{CONTEXT}/user_action", "PAY", 400, "INVALID_PARAMETER_VALUE"),
        (f"{CONTEXT}/shipping_preference", "NONE", 400, "INVALID_PARAMETER_VALUE"),
        (f"{CONTEXT}/landing_page", "BILLING", 400, "INVALID_PARAMETER_VALUE"),
    ],
)
def test_wrong_orders(fake: PayPalFake, path: str, value: Any, status: int, said: str) -> None:
    answer = call(fake, "POST", ORDERS, altered(path, value), PayPal_Request_Id="k1")
    assert issue(answer) == (status, said)
    assert said in DESCRIPTION["issues"]["order"]
    assert fake.all_orders() == []


def test_bodies_that_are_no_json(fake: PayPalFake) -> None:
    assert issue(call(fake, "POST", ORDERS, b"{")) == (400, "MALFORMED_REQUEST_JSON")
    assert call(fake, "POST", ORDERS, ORDER, Content_Type="text/plain")[0] == 415
    assert call(fake, "PUT", ORDERS, ORDER)[0] == 404


def test_request_ids(fake: PayPalFake, later: Any) -> None:
    assert issue(call(fake, "POST", ORDERS, ORDER)) == (400, "PAYPAL_REQUEST_ID_REQUIRED")
    for key in ("", "x" * 109):
        answer = call(fake, "POST", ORDERS, ORDER, PayPal_Request_Id=key)
        assert issue(answer) == (400, "INVALID_STRING_LENGTH")
    first = order(fake, "x" * 108)
    status, again = call(fake, "POST", ORDERS, ORDER, PayPal_Request_Id="x" * 108)
    assert (status, again["id"]) == (200, first)
    other = altered(f"{UNIT}/custom_id", "p2")
    answer = call(fake, "POST", ORDERS, other, PayPal_Request_Id="x" * 108)
    assert issue(answer) == (422, "DUPLICATE_REQUEST_ID")
    later(6 * 3600 + 1)
    assert order(fake, "x" * 108) != first


def test_captures(fake: PayPalFake) -> None:
    one = order(fake)
    capture = f"{ORDERS}/{one}/capture"
    assert issue(call(fake, "POST", capture, {})) == (422, "ORDER_NOT_APPROVED")
    fake.approve(one)
    with pytest.raises(CustomerCannot):
        fake.approve(one)
    assert call(fake, "POST", capture, {"amount": "1"})[0] == 400
    assert call(fake, "POST", capture, {}, PayPal_Request_Id="c1")[0] == 201
    assert call(fake, "POST", capture, {}, PayPal_Request_Id="c1")[0] == 200
    answer = call(fake, "POST", capture, {}, PayPal_Request_Id="c2")
    assert issue(answer) == (422, "ORDER_ALREADY_CAPTURED")
    assert len(fake.charges()) == 1


def test_an_invoice_is_taken_once(fake: PayPalFake) -> None:
    unit = {**ORDER["purchase_units"][0], "invoice_id": "i1"}
    first, second = (order(fake, key, purchase_units=[unit]) for key in ("k1", "k2"))
    fake.approve(first)
    fake.approve(second)
    assert call(fake, "POST", f"{ORDERS}/{first}/capture", {})[0] == 201
    answer = call(fake, "POST", f"{ORDERS}/{second}/capture", {})
    assert issue(answer) == (422, "DUPLICATE_INVOICE_ID")


def test_little_is_answered_unless_it_is_asked_for(fake: PayPalFake) -> None:
    status, made = call(fake, "POST", ORDERS, ORDER, PayPal_Request_Id="k", Prefer="return=minimal")
    assert (status, set(made)) == (201, {"id", "status", "links"})


def test_orders_are_their_accounts_and_are_forgotten(fake: PayPalFake, later: Any) -> None:
    one, approved = order(fake), order(fake, "k2")
    fake.approve(approved)
    fake.app("B", "secret", merchant_id="SOMEBODYELSE2")
    _, made = token(fake, b"B:secret")
    theirs = send(fake, "GET", f"{ORDERS}/{one}", Authorization=f"Bearer {made['access_token']}")
    assert theirs[0] == 404
    assert theirs[1]["name"] == "RESOURCE_NOT_FOUND"
    later(3 * 3600 + 1)
    assert call(fake, "GET", f"{ORDERS}/{one}")[0] == 404
    assert call(fake, "GET", f"{ORDERS}/{approved}")[1]["status"] == "APPROVED"
    with pytest.raises(CustomerCannot):
        fake.approve(one)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ({"currency_code": "USD", "value": "20.01"}, "REFUND_AMOUNT_EXCEEDED"),
        ({"currency_code": "EUR", "value": "1.00"}, "REFUND_CAPTURE_CURRENCY_MISMATCH"),
        ({"currency_code": "USD", "value": "0"}, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ({"currency_code": "USD", "value": "0.001"}, "DECIMAL_PRECISION"),
    ],
)
def test_wrong_refunds(fake: PayPalFake, amount: dict[str, str], said: str) -> None:
    path = f"/v2/payments/captures/{captured(fake)}/refund"
    assert issue(call(fake, "POST", path, {"amount": amount})) == (422, said)
    assert said in DESCRIPTION["issues"]["refund"]
    assert fake.all_refunds() == []


def test_refunds_end_at_what_was_paid(fake: PayPalFake) -> None:
    capture = captured(fake)
    path = f"/v2/payments/captures/{capture}/refund"
    part = {"amount": {"currency_code": "USD", "value": "5.00"}, "custom_id": "r1"}
    assert call(fake, "POST", path, part, PayPal_Request_Id="r1")[0] == 201
    assert call(fake, "POST", path, part, PayPal_Request_Id="r1")[0] == 200
    assert call(fake, "POST", path, {})[1]["amount"]["value"] == "15.00"
    assert issue(call(fake, "POST", path, {})) == (422, "CAPTURE_FULLY_REFUNDED")
    assert call(fake, "GET", f"/v2/payments/captures/{capture}")[1]["status"] == "REFUNDED"
    assert len(fake.all_refunds()) == 2


def test_pending_and_failed_captures_are_not_refunded(fake: PayPalFake) -> None:
    one = order(fake)
    fake.approve(one)
    fake.capture_as(one, "PENDING", "ECHECK")
    _, made = call(fake, "POST", f"{ORDERS}/{one}/capture", {})
    capture = made["purchase_units"][0]["payments"]["captures"][0]["id"]
    path = f"/v2/payments/captures/{capture}/refund"
    assert issue(call(fake, "POST", path, {})) == (422, "PENDING_CAPTURE")
    fake.settle_capture(one, "DECLINED")
    assert issue(call(fake, "POST", path, {})) == (422, "REFUND_NOT_ALLOWED")


def test_wrong_webhooks(fake: PayPalFake) -> None:
    path, types = "/v1/notifications/webhooks", [{"name": "CHECKOUT.ORDER.APPROVED"}]
    right = {"url": "https://pay.example/hook", "event_types": types}
    for change in (
        {"url": "http://pay.example/hook"},
        {"url": "https://x/" + "y" * 2048},
        {"event_types": []},
        {"event_types": [{"name": "PAYMENT.CAPTURE.DECLINED"}]},
        {"event_types": [{}]},
        {"secret": "x"},
    ):
        assert call(fake, "POST", path, {**right, **change})[0] == 400
    status, made = call(fake, "POST", path, right)
    assert status == 201
    assert issue(call(fake, "POST", path, right)) == (400, "WEBHOOK_URL_ALREADY_EXISTS")
    change = [{"op": "replace", "path": "/event_types", "value": [{"name": "*"}]}]
    assert call(fake, "PATCH", f"{path}/{made['id']}", change)[0] == 200
    assert call(fake, "PATCH", f"{path}/{made['id']}", [{"op": "remove", "path": "/url"}])[0] == 400
    assert call(fake, "PATCH", f"{path}/X1", change)[0] == 404
    assert call(fake, "DELETE", f"{path}/{made['id']}")[0] == 204
    assert call(fake, "DELETE", f"{path}/{made['id']}")[0] == 404


def test_verification_reads_the_bytes(fake: PayPalFake) -> None:
    fake.register("A", "W1")
    body, headers = fake.sign({"id": "WH-1", "event_type": "X", "resource": {}}, "W1")
    named = {name.lower().removeprefix("paypal-"): value for name, value in headers.items()}
    question = {
        "auth_algo": named["auth-algo"],
        "cert_url": named["cert-url"],
        "transmission_id": named["transmission-id"],
        "transmission_sig": named["transmission-sig"],
        "transmission_time": named["transmission-time"],
        "webhook_id": "W1",
    }

    def verdict(raw: bytes, **changes: str) -> Any:
        said = json.dumps({**question, **changes})[:-1].encode()
        raw = said + b', "webhook_event":  ' + raw + b"}"
        status, answer = call(fake, "POST", "/v1/notifications/verify-webhook-signature", raw)
        return answer.get("verification_status", status)

    assert verdict(body) == "SUCCESS"
    assert verdict(json.dumps(json.loads(body), indent=1).encode()) == "FAILURE"
    assert verdict(body, webhook_id="W2") == "FAILURE"
    assert verdict(body, transmission_sig="A" * 344) == "FAILURE"
    assert verdict(body, auth_algo="SHA 256") == 400
    assert verdict(body, transmission_id="123") == 400
    assert verdict(b"[]") == 400
    assert event_in(b'{"a":1, "webhook_event": {"x": "}"} , "b":2}') == b'{"x": "}"}'
