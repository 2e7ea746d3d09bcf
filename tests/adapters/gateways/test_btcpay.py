"""What is special at BTCPay: signature, amounts, states, refunds, permissions, webhooks, faults."""

import dataclasses
import itertools
from datetime import UTC, datetime

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.crypto import CryptoGateway
from app.adapters.gateways.crypto.btcpay import invoices, permissions
from app.kit.money import CURRENCIES, Money
from tests.adapters.gateways.rigs import request
from tests.adapters.gateways.rigs.crypto_btcpay import KEY, SECRET, STORE, VALUES
from tests.fakes.btcpay import BtcPayFake, sign
from tests.fakes.btcpay_world import ALL

# A delivery and its signature with SECRET, as BTCPay's documents describe it.
BODY = (
    b'{"deliveryId":"D1","webhookId":"W1","originalDeliveryId":"D1","isRedelivery":false,'
    b'"type":"InvoiceSettled","timestamp":1767225600,"storeId":"S1","invoiceId":"INV1",'
    b'"metadata":{"orderId":"ord_1"},"manuallyMarked":false,"overPaid":false}'
)
SIGNED = "sha256=8e9f2ea0d90fdeab72b230646f04dc3497de77c65a0e8c09804501a5e40e4c40"
URL = "https://pay.example.com/api/webhooks/crypto/0123456789abcdef0123456789abcdef"


@pytest.fixture
def fake():
    with BtcPayFake() as running:
        running.key_for(KEY, STORE)
        yield running


@pytest.fixture
def adapter(fake):
    return CryptoGateway(base.Credentials(VALUES, fake.url))


def call(body: bytes, signed: str | None = None) -> base.InboundCall:
    return base.InboundCall(body, {"btcpay-sig": signed or sign(body, SECRET)})


# --- calls


def test_the_worked_example_is_believed(adapter):
    event = adapter.read_event(call(BODY, SIGNED))
    assert (event.external_id, event.type) == ("D1", "InvoiceSettled")
    assert (event.reference, event.gateway_ref) == ("ord_1", "INV1")
    assert event.snapshot is None


def test_a_redelivery_counts_as_its_original(adapter):
    again = BODY.replace(b'"deliveryId":"D1"', b'"deliveryId":"D2"').replace(b"false", b"true", 1)
    assert adapter.read_event(call(again)).external_id == "D1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"S1"', b'"S2"'),
        (b"InvoiceSettled", b"PaymentRequestCreated"),
        (b'"INV1"', b"null"),
    ],
)
def test_what_is_not_about_an_invoice_of_this_store_is_passed_over(adapter, old, new):
    assert not adapter.read_event(call(BODY.replace(old, new))).is_relevant


@pytest.mark.parametrize("metadata", [b"null", b"{}", b'{"orderId":null}'])
def test_an_invoice_that_is_not_ours_names_nothing_of_ours(adapter, metadata):
    event = adapter.read_event(call(BODY.replace(b'{"orderId":"ord_1"}', metadata)))
    assert (event.reference, event.gateway_ref) == (None, "INV1")


def test_coins_that_came_too_late_for_the_invoice_are_noted(fake, adapter):
    created = adapter.create_payment(request("bitcoin"))
    fake.expire(created.gateway_ref)
    fake.pay(created.gateway_ref, 500)
    kind, invoice, more = next(one for one in fake.events if one[0] == "InvoiceReceivedPayment")
    made = fake._call("", kind, invoice, SECRET, more)
    event = adapter.read_event(call(made.body))
    assert event.note == "0.00007813 by BTC-CHAIN came after the invoice had ended"


# --- amounts


@pytest.mark.parametrize(
    ("currency", "minor"), list(itertools.product(sorted(CURRENCIES), [1, 99, 100, 12345]))
)
def test_every_currency_is_asked_for_exactly(currency, minor):
    money = Money(minor, currency)
    sent = invoices.request_of(request("bitcoin", minor, currency))
    assert sent["amount"] == str(money.major)
    assert len(sent["amount"].partition(".")[2]) == CURRENCIES[currency]
    back = invoices.of_invoice(invoice(status="Settled", **sent), None, test_mode=True)
    assert (back.paid_minor, back.currency) == (minor, currency)


def test_ten_thousand_amounts_come_back_as_they_went():
    for minor in range(1, 10_001):
        sent = invoices.request_of(request("bitcoin", minor))
        back = invoices.of_invoice(invoice(status="Settled", **sent), None, test_mode=True)
        assert back.paid_minor == minor


