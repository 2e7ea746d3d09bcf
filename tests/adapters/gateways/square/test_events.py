"""Square's events: the signature covers the registered address and the body."""

import base64
import json

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.square import SquareGateway, events
from tests.adapters.gateways.rigs.square import HEADER, KEY, RIGS, TOKEN, VALUES, link_of

# A worked example: key, address, body as it comes, and the header for them.
EXAMPLE_KEY = "1k9bIJKCeTmSQwyagtNRLg"
EXAMPLE_URL = "https://gatehouse.example/webhooks/square"
EXAMPLE = (
    b'{"merchant_id":"6SSW7HV8K2ST5","type":"payment.updated","event_id":'
    b'"6a8f5f28-54a1-4eb0-a98a-3111513fd4fc","created_at":"2026-01-01T00:00:00Z","data":{"type":'
    b'"payment","id":"pay_1","object":{"payment":{"id":"pay_1","status":"COMPLETED","order_id":'
    b'"sqord_1","amount_money":{"amount":1000,"currency":"USD"},"total_money":{"amount":1000,'
    b'"currency":"USD"},"location_id":"L1","version":2}}}}'
)
EXAMPLE_SIGNATURE = "nh6B2l3j3w0eFeT9UUZMOrBPkFlXgcd4JDot8pmjRU0="
EXAMPLE_HEX = "9e1e81da5de3df0d1e15e4fd51464c3ab04f90595781c778243a2df299a3454d"
URL = "https://pay.example.com/api/webhooks/square/0123456789abcdef0123456789abcdef"


def adapter(**values: str) -> SquareGateway:
    return SquareGateway(base.Credentials({**VALUES, **values}))


def call(body=EXAMPLE, signature=EXAMPLE_SIGNATURE, url=EXAMPLE_URL) -> base.InboundCall:
    return base.InboundCall(body, {HEADER: signature}, url=url)


def signed(event: object, key: str = KEY) -> base.InboundCall:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return call(body, events.sign(key, URL, body), URL)


def event(type_: str = "payment.updated", **thing) -> dict:
    kind = type_.partition(".")[0]
    object_ = {kind: {"id": "P1", "order_id": "O1", "status": "COMPLETED", **thing}}
    return {"type": type_, "event_id": "e1", "data": {"type": kind, "object": object_}}


def read(event_) -> base.GatewayEvent:
    return adapter().read_event(signed(event_))


def test_the_worked_example_is_believed():
    found = adapter(webhookSignatureKey=EXAMPLE_KEY).read_event(call())
    assert found.external_id == "6a8f5f28-54a1-4eb0-a98a-3111513fd4fc"
    assert (found.type, found.gateway_payment_id) == ("payment.updated", "sqord_1")
    assert (found.is_relevant, found.is_proven, found.snapshot) == (True, True, None)


def test_the_worked_example_is_computed():
    assert events.sign(EXAMPLE_KEY, EXAMPLE_URL, EXAMPLE) == EXAMPLE_SIGNATURE
    assert base64.b64decode(EXAMPLE_SIGNATURE).hex() == EXAMPLE_HEX


@pytest.mark.parametrize(
    "spoiled",
    [
        call(url=EXAMPLE_URL + "/"),
        call(url=EXAMPLE_URL.replace("https", "http")),
        call(url=EXAMPLE_URL.replace("gatehouse", "GATEHOUSE")),
        call(url=EXAMPLE_URL + "?a=b"),
        call(url=""),
        call(body=json.dumps(json.loads(EXAMPLE)).encode()),
        call(body=EXAMPLE + b"\n"),
        call(body=EXAMPLE.replace(b"1000", b"1001", 1)),
        call(signature=EXAMPLE_HEX),
        call(signature=EXAMPLE_SIGNATURE.rstrip("=")),
        call(signature=EXAMPLE_SIGNATURE + " "),
        call(signature=f"sha256={EXAMPLE_SIGNATURE}"),
        call(signature=""),
    ],
)
def test_the_worked_example_spoiled_in_any_way_is_refused(spoiled):
    with pytest.raises(base.BadSignature):
        adapter(webhookSignatureKey=EXAMPLE_KEY).read_event(spoiled)


def test_an_address_cannot_lend_letters_to_the_body():
    """The signature covers both without a seam: the same letters, cut elsewhere, are refused since
    the address is the registered one and never the caller's."""
    elsewhere = events.sign(EXAMPLE_KEY, EXAMPLE_URL[:-1], b"e" + EXAMPLE)
    assert elsewhere == EXAMPLE_SIGNATURE
    shifted = call(body=b"e" + EXAMPLE, url=EXAMPLE_URL)
    with pytest.raises(base.BadSignature):
        adapter(webhookSignatureKey=EXAMPLE_KEY).read_event(shifted)


