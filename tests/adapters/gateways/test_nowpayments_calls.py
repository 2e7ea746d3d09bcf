"""NOWPayments' calls: the worked examples, every text they sign, and what is made of them."""

import dataclasses
import hashlib
import hmac
import json
from decimal import Decimal

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.crypto import CryptoGateway
from app.adapters.gateways.crypto.nowpayments import canonical
from tests.adapters.gateways.rigs.crypto_nowpayments import SECRET, VALUES
from tests.fakes.nowpayments_calls import FORMS, js, signature

# A body as they send it, and its signature with SECRET in two forms of their documents: keys
# sorted at every level, and JSON.stringify(body, keys), which empties the nested object. Both were
# computed by Python and by Node.
BODY = (
    b'{"payment_id":5077125051,"payment_status":"finished",'
    b'"pay_address":"0xd1cDE08A07cD25adEbEd35c3867a59228C09B606","price_amount":170,'
    b'"price_currency":"usd","pay_amount":155.38559757,"actually_paid":155.38559757,'
    b'"pay_currency":"mana","order_id":"ord_1","order_description":"Apple Macbook Pro 2019 x 1",'
    b'"purchase_id":"6084744717","invoice_id":4522625843,"created_at":"2021-04-12T14:22:54.942Z",'
    b'"updated_at":"2021-04-12T14:23:06.244Z","outcome_amount":1131.7812095,'
    b'"outcome_currency":"trx","fee":{"currency":"btc","depositFee":0.09853637216235617,'
    b'"withdrawalFee":0,"serviceFee":0}}'
)
RECURSIVE = (
    "365d3f107b73a245c186db4fce6ec7805f7ac441e91e39eb18a195fb7aba3e32"
    "3e692c1e2345294c999a90ceefe965e408d0b5f0b8017efa57b5bac246a0412b"
)
REPLACER = (
    "442f754deb17c7814d20bdac31f39b7a046bfa1c8d85f4059d5cc2a6e4bd51c1"
    "52ac15726f2561746018ac38e7e5fe7903d6eb44db390c2b6279a76f10cbdbcf"
)
# What Node's JSON.stringify makes of awkward numbers, next to Python's own idea of them.
NUMBERS = ["0.00001234", "1e-7", "1.5e-9", "100000000000000000000", "1e21", "0.1", "-0.5", "170.0"]


def adapter(**changes: str):
    return CryptoGateway(base.Credentials({**VALUES, **changes}))


def call(body: bytes, signed: str) -> base.InboundCall:
    return base.InboundCall(body, {"x-nowpayments-sig": signed})


def told(form: str = "recursive", **changes) -> base.InboundCall:
    body = {**json.loads(BODY, parse_float=Decimal), **changes}
    return call(js(body).encode(), signature(body, SECRET, form))


def by_hand(text: str) -> str:
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha512).hexdigest()


@pytest.mark.parametrize("signed", [RECURSIVE, REPLACER])
def test_the_worked_examples_are_believed(signed):
    event = adapter().read_event(call(BODY, signed))
    assert event.external_id == "5077125051:finished:2021-04-12T14:23:06.244Z"
    assert (event.reference, event.gateway_ref) == ("ord_1", "4522625843:5077125051")
    assert (event.snapshot.status, event.snapshot.paid_minor) == ("succeeded", 17_000)


def test_spaces_around_the_secret_do_not_count():
    assert adapter(ipnSecret=f" {SECRET}\n").read_event(call(BODY, RECURSIVE)).reference == "ord_1"


def test_a_replaced_secret_counts_while_it_is_kept():
    both = {"ipnSecret": "the new one", "ipnSecret.previous": SECRET}
    assert adapter(**both).read_event(call(BODY, RECURSIVE)).reference == "ord_1"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", ["plain", "Café ☕ 😀", 'quo"te \\ / \u2028', "\x01\x7f"])