# --- statuses


def invoice(**changes):
    shown = {"id": "INV1", "storeId": STORE, "amount": "20.00", "currency": "USD"}
    return {**shown, "paidAmount": "0.0", "status": "New", "additionalStatus": "None", **changes}


CAME = invoices.Came(True, datetime(2026, 11, 26, 10, tzinfo=UTC))
ON_ITS_WAY = dataclasses.replace(CAME, is_confirmed=False)


@pytest.mark.parametrize(
    ("status", "why", "sent", "money", "ours", "paid"),
    [
        ("New", "None", "0", None, "pending", 0),
        ("New", "PaidPartial", "5", CAME, "processing", 0),
        ("Processing", "None", "20", ON_ITS_WAY, "processing", 0),
        ("Processing", "PaidOver", "30", ON_ITS_WAY, "processing", 0),
        ("Settled", "None", "20", CAME, "succeeded", 2000),
        ("Settled", "PaidOver", "30", CAME, "succeeded", 2000),
        ("Settled", "Marked", "0", None, "succeeded", 2000),
        ("Settled", "None", "19.9", CAME, "succeeded", 2000),
        ("Expired", "None", "0", None, "expired", 0),
        ("Expired", "PaidPartial", "5", CAME, "succeeded", 500),
        ("Expired", "PaidPartial", "20", CAME, "succeeded", 1999),
        ("Expired", "PaidPartial", "5", ON_ITS_WAY, "processing", 0),
        ("Expired", "PaidLate", "20", CAME, "succeeded", 2000),
        ("Expired", "PaidLate", "25.5", CAME, "succeeded", 2000),
        ("Expired", "PaidLate", "20", ON_ITS_WAY, "processing", 0),
        ("Invalid", "Marked", "0", None, "cancelled", 0),
        ("Invalid", "Marked", "20", CAME, "succeeded", 2000),
        ("Invalid", "Marked", "5", CAME, "succeeded", 500),
        ("Invalid", "Marked", "20", ON_ITS_WAY, "processing", 0),
        ("Invalid", "None", "20", CAME, "failed", 0),
        ("Brewing", "None", "0", None, "pending", 0),
    ],
)
def test_their_statuses_in_our_words(status, why, sent, money, ours, paid):
    shown = invoice(status=status, additionalStatus=why, paidAmount=sent)
    found = invoices.of_invoice(shown, money, test_mode=False)
    assert (found.status, found.paid_minor, found.account) == (ours, paid, STORE)
    has_money = money and ours in {"processing", "succeeded"}
    assert found.paid_at == (money.last_at if has_money else None)


def test_of_several_coins_the_last_says_when_and_lost_ones_do_not_count():
    def paid(at: int, status: str = "Settled"):
        return {"receivedDate": at, "status": status}

    methods = [{"payments": [paid(10), paid(99, "Invalid")]}, {"payments": [paid(30)]}]
    assert invoices.came(methods) == invoices.Came(True, datetime.fromtimestamp(30, UTC))
    methods.append({"payments": [paid(20, "Processing")]})
    assert not invoices.came(methods).is_confirmed
    assert invoices.came([{"payments": None}, {}]) == invoices.Came(True, None)


def test_late_coins_carry_their_time(fake, adapter, time_machine):
    ref = adapter.create_payment(request("bitcoin")).gateway_ref
    fake.expire(ref)
    time_machine.move_to(datetime(2031, 1, 1, tzinfo=UTC), tick=False)
    fake.pay(ref)
    found = adapter.retrieve_payment(ref)
    assert (found.status, found.paid_at) == ("succeeded", datetime(2031, 1, 1, tzinfo=UTC))


def test_an_invoice_with_a_part_paid_is_not_marked_invalid(fake, adapter):
    ref = adapter.create_payment(request("bitcoin")).gateway_ref
    fake.pay(ref, 500)
    with pytest.raises(base.Impossible):
        adapter.cancel_payment(ref)
    assert fake.world.invoices[ref].status == "New"


# --- finding again


def test_an_invoice_is_found_by_our_payments_id(fake, adapter):
    asked = request("bitcoin")
    first = adapter.create_payment(asked)
    assert adapter.find_payment(asked) == first
    other = adapter.find_payment(request("bitcoin"))
    assert other.gateway_ref != first.gateway_ref
    assert len(fake.world.invoices) == 2


