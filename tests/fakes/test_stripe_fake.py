"""The fake Stripe, driven by Stripe's own SDK: what works."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe

from tests.fakes.customer import CustomerCannot
from tests.fakes.stripe import StripeFake
from tests.fakes.stripe_driver import (
    HOME,
    KEY,
    cash_app,
    checkout,
    client,
    confirmed,
    fetch,
    told,
    types,
)
from tests.fakes.stripe_world import API_VERSION


@pytest.fixture
def fake() -> Iterator[StripeFake]:
    """A running fake with one account."""
    with StripeFake() as running:
        running.account(KEY, id="acct_A")
        yield running


def test_cash_app_from_create_to_paid(fake: StripeFake) -> None:
    api = client(fake)
    intent = api.payment_intents.create(cash_app(metadata={"order": "o1"}))
    assert (intent.status, intent.livemode) == ("requires_payment_method", False)
    assert intent.payment_method_types == ["cashapp"]
    how = {"payment_method_data": {"type": "cashapp"}, "return_url": HOME}
    intent = api.payment_intents.confirm(intent.id, how)
    assert intent.status == "requires_action"
    code = intent.next_action.cashapp_handle_redirect_or_display_qr_code.qr_code
    assert fetch(code.image_url_png)[2].startswith(b"\x89PNG")
    assert b"<svg" in fetch(code.image_url_svg)[2]
    fake.approve(intent.id)
    intent = api.payment_intents.retrieve(intent.id)
    assert isinstance(intent.latest_charge, str)
    intent = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert intent.latest_charge.metadata.to_dict() == {"order": "o1"}
    assert intent.amount_received == 1000
    assert [charge["account"] for charge in fake.charges()] == ["acct_A"]
    assert types(fake) == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    assert fake.events[1]["request"]["idempotency_key"]


def test_cash_app_page_sends_the_customer_back(fake: StripeFake) -> None:
    intent = client(fake).payment_intents.create(confirmed())
    url = intent.next_action.cashapp_handle_redirect_or_display_qr_code.hosted_instructions_url
    assert b"10.00" in fetch(url)[2]
    status, headers, _ = fetch(f"{url}/approve", "POST")
    query = parse_qs(urlsplit(headers["Location"]).query)
    assert status == 303
    assert query["order"] == ["1"]
    assert query["payment_intent"] == [intent.id]
    assert query["redirect_status"] == ["succeeded"]
    assert fetch(f"{url}/approve", "POST")[0] == 409
    assert len(fake.charges()) == 1


def test_declined_cash_app_can_be_tried_again(fake: StripeFake) -> None:
    api = client(fake)
    intent = api.payment_intents.create(confirmed())
    fake.decline(intent.id, decline_code="insufficient_funds")
    intent = api.payment_intents.retrieve(intent.id)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.decline_code == "insufficient_funds"
    assert fake.last_event("payment_intent.payment_failed")["data"]["object"]["id"] == intent.id
    how = {"payment_method_data": {"type": "cashapp"}, "return_url": HOME}
    assert api.payment_intents.confirm(intent.id, how).status == "requires_action"


def test_cards_by_test_payment_method(fake: StripeFake) -> None:
    api = client(fake)
    p = {"amount": 1000, "currency": "eur", "confirm": True}
    assert api.payment_intents.create({**p, "payment_method": "pm_card_visa"}).status == "succeeded"
    with pytest.raises(stripe.CardError) as caught:
        api.payment_intents.create({**p, "payment_method": "pm_card_chargeDeclined"})
    assert told(caught).payment_intent.status == "requires_payment_method"
    assert len(fake.charges()) == 1


def test_checkout_paid_on_its_page(fake: StripeFake) -> None:
    api = client(fake)
    session = api.checkout.sessions.create(checkout(customer_email="a@b.example"))
    assert (session.amount_total, session.currency, session.status) == (1200, "usd", "open")
    assert session.payment_intent is None
    assert b"12.00" in fetch(session.url)[2]
    status, headers, _ = fetch(f"{session.url}/pay", "POST", "method=cashapp")
    assert (status, headers["Location"]) == (303, f"{HOME}?cs={session.id}")
    expand = {"expand": ["payment_intent.latest_charge"]}
    session = api.checkout.sessions.retrieve(session.id, expand)
    assert (session.status, session.payment_status) == ("complete", "paid")
    assert session.payment_intent.metadata.to_dict() == {"order": "o1"}
    assert session.payment_intent.latest_charge.amount == 1200
    assert types(fake)[-2:] == ["payment_intent.succeeded", "checkout.session.completed"]
    with pytest.raises(CustomerCannot):
        fake.pay_session(session.id)


def test_checkout_declined_then_left_then_expired(fake: StripeFake) -> None:
    api = client(fake)
    session = api.checkout.sessions.create(checkout())
    status, headers, _ = fetch(f"{session.url}/decline", "POST")
    assert status == 303
    assert b"declined" in fetch(fake.url + headers["Location"])[2]
    assert fetch(f"{session.url}/back", "POST")[1]["Location"] == f"{HOME}?cancelled=1"
    assert "payment_intent.payment_failed" in types(fake)
    open_still = api.checkout.sessions.retrieve(session.id)
    assert (open_still.status, bool(open_still.payment_intent)) == ("open", True)
    assert api.checkout.sessions.expire(session.id).status == "expired"
    assert fake.payment_intents()[0]["status"] == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        api.checkout.sessions.expire(session.id)
    with pytest.raises(CustomerCannot):
        fake.pay_session(session.id)
    assert fake.charges() == []


def test_checkout_with_late_money(fake: StripeFake) -> None:
    api = client(fake)
    for ok, outcome, status in ((True, "succeeded", "paid"), (False, "failed", "unpaid")):
        session = api.checkout.sessions.create(checkout())
        assert fake.pay_session(session.id, processing=True)["payment_status"] == "unpaid"
        fake.finish_processing(fake.object(session.id)["payment_intent"], ok=ok)
        assert types(fake)[-1] == f"checkout.session.async_payment_{outcome}"
        assert fake.object(session.id)["payment_status"] == status
    assert len(fake.charges()) == 1


def test_pending_refund_that_fails(fake: StripeFake) -> None:
    api = client(fake)
    fake.refund_mode = "pending"
    intent = api.payment_intents.create(confirmed())
    fake.approve(intent.id)
    refund = api.refunds.create({"payment_intent": intent.id})
    assert (refund.status, fake.charges()[0]["amount_refunded"]) == ("pending", 1000)
    fake.finish_refund(refund.id, ok=False)
    assert api.refunds.retrieve(refund.id).status == "failed"
    assert fake.charges()[0]["amount_refunded"] == 0
    assert types(fake)[-2:] == ["refund.failed", "refund.updated"]
    again = api.refunds.create({"payment_intent": intent.id})
    assert fake.finish_refund(again.id)["status"] == "succeeded"


def test_webhook_endpoint_shows_its_secret_once(fake: StripeFake) -> None:
    api = client(fake)
    p = {"url": "https://pay.example/hook", "enabled_events": ["charge.refunded"]}
    created = api.webhook_endpoints.create({**p, "api_version": API_VERSION})
    assert created.secret == fake.webhook_endpoints()[0]["secret"]
    listed = api.webhook_endpoints.list({"limit": 100}).data
    assert [one.id for one in listed] == [created.id]
    assert "secret" not in listed[0].to_dict()
    changed = api.webhook_endpoints.update(created.id, {"disabled": True})
    assert (changed.status, "secret" in changed.to_dict()) == ("disabled", False)
    assert api.webhook_endpoints.delete(created.id).deleted
    with pytest.raises(stripe.InvalidRequestError):
        api.webhook_endpoints.retrieve(created.id)
    with pytest.raises(stripe.InvalidRequestError):
        api.webhook_endpoints.create({**p, "enabled_events": ["order.eaten"]})


def test_account_balance_and_events(fake: StripeFake) -> None:
    api = client(fake)
    api.payment_intents.create({**confirmed()})
    fake.approve(fake.payment_intents()[0]["id"])
    assert api.balance.retrieve().available[0].amount == 1000
    found = api.events.list({"types": ["charge.succeeded"]}).data
    assert [event.type for event in found] == ["charge.succeeded"]
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        api.customers.create({"name": "A"})


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], "whsec_x")
        self.server.received.append(event.type)  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Stay quiet."""


