"""Every refusal of create-payment-intent: its words, its code, its place in the order of checks."""

import json
from io import BytesIO

import pytest

from app.services import intents
from tests.blueprints.api.conftest import INTENT, is_refused, rows

CATALOGUE = "stripe, square, paypal, crypto, easypay, ifthenpay, sandbox"


def test_a_body_over_64_kib_is_refused(house):
    body = json.dumps({"amount": 1, "itemName": "x" * 65_537})
    is_refused(house.post(body), 413, "Request body too large", "body_too_large")


def test_a_body_far_over_64_kib_is_refused_unread(house):
    body = b'{"amount": 1, "x": "' + b"x" * 2_000_000 + b'"}'
    is_refused(house.post(body), 413, "Request body too large", "body_too_large")


def test_a_body_that_does_not_say_how_long_it_is_is_measured(house):
    body = b'{"amount": 1, "x": "' + b"x" * 65_536 + b'"}'
    response = house.app.test_client().post(
        INTENT,
        input_stream=BytesIO(body),
        headers={"Transfer-Encoding": "chunked", "Authorization": f"Bearer {house.shop.key}"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    is_refused(response, 413, "Request body too large", "body_too_large")


def test_a_body_of_exactly_64_kib_is_read(house):
    start = b'{"amount": 0, "x": "'
    body = start + b"x" * (65_536 - len(start) - 2) + b'"}'
    assert len(body) == 65_536
    is_refused(house.post(body), 400, "Invalid amount provided", "invalid_amount")
    is_refused(house.post(body + b" "), 413, "Request body too large", "body_too_large")


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "Application/X-WWW-Form-Urlencoded; charset=utf-8",
    ],
)
def test_forms_are_refused(house, kind):
    response = house.shop.app.test_client().post(INTENT, data=b"amount=1", content_type=kind)
    is_refused(response, 415, "Unsupported content type", "unsupported_content_type")


def test_the_body_is_judged_before_the_key(house):
    response = house.app.test_client().post(INTENT, data="{", content_type="application/json")
    is_refused(response, 400, "Invalid JSON", "invalid_json")


def test_the_key_is_judged_before_the_fields(house):
    response = house.app.test_client().post(INTENT, json={"amount": "no"})
    is_refused(response, 401, "Invalid or inactive API key", "invalid_api_key")


def test_the_idempotency_key_is_judged_before_the_fields(house):
    response = house.post({"amount": "no"}, **{"Idempotency-Key": ""})
    is_refused(
        response,
        400,
        "Idempotency-Key must be 1 to 255 printable ASCII characters",
        "invalid_idempotency_key",
    )


@pytest.mark.parametrize("body", [{}, {"amount": None}, {"Amount": 5}, {"itemName": "\0"}])
def test_an_amount_is_required_before_anything_else_is_looked_at(house, body):
    is_refused(house.post(body), 400, "Amount is required", "amount_required")


def test_the_amount_is_judged_before_the_gateway(house):
    response = house.post({"amount": -1, "gateway": "venmo", "currency": "??", "locale": 7})
    is_refused(response, 400, "Invalid amount provided", "invalid_amount")


def test_the_gateway_is_judged_before_the_currency(house):
    response = house.post({"amount": 1, "gateway": "venmo", "currency": "??", "locale": 7})
    is_refused(
        response, 400, f'Invalid gateway: "venmo". Available: {CATALOGUE}', "invalid_gateway"
    )


def test_the_currency_is_judged_before_the_other_fields(house):
    response = house.post({"amount": 1, "gateway": "stripe", "currency": "XTS", "locale": 7})
    is_refused(response, 400, 'Unsupported currency: "XTS"', "invalid_currency")


def test_the_fields_are_judged_before_the_credentials(house):
    response = house.post({"amount": 1, "gateway": "stripe", "locale": 7})
    is_refused(response, 400, 'Invalid field: "locale"', "invalid_field", field="locale")


@pytest.mark.parametrize("gateway", ["Stripe", "stripe ", "", "resend", "bitcoin"])
def test_a_name_that_is_not_in_the_catalogue_is_no_gateway(house, gateway):
    is_refused(
        house.post({"amount": 1, "gateway": gateway}),
        400,
        f'Invalid gateway: "{gateway}". Available: {CATALOGUE}',
        "invalid_gateway",
    )


@pytest.mark.parametrize("gateway", [5, True, ["stripe"], {"name": "stripe"}, "x" * 5000, "\ud800"])
def test_anything_else_in_its_place_is_no_gateway_either(house, gateway):
    response = house.post({"amount": 1, "gateway": gateway})
    assert (response.status_code, response.json["code"]) == (400, "invalid_gateway")
    assert len(response.json["error"]) < 200


@pytest.mark.parametrize("currency", ["usd", "US", "USDX", "XAU", "", 840, ["USD"], "\0", "\udfff"])
def test_only_upper_case_iso_codes_are_currencies(house, currency):
    response = house.post({"amount": 1, "currency": currency})
    assert (response.status_code, response.json["code"]) == (400, "invalid_currency")


def test_a_currency_the_gateway_does_not_take_is_refused(house):
    response = house.post({"amount": 1, "gateway": "easypay", "currency": "USD"})
    is_refused(response, 400, 'Unsupported currency: "USD"', "invalid_currency")


@pytest.mark.parametrize("gateway", ["stripe", "square", "paypal", "crypto"])
def test_a_gateway_without_credentials_is_not_configured(house, gateway):
    is_refused(
        house.post({"amount": 1, "gateway": gateway}),
        400,
        f'Gateway not configured: "{gateway}"',
        "gateway_not_configured",
    )


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/orders/x/y/z", "/api/create-payment-intent/x"]
)
def test_a_path_that_is_not_there_answers_as_json(house, path):
    is_refused(house.shop.get(path), 404, "Not Found", "not_found")


def test_a_method_that_is_not_there_names_those_that_are(house):
    response = house.shop.get(INTENT)
    is_refused(response, 405, "Method Not Allowed", "method_not_allowed")
    assert response.headers["Allow"] == "OPTIONS, POST"


def test_what_nobody_expected_is_a_server_error_that_says_nothing_more(house, monkeypatch):
    def break_down(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(intents.routing, "choose", break_down)
    is_refused(house.post({"amount": 1}), 500, "Server error", "server_error")


def test_a_refused_request_with_an_idempotency_key_does_not_use_the_key_up(app, shop):
    assert shop.create("no", idempotency_key="k").status_code == 400
    assert rows(app)["IdempotencyKey"] == 0
    assert shop.create(5, idempotency_key="k").status_code == 200
