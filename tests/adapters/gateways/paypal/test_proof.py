"""Inbound calls: believed when PayPal says so, over the very bytes that came."""

import dataclasses
import json
import re
import zlib
from datetime import UTC, datetime

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.paypal import PayPalGateway, claims
from app.kit import clock
from tests.adapters.gateways.paypal.calls import VERIFY, asked, call_of, event
from tests.adapters.gateways.rigs.paypal import ALTERED, OTHER_WEBHOOK
from tests.fakes.paypal_webhooks import event_in, message

# A worked example: 332 bytes, their checksum, and the text that is signed.
VECTOR = (
    b'{"id":"WH-1","create_time":"2026-01-01T00:00:00Z","resource_type":"capture",'
    b'"event_type":"PAYMENT.CAPTURE.COMPLETED","summary":"Payment completed","resource":'
    b'{"id":"CAP1","status":"COMPLETED","amount":{"currency_code":"USD","value":"10.00"},'
    b'"custom_id":"ord_1","supplementary_data":{"related_ids":{"order_id":"5O190127TN364715T"}}}}'
)
TRANSMISSION = "69cd13f0-d67a-11e5-baa3-778b53f4ae55"
AT = "2026-01-01T00:00:05Z"


def test_the_worked_example_of_a_signature(rig, time_machine):
    assert len(VECTOR) == 332
    assert zlib.crc32(VECTOR) == 3062460731
    signed = message(TRANSMISSION, AT, "1JE4291016473214C", VECTOR)
    assert signed.decode() == f"{TRANSMISSION}|{AT}|1JE4291016473214C|3062460731"
    time_machine.move_to(datetime(2026, 1, 1, 0, 1, tzinfo=UTC))
    read = rig.adapter.read_event(call_of(rig, VECTOR, at=AT))
    assert (read.external_id, read.type) == ("WH-1", "PAYMENT.CAPTURE.COMPLETED")
    assert (read.reference, read.gateway_payment_id) == ("ord_1", "CAP1")


@pytest.mark.parametrize(
    "body",
    [
        VECTOR,
        json.dumps(event(), indent=3).encode(),
        b'{"id":"WH-1","event_type":"X","resource":{"a":1.50,"b":1e3,"c":10.0,"d":%d}}' % 10**30,
        '{"id":"WH-1","event_type":"X","resource":{"a":"ã\\u00e3 \\/ 🍵\\ud83c\\udf75"}}'.encode(),
        b'{"id":"WH-1", "event_type" :"X","resource":{ },"z":1,"a":2}',
        b'{"id":"WH-1","event_type":"X","resource":{"quoted":"\\"webhook_event\\":{}"}}',
    ],
)
def test_paypal_is_asked_about_the_very_bytes_that_came(rig, body):
    rig.adapter.read_event(call_of(rig, body))
    (question,) = rig.fake.calls("POST", VERIFY)
    assert event_in(question.body) == body
    said = json.loads(question.body)
    assert set(said) == {
        "auth_algo",
        "cert_url",
        "transmission_id",
        "transmission_sig",
        "transmission_time",
        "webhook_id",
        "webhook_event",
    }
    assert question.headers["Content-Type"] == "application/json"


def test_writing_the_body_anew_would_have_failed(rig):
    """The check above bites: the same JSON in other bytes is no proof."""
    right = call_of(rig, json.dumps(event()).encode())
    other = json.dumps(json.loads(right.body), separators=(",", ":")).encode()
    assert other != right.body
    with pytest.raises(base.BadSignature):
        rig.adapter.read_event(dataclasses.replace(right, body=other))


def test_a_body_cannot_write_into_the_question(rig):
    """An attacker's own webhook, and an event of theirs, must not take the place of ours."""
    theirs = call_of(rig, event(), OTHER_WEBHOOK)
    rig.fake.register(rig.adapter.client.client_id, OTHER_WEBHOOK, "https://evil.example/x")
    for body in (
        theirs.body + b',"webhook_id":"' + OTHER_WEBHOOK.encode() + b'"',
        theirs.body + b',"webhook_id":"' + OTHER_WEBHOOK.encode() + b'","x":{}',
        b'{},"webhook_id":"' + OTHER_WEBHOOK.encode() + b'","webhook_event":' + theirs.body,
    ):
        with pytest.raises(base.BadSignature):
            rig.adapter.read_event(dataclasses.replace(theirs, body=body))
    assert asked(rig) == 0


# --- what costs nothing


