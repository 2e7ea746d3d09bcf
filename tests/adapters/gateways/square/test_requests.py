"""What Square is asked for: exactly what was meant, with nothing that could change the amount."""

import dataclasses
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.gateways import actions, base
from app.adapters.gateways.square import SquareGateway, params
from app.kit.money import Money, exponent
from app.registry import gateway
from tests.adapters.gateways.rigs.base import request
from tests.adapters.gateways.rigs.square import SquareRig
from tests.fakes.square_checks import check_link, check_sent

CURRENCIES = sorted(gateway("square").currencies)


def sent(rig) -> dict:
    return rig.fake.calls("POST", "/v2/online-checkout/payment-links$")[-1].params


def test_ten_thousand_amounts_go_out_as_whole_numbers_of_the_smallest_unit():
    for minor in range(1, 10_001):
        body = params.link(request("card", minor=minor), "L1")
        assert body["order"]["line_items"][0]["base_price_money"] == {
            "amount": minor,
            "currency": "USD",
        }
        assert type(body["order"]["line_items"][0]["base_price_money"]["amount"]) is int


# As the documentation of each currency's smallest unit has it: yen has no smaller one.
@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("minor", [1, 99, 100, 12345])
def test_every_currency_is_asked_paid_and_refunded_to_the_unit(rig, currency, minor):
    assert exponent(currency) == (0 if currency == "JPY" else 2)
    rig.fake.location("L1", currency=currency)
    asked = rig.request("card", money=Money(minor, currency))
    ref = rig.adapter.create_payment(asked).gateway_ref
    money = {"amount": minor, "currency": currency}
    assert sent(rig)["order"]["line_items"][0]["base_price_money"] == money
    rig.pay(ref)
    found = rig.adapter.retrieve_payment(ref)
    assert (found.paid_minor, found.currency) == (minor, currency)
    back = base.RefundRequest("ref_1", Money(minor, currency), "refund-ref_1")
    rig.adapter.refund_payment(found.gateway_payment_id, back)
    assert rig.fake.ledger("refund")[0]["amount_money"] == money


def test_the_customer_is_sent_to_the_link_and_comes_back_to_us(rig):
    asked = rig.request("card", customer_email="ada@example.com", item_description="For a year")
    created = rig.adapter.create_payment(asked)
    (link,) = rig.fake.ledger("link")
    assert created.action == actions.Redirect(link["url"])
    assert created.gateway_ref == f"{link['id']}:{link['order_id']}"
    assert len(created.gateway_ref) <= 120
    body = sent(rig)
    assert body["checkout_options"]["redirect_url"] == asked.return_url
    assert body["pre_populated_data"] == {"buyer_email": "ada@example.com"}
    (item,) = body["order"]["line_items"]
    assert (item["name"], item["note"], item["quantity"]) == ("Premium Credits", "For a year", "1")


def test_the_payment_is_named_where_events_and_people_look(rig):
    asked = rig.request("card")
    rig.adapter.create_payment(asked)
    body = sent(rig)
    assert body["payment_note"] == body["order"]["reference_id"] == asked.payment_id
    assert body["order"]["metadata"]["order_id"] == asked.order_id


def test_nothing_on_the_page_can_change_the_amount(rig):
    rig.adapter.create_payment(rig.request("card"))
    options = sent(rig)["checkout_options"]
    for name in ("allow_tipping", "enable_coupon", "enable_loyalty", "ask_for_shipping_address"):
        assert options[name] is False, name
    rules = sent(rig)["order"]["pricing_options"]
    assert rules == {"auto_apply_taxes": False, "auto_apply_discounts": False}


@pytest.mark.parametrize(
    ("method", "beside"),
    [
        ("card", None),
        ("apple_pay", "apple_pay"),
        ("google_pay", "google_pay"),
        ("cash_app", "cash_app_pay"),
    ],
)
def test_the_page_offers_cards_and_what_was_chosen(rig, method, beside):
    rig.adapter.create_payment(rig.request(method))
    accepted = sent(rig)["checkout_options"]["accepted_payment_methods"]
    assert len(accepted) == 4
    assert [name for name, is_on in accepted.items() if is_on] == ([beside] if beside else [])


