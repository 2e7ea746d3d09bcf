"""What we ask PayPal for, and how it stands: states, forgotten orders, other people's."""

import dataclasses
from datetime import timedelta

import pytest

from app.adapters.gateways import actions, base
from app.adapters.gateways.paypal import PayPalGateway, snapshots
from app.adapters.gateways.paypal.refs import LIFE, Ref, read
from app.kit import clock
from tests.adapters.gateways.rigs.paypal import CLIENT_ID, order_of

ID = "5O190127TN364715T"


def sent(rig, **changes) -> dict:
    method = changes.pop("method", "paypal")
    ref = rig.adapter.create_payment(rig.request(method, **changes)).gateway_ref
    return rig.fake.sent_of(order_of(ref))


def page(rig, **changes) -> dict:
    return sent(rig, **changes)["payment_source"]["paypal"]["experience_context"]


def test_an_order_is_asked_for_with_everything_the_page_needs(rig):
    request = rig.request("paypal")
    rig.adapter.create_payment(request)
    (call,) = rig.fake.calls("POST", "/v2/checkout/orders$")
    assert call.headers["PayPal-Request-Id"] == f"create-{request.payment_id}"
    assert call.headers["Prefer"] == "return=representation"
    assert call.params == {
        "intent": "CAPTURE",
        "purchase_units": [
            {
                "amount": {"currency_code": "USD", "value": "20.00"},
                "custom_id": request.payment_id,
                "invoice_id": request.payment_id,
                "description": "Premium Credits",
            }
        ],
        "payment_source": {
            "paypal": {
                "experience_context": {
                    "return_url": request.return_url,
                    "cancel_url": request.cancel_url,
                    "user_action": "PAY_NOW",
                    "shipping_preference": "NO_SHIPPING",
                    "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
                    "landing_page": "LOGIN",
                }
            }
        },
    }


@pytest.mark.parametrize(
    ("method", "first"),
    [("paypal", "LOGIN"), ("pay_later", "LOGIN"), ("card", "GUEST_CHECKOUT")],
)
def test_the_method_says_which_part_of_the_page_comes_first(rig, method, first):
    assert page(rig, method=method)["landing_page"] == first


def test_venmo_needs_their_script_and_is_not_offered(rig):
    assert rig.adapter.methods == ("paypal", "card", "pay_later")


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("pt", "pt-PT"),
        ("pt_PT", "pt-PT"),
        ("PT-pt", "pt-PT"),
        ("en", "en-US"),
        ("en-GB", "en-US"),
        ("fr-FR", None),
        ("", None),
        (None, None),
    ],
)
def test_the_orders_language_reaches_paypal_where_our_pages_have_it(rig, locale, said):
    assert page(rig, locale=locale).get("locale") == said


@pytest.mark.parametrize(
    ("name", "described"),
    [
        ("Tea", "Tea"),
        ("  Tea \n for\ttwo  ", "Tea for two"),
        ("x" * 200, "x" * 127),
        ("ã" * 200, "ã" * 63),
        ("x" + "🍵" * 60, "x" + "🍵" * 31),
        ("a\x00b", "a b"),
        ("a\ud800b", "a b"),
        ("\n", None),
    ],
)
def test_the_items_name_fits_what_paypal_shows_of_it(rig, name, described):
    unit = sent(rig, item_name=name)["purchase_units"][0]
    assert unit.get("description") == described


@pytest.mark.parametrize("rel", ["payer-action", "approve"])
def test_the_customer_is_sent_to_either_link(rig, rel):
    body = {"id": ID, "status": "CREATED", "links": [{"rel": rel, "href": "https://p.example/x"}]}
    rig.fake.fail_next("POST /v2/checkout/orders$", 201, body=body, stored=False)
    created = rig.adapter.create_payment(rig.request("paypal"))
    assert created.action == actions.Redirect("https://p.example/x")


@pytest.mark.parametrize(
    "body",
    [{}, {"id": ID}, {"id": "../x", "links": [{"rel": "approve", "href": "https://x"}]},
     {"id": ID, "links": "approve"}, b"", b"[]", b'{"id": "5O'],
)  # fmt: skip
def test_half_an_answer_to_a_creation_is_no_answer(rig, body):
    rig.fake.fail_next("POST /v2/checkout/orders$", 201, body=body, stored=False)
    with pytest.raises(base.Unavailable):
        rig.adapter.create_payment(rig.request("paypal"))


def test_a_key_that_was_used_for_another_order_leaves_the_outcome_open(rig):
    request = rig.request("paypal")
    rig.adapter.create_payment(request)
    with pytest.raises(base.Unavailable):
        rig.adapter.create_payment(dataclasses.replace(request, item_name="Another"))
    assert rig.objects() == 1


# --- states


def shown(status: str, *captures: dict, refunds=()) -> base.Snapshot:
    unit = {"payee": {"merchant_id": "M1"}, "payments": {"captures": list(captures)}}
    unit["payments"]["refunds"] = list(refunds)
    order = {"id": ID, "status": status, "purchase_units": [unit]}
    return snapshots.of_order(order, ref="r", test_mode=True)


def money(status: str, value: str = "20.00", **more) -> dict:
    amount = {"currency_code": "USD", "value": value}
    moment = "2026-01-01T00:00:00-07:00"
    return {"id": "CAP1", "status": status, "amount": amount, "create_time": moment, **more}