BODIES = {
    "none": b"",
    "a list": b"[]",
    "text": b'"x"',
    "two objects": b"{}{}",
    "no id": b'{"event_type":"X","resource":{}}',
    "no type": b'{"id":"WH-1","resource":{}}',
    "no resource": b'{"id":"WH-1","event_type":"X"}',
    "a resource that is none": b'{"id":"WH-1","event_type":"X","resource":[]}',
    "an id that is none": b'{"id":1,"event_type":"X","resource":{}}',
    "a long id": b'{"id":"%s","event_type":"X","resource":{}}' % (b"x" * 101),
    "an id twice": b'{"id":"a","id":"b","event_type":"X","resource":{}}',
    "a space behind": b'{"id":"WH-1","event_type":"X","resource":{}} ',
    "a line before": b'\n{"id":"WH-1","event_type":"X","resource":{}}',
    "too deep": b'{"id":"a","event_type":"X","resource":{"a":' + b"[" * 60 + b"]" * 60 + b"}}",
    "too much": b'{"id":"a","event_type":"X","resource":{"a":"%s"}}' % (b"x" * claims.BODY_LIMIT),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_of_the_wrong_shape_costs_no_question(rig, name):
    with pytest.raises(base.BadSignature):
        rig.adapter.read_event(call_of(rig, BODIES[name]))
    assert rig.fake.requests == []


FREE = set(ALTERED) - {"another transmission", "another certificate of PayPal's"}


@pytest.mark.parametrize("name", sorted(FREE))
def test_a_header_of_the_wrong_shape_costs_no_question(rig, name):
    header, value = ALTERED[name]
    right = call_of(rig, event())
    spoilt = {**right.headers, f"paypal-{header}": value}
    with pytest.raises(base.BadSignature):
        rig.adapter.read_event(dataclasses.replace(right, headers=spoilt))
    assert rig.fake.requests == []


@pytest.mark.parametrize(
    "header",
    ["transmission-id", "transmission-time", "transmission-sig", "cert-url", "auth-algo"],
)
def test_each_header_is_needed(rig, header):
    right = call_of(rig, event())
    del right.headers[f"paypal-{header}"]
    with pytest.raises(base.BadSignature, match=header):
        rig.adapter.read_event(right)
    assert rig.fake.requests == []


@pytest.mark.parametrize(
    "signature",
    ["", "AAAA", "A" * 172, "A" * 700, "=" * 344, "A" * 342 + "B=", "ä" * 344, "A" * 343 + "\n"],
)
def test_a_signature_that_is_none_costs_no_question(rig, signature):
    right = call_of(rig, event())
    spoilt = {**right.headers, "paypal-transmission-sig": signature}
    try:
        rig.adapter.read_event(dataclasses.replace(right, headers=spoilt))
    except base.BadSignature:
        assert asked(rig) == (1 if len(signature) == 172 else 0)  # that could be RSA-1024
    else:
        raise AssertionError("believed")


@pytest.mark.parametrize(("seconds", "is_asked"), [
    (-4 * 86_400 + 5, True), (-4 * 86_400 - 5, False), (295, True), (305, False),
])  # fmt: skip
def test_a_time_far_off_costs_no_question(rig, time_machine, seconds, is_asked):
    start = clock.now()
    time_machine.move_to(start, tick=False)
    at = datetime.fromtimestamp(int(start.timestamp()) + seconds, UTC)
    call = call_of(rig, event(), at=at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    if is_asked:
        assert rig.adapter.read_event(call).external_id == "WH-1"
    else:
        with pytest.raises(base.BadSignature):
            rig.adapter.read_event(call)
    assert asked(rig) == int(is_asked)


@pytest.mark.parametrize(
    "host", ["api.paypal.com", "api.sandbox.paypal.com", "api-m.paypal.com", "a.b.c.paypal.com"]
)
def test_certificates_of_paypals_hosts_may_be_asked_about(rig, host):
    right = call_of(rig, event())
    headers = {**right.headers, "paypal-cert-url": f"https://{host}/v1/notifications/certs/C-1_2"}
    claims.read(dataclasses.replace(right, headers=headers))


@pytest.mark.parametrize(
    ("status", "body", "raised"),
    [
        (500, None, base.Unavailable),
        (503, None, base.Unavailable),
        (429, None, base.Busy),
        (403, None, base.NotPermitted),
        (200, {}, base.Unavailable),
        (200, {"verification_status": "MAYBE"}, base.Unavailable),
        (200, {"verification_status": True}, base.Unavailable),
        (200, b"SUCCESS", base.Unavailable),
        (400, None, base.BadSignature),
        (422, None, base.BadSignature),
        (404, None, base.BadSignature),
        (200, {"verification_status": "FAILURE"}, base.BadSignature),
        (200, {"verification_status": "success"}, base.Unavailable),
    ],
)
def test_nothing_but_success_is_a_proof(rig, status, body, raised):
    rig.fake.fail_next(f"POST {VERIFY}", status, body=body, stored=False)
    with pytest.raises(raised):
        rig.adapter.read_event(call_of(rig, event()))


def test_silence_is_no_proof_and_not_remembered(rig):
    call = call_of(rig, event())
    rig.fake.drop_after_commit(f"POST {VERIFY}")
    with pytest.raises(base.Unavailable):
        rig.adapter.read_event(call)
    assert rig.adapter.read_event(call).external_id == "WH-1"


@pytest.mark.parametrize("webhook_id", ["", " ", "a b", 'x","webhook_event":{}', "x" * 51])
def test_without_the_webhooks_id_nothing_can_be_verified(rig, webhook_id):
    values = {**rig.values(), "webhookId": webhook_id}
    assert not PayPalGateway(base.Credentials(values, rig.fake.url)).can_read_events()
    assert rig.adapter.can_read_events()


def test_the_shapes_are_those_of_paypals_description():
    from tests.fakes.paypal_checks import DESCRIPTION

    described = DESCRIPTION["verify"]["properties"]
    for name, (_, shape) in claims._HEADERS.items():
        for value in (TRANSMISSION, AT, "A" * 342 + "==", "SHA256withRSA"):
            if shape.fullmatch(value):
                pattern = described[name].get("pattern", "")
                assert re.search(pattern, value), (name, value)
                assert len(value) <= described[name]["maxLength"]