def test_the_version_and_the_token_go_along(rig):
    rig.adapter.create_payment(rig.request("card"))
    (call,) = rig.fake.calls("POST", "/v2/online-checkout/payment-links$")
    assert call.headers["Square-Version"] == "2025-08-20"
    assert call.headers["Authorization"] == f"Bearer {rig.values()['accessToken']}"


@given(
    name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200),
    note=st.text(max_size=1000),
    email=st.sampled_from([None, "ada@example.com", "a" * 250 + "@example.com"]),
    key=st.text(string.printable, min_size=1, max_size=255),
    minor=st.integers(1, 99_999_999),
    method=st.sampled_from(gateway("square").methods).map(lambda one: one.name),
)
def test_every_request_is_one_by_squares_description(name, note, email, key, minor, method):
    asked = request(
        method,
        minor=minor,
        item_name=name,
        item_description=note,
        customer_email=email,
        idempotency_key=key,
    )
    body = params.link(asked, "L1")
    check_sent("CreatePaymentLinkRequest", body)
    check_link(body)
    back = base.RefundRequest("ref_" + "0" * 26, asked.money, f"refund-{key}", note)
    check_sent("RefundPaymentRequest", params.refund("payment", back))


def test_the_same_request_is_the_same_body():
    asked = request("card")
    assert params.link(asked, "L1") == params.link(dataclasses.replace(asked), "L1")


@pytest.mark.parametrize(("longest", "length"), [(192, 192), (45, 45)])
def test_keys_go_out_as_they_are_while_square_takes_them(longest, length):
    assert params.key("k" * length, longest) == "k" * length
    long = params.key("k" * (length + 1), longest)
    assert (len(long), long == params.key("k" * (length + 2), longest)) == (40, False)
    assert params.key("é" * 23, 45).isascii(), "bytes count, not letters"
    assert params.key("é" * 22, 45) == "é" * 22


def test_our_own_keys_are_short_enough_for_both():
    from app.kit.tokens import new_id

    assert len(f"refund-{new_id('ref')}") <= params.OTHER_KEY
    assert len(new_id("pay")) <= params.LINK_KEY


@pytest.mark.parametrize("cause", ["requested", "duplicate", "late"])
@pytest.mark.parametrize("reason", [None, "changed their mind", "é" * 500])
def test_a_refund_carries_its_amount_and_ends_its_reason_with_our_id(cause, reason):
    asked = base.RefundRequest("ref_7", Money(500, "USD"), "refund-ref_7", reason, cause)
    body = params.refund("PAY1", asked)
    assert body["amount_money"] == {"amount": 500, "currency": "USD"}
    assert body["reason"].endswith(" (ref_7)")
    assert len(body["reason"]) <= 192


HOSTS = {
    "production": "https://connect.squareup.com",
    "sandbox": "https://connect.squareupsandbox.com",
}


@pytest.mark.parametrize(("environment", "host"), [*HOSTS.items(), ("", HOSTS["production"])])
def test_the_environment_decides_the_host_and_the_mode(environment, host):
    values = {"accessToken": " EAAAx ", "locationId": "L1", "environment": environment}
    adapter = SquareGateway(base.Credentials(values))
    assert adapter.wire.base_url == host
    assert adapter.test_mode is (environment == "sandbox")
    assert adapter.wire.headers["Authorization"] == "Bearer EAAAx"
    moved = SquareGateway(base.Credentials(values, "http://127.0.0.1:1"))
    assert moved.wire.base_url == "http://127.0.0.1:1", "the operator's address wins"


def test_another_word_for_the_environment_is_a_mistake_and_not_production():
    values = {"accessToken": "EAAAx", "locationId": "L1", "environment": "live"}
    with pytest.raises(base.Misconfigured, match="production or sandbox"):
        SquareGateway(base.Credentials(values))


def test_nothing_secret_is_printed(rig: SquareRig):
    printed = repr(rig.adapter.wire) + repr(rig.adapter.credentials) + repr(rig.adapter.endpoints)
    assert rig.values()["accessToken"] not in printed
    assert rig.values()["webhookSignatureKey"] not in printed
