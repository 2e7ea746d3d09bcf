"""What we ask PayPal for when a customer has chosen it."""

import dataclasses

import pytest

from app.adapters.gateways import actions, base
from app.adapters.gateways.paypal import PayPalGateway
from tests.adapters.gateways.rigs.paypal import order_of

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