def test_every_form_of_every_text_is_believed(form, text):
    event = adapter().read_event(told(form, order_description=text))
    assert event.reference == "ord_1"


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_are_signed_as_they_were_written(number):
    text = f'{{"a":{number},"payment_id":1,"payment_status":"waiting"}}'
    event = adapter().read_event(call(text.encode(), by_hand(text)))
    assert event.gateway_payment_id == "1"


def test_keys_are_sorted_inside_lists_too():
    body = '{"z":[{"b":1,"a":[{"d":2,"c":3}]}],"payment_status":"waiting","payment_id":1}'
    text = '{"payment_id":1,"payment_status":"waiting","z":[{"a":[{"c":3,"d":2}],"b":1}]}'
    assert adapter().read_event(call(body.encode(), by_hand(text))).type == "waiting"


def test_a_nested_object_keeps_the_keys_that_the_outermost_has_too():
    """As JSON.stringify with a list does; not merely an empty object."""
    body = '{"payment_id":1,"payment_status":"waiting","fee":{"x":1,"payment_id":2}}'
    text = '{"fee":{"payment_id":2},"payment_id":1,"payment_status":"waiting"}'
    assert adapter().read_event(call(body.encode(), by_hand(text))).type == "waiting"


@pytest.mark.parametrize(
    "body",
    [
        b'{"payment_id":NaN,"payment_status":"finished"}',
        b'{"payment_id":1,"payment_id":1,"payment_status":"finished"}',
        b'{"payment_id":1,"payment_status":"finished","x":"\\ud800"}',
        b'{"a":' * 60 + b"1" + b"}" * 60,
        b"[" * 100_000,
        b"17",
    ],
)
def test_what_two_readers_would_read_differently_is_refused(body):
    with pytest.raises(base.BadSignature):
        adapter().read_event(call(body, by_hand(body.decode())))


def test_a_signature_in_capitals_or_with_more_is_refused_before_anything_is_read():
    for wrong in (RECURSIVE.upper(), RECURSIVE + "0", "", "ü" * 128, RECURSIVE[:-1] + "\n"):
        with pytest.raises(base.BadSignature, match="not a signature"):
            adapter().read_event(call(b"not even JSON", wrong))


@pytest.mark.parametrize(
    ("status", "snapshot"),
    [
        ("waiting", None),
        ("confirming", "processing"),
        ("confirmed", "processing"),
        ("sending", "processing"),
        ("partially_paid", "succeeded"),
        ("finished", "succeeded"),
        ("refunded", "succeeded"),
        ("failed", None),
        ("expired", None),
        ("something new", None),
    ],
)
def test_a_call_says_what_came_and_for_the_rest_we_ask(status, snapshot):
    event = adapter().read_event(told(payment_status=status))
    assert (event.snapshot.status if event.snapshot else None) == snapshot
    assert event.is_relevant


def test_coins_sent_again_are_a_note_and_never_a_payment():
    event = adapter().read_event(told(parent_payment_id=5077125050))
    assert event.snapshot is None
    assert "used already" in event.note


def test_money_is_noted_with_its_coins():
    assert adapter().read_event(told()).note == (
        "155.38559757 MANA sent: payment 5077125051 at NOWPayments"
    )


def test_each_change_of_a_payment_has_a_key_of_its_own():
    keys = {
        adapter().read_event(one).external_id
        for one in (
            told(),
            told(updated_at="2021-04-12T14:24:00.000Z"),
            told(payment_status="partially_paid"),
            told(payment_id=5077125052),
            told(updated_at=None),
            told(updated_at=None, actually_paid=Decimal("1.5")),
        )
    }
    assert len(keys) == 6


def test_a_call_about_something_else_is_passed_over():
    body = {"id": "123", "status": "FINISHED", "batch_withdrawal_id": "9"}
    event = adapter().read_event(call(js(body).encode(), signature(body, SECRET)))
    assert not event.is_relevant


def test_numbers_are_kept_as_written():
    assert canonical.read(b'{"a":1e-7}')["a"] == "1e-7"


def test_the_calls_address_and_query_prove_nothing():
    right = told()
    moved = dataclasses.replace(right, headers={}, query=dict(right.headers))
    with pytest.raises(base.BadSignature):
        adapter().read_event(moved)
