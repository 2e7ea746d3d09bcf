"""What the fake Stripe refuses, as the SDK sees it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe

from tests.fakes.customer import CustomerCannot
from tests.fakes.stripe import StripeFake
from tests.fakes.stripe_driver import HOME, KEY, cash_app, checkout, client, confirmed
from tests.fakes.stripe_world import API_VERSION


@pytest.fixture
def fake() -> Iterator[StripeFake]:
    """A running fake with one account."""
    with StripeFake() as running:
        running.account(KEY, id="acct_A")
        yield running


def test_cancel_and_what_cannot_be_cancelled(fake: StripeFake) -> None:
    api = client(fake)
    intent = api.payment_intents.create(confirmed())
    reason = {"cancellation_reason": "abandoned"}
    assert api.payment_intents.cancel(intent.id, reason).status == "canceled"
    with pytest.raises(CustomerCannot):
        fake.approve(intent.id)
    paid = api.payment_intents.create(confirmed())
    fake.approve(paid.id)
    waiting = api.payment_intents.create(confirmed())
    fake.process(waiting.id)
    api.checkout.sessions.create(checkout())
    fake.decline_in_session(fake.sessions()[0]["id"])
    of_session = fake.sessions()[0]["payment_intent"]
    for one in (intent.id, paid.id, waiting.id, of_session):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            api.payment_intents.cancel(one)
        assert caught.value.code == "payment_intent_unexpected_state"
    fake.finish_processing(waiting.id)
    assert len(fake.charges()) == 2


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"payment_method_types": ["cashapp"]}, "payment_method_types_no_longer_supported", None),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"shipping": {"name": "A", "address": {"town": "B"}}}, "parameter_unknown", None),
        ({"currency": None}, "parameter_missing", "currency"),
        ({"amount": "12.5"}, "parameter_invalid_integer", "amount"),
        ({"amount": 49}, "amount_too_small", "amount"),
        ({"amount": 100_000_000}, "amount_too_large", "amount"),
        ({"amount": -1}, "parameter_invalid_integer", "amount"),
        ({"currency": "xyz"}, None, "currency"),
        ({"description": ""}, "parameter_invalid_empty", "description"),
        ({"description": "x" * 1001}, None, "description"),
        ({"confirm": "yes"}, None, "confirm"),
        ({"capture_method": "later"}, None, "capture_method"),
        ({"receipt_email": "nobody"}, "email_invalid", "receipt_email"),
        ({"return_url": HOME}, None, "return_url"),
        ({"metadata": {str(i): "x" for i in range(51)}}, None, "metadata"),
        ({"metadata": {"k" * 41: "x"}}, None, "metadata"),
        ({"metadata": {"k": "x" * 501}}, None, "metadata[k]"),
        ({"automatic_payment_methods": {"enabled": True}}, None, None),
        ({"currency": "eur"}, None, "allowed_payment_method_types"),
        ({"allowed_payment_method_types": ["cash"]}, None, "allowed_payment_method_types[0]"),
    ],
)
def test_wrong_parameters_are_refused(
    fake: StripeFake, change: dict[str, Any], code: str | None, param: str | None
) -> None:
    p = {name: value for name, value in {**cash_app(), **change}.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client(fake).payment_intents.create(p)
    assert caught.value.http_status == 400
    assert caught.value.code == code
    assert param is None or caught.value.param == param
    assert caught.value.request_id
    assert fake.payment_intents() == []


def test_account_without_cash_app(fake: StripeFake) -> None:
    fake.account("sk_test_B", id="acct_B", capabilities={"card"})
    api = client(fake, "sk_test_B")
    both = {"amount": 500, "currency": "usd", "allowed_payment_method_types": ["card", "cashapp"]}
    assert api.payment_intents.create(both).payment_method_types == ["card"]
    with pytest.raises(stripe.InvalidRequestError, match="No valid payment method types"):
        api.payment_intents.create(cash_app())


def test_confirm_needs_a_method_and_a_return_url(fake: StripeFake) -> None:
    api = client(fake)
    intent = api.payment_intents.create(cash_app())
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        api.payment_intents.confirm(intent.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.confirm(intent.id, {"payment_method_data": {"type": "cashapp"}})
    assert caught.value.param == "return_url"
    other = {"payment_method_data": {"type": "klarna"}, "return_url": HOME}
    with pytest.raises(stripe.InvalidRequestError, match="not allowed"):
        api.payment_intents.confirm(intent.id, other)


def test_keys_modes_and_permissions(fake: StripeFake) -> None:
    with pytest.raises(stripe.AuthenticationError):
        client(fake, "sk_test_nobody").accounts.retrieve_current()
    fake.account("sk_live_A", id="acct_A")
    fake.account("rk_test_A", id="acct_A", lacks={"webhook_endpoints:write"})
    fake.account("sk_test_B", id="acct_B")
    intent = client(fake, "sk_live_A").payment_intents.create(cash_app())
    assert intent.livemode is True
    with pytest.raises(stripe.InvalidRequestError, match="live mode"):
        client(fake).payment_intents.retrieve(intent.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client(fake, "sk_test_B").payment_intents.retrieve(intent.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    endpoint = {"url": "https://pay.example/hook", "enabled_events": ["*"]}
    with pytest.raises(stripe.PermissionError):
        client(fake, "rk_test_A").webhook_endpoints.create(endpoint)
    assert client(fake, "rk_test_A").accounts.retrieve_current().id == "acct_A"


def test_version_must_be_sent(fake: StripeFake) -> None:
    connection = HTTPConnection(urlsplit(fake.url).netloc)
    connection.request("GET", "/v1/account", headers={"Authorization": f"Bearer {KEY}"})
    assert connection.getresponse().status == 400
    connection.close()
    client(fake).accounts.retrieve_current()
    assert fake.requests[-1].headers["Stripe-Version"] == API_VERSION


@pytest.mark.parametrize(
    "change",
    [
        {"payment_method_types": ["card"]},
        {"success_url": "shop.example/back"},
        {"success_url": None},
        {"line_items": None},
        {"line_items": [{"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 900}}]},
        {"client_reference_id": "x" * 201},
        {"expires_at": int(time.time()) + 1700},
        {"expires_at": int(time.time()) + 90_000},
        {"customer_email": "nobody"},
        {"ui_mode": "hosted"},
        {"adaptive_pricing": "no"},
        {"locale": "klingon"},
    ],
)
def test_wrong_sessions_are_refused(fake: StripeFake, change: dict[str, Any]) -> None:
    p = {name: value for name, value in checkout(**change).items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client(fake).checkout.sessions.create(p)
    assert caught.value.http_status == 400
    assert fake.sessions() == []


def test_refunds_never_exceed_the_charge(fake: StripeFake) -> None:
    api = client(fake)
    intent = api.payment_intents.create(confirmed())
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        api.refunds.create({"payment_intent": intent.id})
    fake.approve(intent.id)
    part = api.refunds.create({"payment_intent": intent.id, "amount": 600})
    assert part.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded") as caught:
        api.refunds.create({"payment_intent": intent.id, "amount": 600})
    assert caught.value.param == "amount"
    assert api.refunds.create({"charge": part.charge}).amount == 400
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_already_refunded"
    assert sum(one["amount"] for one in fake.refunds()) == fake.charges()[0]["amount_refunded"]
    assert len(api.refunds.list({"payment_intent": intent.id}).data) == 2
    assert api.refunds.retrieve(part.id).amount == 600
    assert fake.last_event("charge.refunded")["data"]["object"]["refunded"] is True