@pytest.mark.parametrize(
    ("order", "status", "is_approved"),
    [
        ("CREATED", "pending", False),
        ("SAVED", "pending", False),
        ("PAYER_ACTION_REQUIRED", "pending", False),
        ("APPROVED", "pending", True),
        ("VOIDED", "cancelled", False),
        ("COMPLETED", "processing", False),
        ("SOMETHING_NEW", "pending", False),
    ],
)
def test_an_order_without_a_capture(order, status, is_approved):
    found = shown(order)
    assert (found.status, found.is_approved, found.paid_minor) == (status, is_approved, 0)
    assert found.account == "M1"


@pytest.mark.parametrize(
    ("capture", "status", "paid", "refunded"),
    [
        ("COMPLETED", "succeeded", 2000, 0),
        ("PARTIALLY_REFUNDED", "succeeded", 2000, 500),
        ("REFUNDED", "succeeded", 2000, 2000),
        ("PENDING", "processing", 0, 0),
        ("DECLINED", "failed", 0, 0),
        ("FAILED", "failed", 0, 0),
        ("SOMETHING_NEW", "processing", 0, 0),
    ],
)
def test_a_completed_order_is_what_its_capture_says(capture, status, paid, refunded):
    refunds = [money("COMPLETED", "5.00"), money("PENDING", "3.00"), money("FAILED", "2.00")]
    refunds = refunds if capture == "PARTIALLY_REFUNDED" else []
    found = shown("COMPLETED", money(capture), refunds=refunds)
    assert (found.status, found.paid_minor, found.refunded_minor) == (status, paid, refunded)
    assert (found.currency, found.gateway_payment_id) == ("USD", "CAP1")
    assert (found.paid_at is not None) is (status == "succeeded")
    assert (found.failure is None) is (status == "succeeded")


def test_a_failed_capture_beside_a_paid_one_does_not_count():
    failed, paid = {**money("DECLINED"), "id": "CAP0"}, money("COMPLETED")
    assert shown("COMPLETED", failed, paid).gateway_payment_id == "CAP1"
    assert shown("APPROVED", failed).is_approved


def test_why_money_waits_is_said():
    reason = {"reason": "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION"}
    found = shown("COMPLETED", money("PENDING", status_details=reason))
    assert found.failure == "accept the payment in your PayPal account"
    found = shown(
        "COMPLETED", money("PENDING", status_details={"reason": "INTERNATIONAL_WITHDRAWAL"})
    )
    assert found.failure == "PayPal: international withdrawal"


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b"", b"null", b'{"status":"COMPLETED"}', b'{"status":1,"purchase_units":[{}]}',
     b'{"status":"COMPLETED","purchase_units":{}}',
     b'{"status":"COMPLETED","purchase_units":[{"payments":{"captures":[{"id":"C","status":"COMPLETED"}]}}]}'],
)  # fmt: skip
def test_what_is_no_order_says_nothing(rig, body):
    ref = rig.adapter.create_payment(rig.request("paypal")).gateway_ref
    rig.fake.fail_next("GET /v2/checkout/orders", 200, body=body, stored=False)
    with pytest.raises(base.Unavailable):
        rig.adapter.retrieve_payment(ref)


def test_the_account_that_is_paid_is_told(captured):
    *_, paid = captured()
    assert paid.account == "MERCHANT2222A"


# --- orders PayPal does not know


def test_an_order_that_nobody_approved_in_time_is_forgotten_there_and_expired_here(
    rig, time_machine
):
    ref = rig.adapter.create_payment(rig.request("paypal")).gateway_ref
    time_machine.move_to(clock.now() + LIFE + timedelta(seconds=2))
    assert rig.adapter.retrieve_payment(ref).status == "expired"
    assert rig.adapter.cancel_payment(ref).status == "expired"
    with pytest.raises(Exception, match="order"):
        rig.pay(ref)


def test_a_young_order_that_is_not_found_is_missing_and_not_expired(rig):
    with pytest.raises(base.Missing):
        rig.adapter.retrieve_payment(str(Ref.of(ID, clock.now(), CLIENT_ID)))


def test_an_old_order_of_another_app_is_missing_and_not_expired(rig):
    with pytest.raises(base.Missing):
        rig.adapter.retrieve_payment(str(Ref.of(ID, clock.now() - LIFE * 9, "another app")))


@pytest.mark.parametrize(
    "ref", ["", "nothing", ID, f"{ID}:1:zzzzzzzz", f"{ID}/../x:1:00000000", f"{ID}:1:00000000\n"]
)
def test_a_reference_that_is_none_of_ours_is_not_asked_about(rig, ref):
    with pytest.raises(base.Missing):
        rig.adapter.retrieve_payment(ref)
    assert rig.fake.requests == []


def test_a_reference_holds_what_is_needed_to_ask_again(rig):
    ref = rig.adapter.create_payment(rig.request("paypal")).gateway_ref
    assert len(ref) < 70
    assert str(read(ref)) == ref
    assert CLIENT_ID not in ref


def test_the_environment_decides_the_host_and_the_operator_moves_it():
    def host(environment, base_url=None):
        values = {"clientId": "a", "clientSecret": "b", "environment": environment}
        gateway = PayPalGateway(base.Credentials(values, base_url))
        return gateway.client.url, gateway.test_mode

    assert host("live") == ("https://api-m.paypal.com", False)
    assert host("sandbox") == ("https://api-m.sandbox.paypal.com", True)
    assert host("live", "http://127.0.0.1:1") == ("http://127.0.0.1:1", False)
    assert host("") == ("https://api-m.paypal.com", False)
    with pytest.raises(base.Misconfigured):
        host("Sandbox")