def test_where_no_address_is_known_nothing_is_believed_however_it_is_signed():
    alone = events.sign(EXAMPLE_KEY, "", EXAMPLE)
    with pytest.raises(base.BadSignature):
        adapter(webhookSignatureKey=EXAMPLE_KEY).read_event(call(signature=alone, url=""))


def test_the_key_before_counts_while_it_is_kept():
    old, new = "the-key-before", "the-key-of-today"
    both = adapter(webhookSignatureKey=new, **{"webhookSignatureKey.previous": old})
    for key in (old, new):
        assert both.read_event(signed(event(), key)).external_id == "e1"
    with pytest.raises(base.BadSignature):
        adapter(webhookSignatureKey=new).read_event(signed(event(), old))


@pytest.mark.parametrize("key", ["", "  "])
def test_without_a_key_nothing_can_be_read(key):
    closed = adapter(webhookSignatureKey=key)
    assert closed.can_read_events() is False
    with pytest.raises(base.BadSignature):
        closed.read_event(signed(event(), key))


@pytest.mark.parametrize("type_", ["payment.created", "payment.updated"])
def test_a_payment_is_named_by_our_note_and_by_its_order(type_):
    found = read(event(type_, note="pay_01ABC"))
    assert (found.reference, found.gateway_payment_id) == ("pay_01ABC", "O1")
    assert found.gateway_ref is None, "an order alone is not what payments are cancelled by"
    assert read(event(type_)).reference is None


@pytest.mark.parametrize("type_", ["refund.created", "refund.updated"])
def test_a_refund_names_its_payment_and_not_the_order_of_the_return(type_):
    found = read(event(type_, payment_id="P1"))
    assert (found.gateway_payment_id, found.reference) == ("P1", None)


@pytest.mark.parametrize(
    "type_", ["order.updated", "dispute.created", "customer.created", "invoice.paid", ""]
)
def test_other_events_are_thanked_for(type_):
    found = read({"type": type_, "event_id": "e1", "data": {}})
    assert (found.external_id, found.is_relevant) == ("e1", False)


@pytest.mark.parametrize(
    ("thing", "note"),
    [
        ({"status": "FAILED"}, "declined"),
        (
            {"status": "FAILED", "card_details": {"errors": [{"code": "CVV_FAILURE"}]}},
            "CVV_FAILURE",
        ),
        ({"status": "FAILED", "card_details": {"errors": [{"detail": "No."}]}}, "No."),
        ({"status": "COMPLETED"}, None),
        ({"status": "APPROVED"}, None),
    ],
)
def test_a_declined_card_is_a_note(thing, note):
    assert read(event(**thing)).note == note


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"type":"payment.updated"}',
        b'{"type":"payment.updated","event_id":"e","data":{}}',
        b'{"type":"payment.updated","event_id":"e","data":{"object":{}}}',
        b'{"type":"payment.updated","event_id":"e","data":{"object":[]}}',
        b'{"type":"payment.updated","event_id":"e","data":{"object":{"payment":null}}}',
        b'{"type":"refund.updated","event_id":"e","data":{"object":{"refund":{}}}}',
        b'{"type":"payment.updated","event_id":7,"data":{"object":{"payment":{}}}}',
        b'{"type":["payment.updated"],"event_id":"e"}',
        b'{"type":"payment.updated","type":"x","event_id":"e"}',
    ],
)
def test_signed_nonsense_is_no_event(body):
    with pytest.raises(base.BadSignature):
        read(body)


def test_what_the_fake_sends_is_believed_by_the_adapter():
    with RIGS["square-card"](None) as rig:
        created = rig.adapter.create_payment(rig.request("card"))
        rig.fake.decline(link_of(created.gateway_ref))
        rig.fake.pay(link_of(created.gateway_ref))
        found = [rig.adapter.read_event(rig.signed(one, URL)) for one in rig.fake.events]
        types = [one.type for one in found]
        assert types == ["payment.created", "payment.created", "payment.updated"]
        assert {one.gateway_payment_id for one in found} == {created.gateway_payment_id}
        assert len({one.external_id for one in found}) == 3
        assert found[0].note == "Authorization error: declined"
        assert TOKEN not in repr(found)