def test_a_server_that_ignores_the_question_is_not_believed(fake, adapter):
    """An old one would answer with every invoice of the store."""
    adapter.create_payment(request("bitcoin"))
    fake.fail_next(
        f"GET /api/v1/stores/{STORE}/invoices",
        200,
        stored=False,
        body=str([one.shown() for one in fake.world.invoices.values()]).replace("'", '"').encode(),
    )
    adapter.find_payment(request("bitcoin"))
    assert len(fake.world.invoices) == 2


# --- refunds


def paid(fake, adapter) -> str:
    ref = adapter.create_payment(request("bitcoin")).gateway_ref
    fake.pay(ref)
    return ref


def wanted(minor: int = 500, number: str = "ref_1") -> base.RefundRequest:
    return base.RefundRequest(number, Money(minor, "USD"), f"refund-{number}")


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("AwaitingApproval", "pending"),
        ("AwaitingPayment", "pending"),
        ("InProgress", "pending"),
        ("Cancelled", "pending"),
        ("Completed", "succeeded"),
    ],
)
def test_a_refund_has_succeeded_once_it_was_paid_out(fake, adapter, state, status):
    made = adapter.refund_payment(paid(fake, adapter), wanted())
    fake.claim(made.gateway_refund_id, state)
    found = adapter.retrieve_refund(made.gateway_refund_id)
    assert found.status == status
    assert (found.claim_url is not None) is (status == "pending")


def test_a_refund_that_was_paid_in_part_is_not_done(fake, adapter):
    made = adapter.refund_payment(paid(fake, adapter), wanted(1000))
    fake.claim(made.gateway_refund_id)
    fake.world.payouts[made.gateway_refund_id][0]["originalAmount"] = "9.99"
    assert adapter.retrieve_refund(made.gateway_refund_id).status == "pending"


def test_a_refund_that_was_archived_unclaimed_has_failed(fake, adapter):
    made = adapter.refund_payment(paid(fake, adapter), wanted())
    fake.world.pull_payments[made.gateway_refund_id]["archived"] = True
    assert adapter.retrieve_refund(made.gateway_refund_id).status == "failed"
    assert adapter.find_refund("any", wanted()).status == "failed"


def test_what_was_not_paid_is_not_refunded_and_they_say_why(adapter):
    ref = adapter.create_payment(request("bitcoin")).gateway_ref
    with pytest.raises(base.Impossible, match="Cannot refund this invoice"):
        adapter.refund_payment(ref, wanted())


# --- Test connection


@pytest.mark.parametrize("lost", ALL[:3])
def test_a_key_without_a_permission_we_need_is_not_permitted(fake, adapter, lost):
    fake.key_for(KEY, STORE, tuple(one for one in ALL if one != lost))
    # To modify invoices contains the two others.
    contained = permissions.lacking(fake.world.keys[KEY].permissions, STORE, [lost]) == []
    if contained:
        assert lost != "btcpay.store.canmodifyinvoices"
        return
    with pytest.raises(base.NotPermitted, match=lost):
        adapter.verify()


def test_what_will_not_work_is_remarked(fake, adapter):
    assert adapter.verify() == base.Verification(STORE, True, ())
    fake.key_for(KEY, STORE, ALL[:3])
    assert adapter.verify().remarks == (
        "to register our address the key lacks btcpay.store.webhooks.canmodifywebhooks",
        "to refund the key lacks btcpay.store.cancreatepullpayments,"
        " btcpay.store.canmanagepullpayments",
    )


def test_a_key_for_another_store_is_not_permitted(fake, adapter):
    fake.key_for(KEY, "another")
    with pytest.raises(base.NotPermitted, match="for store S1"):
        adapter.verify()


def test_an_unknown_key_is_refused_as_such(fake):
    wrong = CryptoGateway(base.Credentials({**VALUES, "apiKey": "no"}, fake.url))
    with pytest.raises(base.Misconfigured) as refused:
        wrong.verify()
    assert not isinstance(refused.value, base.NotPermitted)


@pytest.mark.parametrize(
    ("granted", "lacking"),
    [
        (["unrestricted"], 0),
        (["btcpay.store.canmodifystoresettings"], 0),
        (["btcpay.store.canmodifystoresettings:S1"], 0),
        (["btcpay.store.canmodifystoresettings:S2"], 6),
        (["btcpay.store.canmodifyinvoices:S1"], 3),
        (["btcpay.store.canmanagepullpayments"], 4),
        ([], 6),
    ],
)
def test_permissions_contain_others_and_hold_for_stores(granted, lacking):
    assert len(permissions.lacking(granted, STORE, ALL)) == lacking