def test_events_are_signed_and_delivered(fake: StripeFake) -> None:
    receiver = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    receiver.received = []  # type: ignore[attr-defined]
    threading.Thread(target=receiver.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{receiver.server_address[1]}/hook"
    client(fake).payment_intents.create(cash_app())
    answers = fake.deliver(fake.events[0], url, "whsec_x", times=2)
    assert [one.status for one in answers] == [204, 204]
    fake.auto_deliver(url, "whsec_x", types={"payment_intent.succeeded"})
    fake.approve(client(fake).payment_intents.create(confirmed()).id)
    assert fake.wait_delivered()
    receiver.shutdown()
    receiver.server_close()
    assert receiver.received == [  # type: ignore[attr-defined]
        "payment_intent.created",
        "payment_intent.created",
        "payment_intent.succeeded",
    ]
    body, headers = fake.sign(fake.events[0], "whsec_x", timestamp=1)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_x")


def test_connected_account_events_name_it(fake: StripeFake) -> None:
    fake.account("sk_test_C", id="acct_C", connected_to="acct_A")
    acting = {"stripe_account": "acct_C"}
    client(fake).payment_intents.create(cash_app(), acting)
    assert fake.events[0]["account"] == "acct_C"
    fake.account("sk_test_D", id="acct_D")
    with pytest.raises(stripe.PermissionError):
        client(fake, "sk_test_D").payment_intents.create(cash_app(), acting)