# --- webhooks


def test_a_webhook_is_made_with_a_secret_of_ours(fake, adapter):
    made = adapter.endpoints.create(URL)
    (hook,) = fake.world.webhooks.values()
    assert (hook["id"], hook["secret"]) == (made.id, made.secret)
    assert made.secret not in repr(made)
    assert adapter.endpoints.create(URL).secret != made.secret


def test_one_that_hears_everything_lacks_nothing(fake, adapter):
    made = adapter.endpoints.create(URL)
    fake.world.webhooks[made.id]["authorizedEvents"] = {"everything": True}
    assert adapter.endpoints.find(URL) == base.EndpointState(made.id, URL, True, ())


def test_of_several_registrations_the_best_is_found_and_alone_kept(fake, adapter):
    first, second = (adapter.endpoints.create(URL) for _ in range(2))
    other = adapter.endpoints.create(f"{URL}2")
    fake.world.webhooks[first.id]["enabled"] = False
    assert adapter.endpoints.find(URL).id == second.id
    adapter.endpoints.keep_only(URL, second.id)
    assert set(fake.world.webhooks) == {second.id, other.id}
    assert adapter.endpoints.find("https://elsewhere.example") is None


def test_repairing_keeps_the_address_and_the_secret(fake, adapter):
    made = adapter.endpoints.create(URL)
    hook = fake.world.webhooks[made.id]
    hook |= {"enabled": False, "authorizedEvents": {"specificEvents": ["InvoiceCreated"]}}
    adapter.endpoints.repair(made.id)
    assert adapter.endpoints.find(URL) == base.EndpointState(made.id, URL, True, ())
    assert fake.world.webhooks[made.id]["secret"] == made.secret
    with pytest.raises(base.Missing):
        adapter.endpoints.repair("gone")
    adapter.endpoints.delete("gone")


# --- faults

CREATE, LOOK = f"POST /api/v1/stores/{STORE}/invoices$", f"GET /api/v1/stores/{STORE}/invoices/"


@pytest.mark.parametrize(
    ("status", "creating", "asking"),
    [
        (401, base.Misconfigured, base.Misconfigured),
        (403, base.NotPermitted, base.NotPermitted),
        (404, base.Missing, base.Missing),
        (422, base.Declined, base.Unavailable),
        (429, base.Busy, base.Busy),
        (500, base.Unavailable, base.Unavailable),
    ],
)
def test_an_error_has_its_own_meaning(fake, adapter, status, creating, asking):
    fake.fail_next(CREATE, status, stored=False)
    with pytest.raises(creating):
        adapter.create_payment(request("bitcoin"))
    ref = adapter.create_payment(request("bitcoin")).gateway_ref
    fake.fail_next(LOOK, status, stored=False)
    with pytest.raises(asking):
        adapter.retrieve_payment(ref)
    assert adapter.retrieve_payment(ref).status == "pending"


def test_an_order_to_ask_elsewhere_is_not_followed(fake, adapter):
    ref = adapter.create_payment(request("bitcoin")).gateway_ref
    for _try in range(2):
        fake.fail_next(LOOK, 301, stored=False)
    with pytest.raises(base.Unavailable, match="301"):
        adapter.retrieve_payment(ref)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"<html>", b'{"status":"Settled"}'])
def test_half_an_answer_is_no_answer(fake, adapter, body):
    fake.fail_next(CREATE, 200, stored=False, body=body)
    with pytest.raises(base.Unavailable):
        adapter.create_payment(request("bitcoin"))
    ref = adapter.create_payment(request("bitcoin")).gateway_ref
    fake.fail_next(LOOK, 200, stored=False, body=body)
    with pytest.raises(base.Unavailable):
        adapter.retrieve_payment(ref)


def test_a_server_cannot_send_the_customer_to_a_script(fake, adapter):
    evil = {"id": "I", "status": "New", "checkoutLink": "javascript:alert(1)"}
    fake.fail_next(CREATE, 200, stored=False, body=evil)
    with pytest.raises(base.Unavailable):
        adapter.create_payment(request("bitcoin"))


def test_wrong_fields_are_named_in_their_words(adapter):
    with pytest.raises(base.Declined, match="amount: The amount should be above 0"):
        adapter.create_payment(request("bitcoin", 0))
