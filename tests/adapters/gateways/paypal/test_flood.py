"""A flood of forged calls does not become a flood of questions to PayPal."""

import dataclasses
import threading

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.paypal import PayPalGateway, claims, proof
from app.kit import clock
from tests.adapters.gateways.paypal.calls import VERIFY, asked, call_of, event
from tests.adapters.gateways.rigs.paypal import OTHER_WEBHOOK


def forged(rig, number: int) -> base.InboundCall:
    return call_of(rig, {**event(), "id": f"WH-{number}"}, by="mallory")


def test_a_flood_of_forgeries_does_not_become_a_flood_of_questions(rig, time_machine):
    start = clock.now()
    time_machine.move_to(start, tick=False)
    refused = {base.BadSignature: 0, base.Busy: 0}
    for number in range(200):
        with pytest.raises((base.BadSignature, base.Busy)) as caught:
            rig.adapter.read_event(forged(rig, number))
        refused[caught.type] += 1
    assert refused == {base.BadSignature: proof.FORGERIES, base.Busy: 200 - proof.FORGERIES}
    assert asked(rig) == proof.FORGERIES
    time_machine.shift(61)
    assert rig.adapter.read_event(call_of(rig, event())).external_id == "WH-1"


def test_true_calls_are_never_too_many(rig):
    for number in range(2 * proof.FORGERIES):
        true = call_of(rig, {**event(), "id": f"WH-{number}"})
        assert rig.adapter.read_event(true).external_id == f"WH-{number}"
    assert asked(rig) == 2 * proof.FORGERIES


def test_what_paypal_answered_is_remembered_for_a_while(rig, time_machine):
    start = clock.now()
    time_machine.move_to(start, tick=False)
    right, wrong = call_of(rig, event()), forged(rig, 1)
    for _ in range(50):
        rig.adapter.read_event(right)
        with pytest.raises(base.BadSignature):
            rig.adapter.read_event(wrong)
    assert asked(rig) == 2
    time_machine.shift(601)
    rig.adapter.read_event(right)
    assert asked(rig) == 3


@pytest.mark.parametrize("part", ["body", *sorted(claims._HEADERS)])
def test_a_remembered_answer_is_only_for_the_same_call(rig, part):
    right = call_of(rig, event())
    rig.adapter.read_event(right)
    header = "" if part == "body" else claims._HEADERS[part][0]
    other = {
        "body": right.body.replace(b"WH-1", b"WH-2"),
        "transmission_id": "11111111-d67a-11e5-baa3-778b53f4ae55",
        "transmission_time": clock.now().strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "transmission_sig": call_of(rig, event()).headers["paypal-transmission-sig"],
        "auth_algo": "SHA1withRSA",
        "cert_url": "https://api.paypal.com/certs/other",
    }[part]
    changed = (
        dataclasses.replace(right, body=other)
        if part == "body"
        else dataclasses.replace(right, headers={**right.headers, header: other})
    )
    with pytest.raises(base.BadSignature):
        rig.adapter.read_event(changed)


def test_only_so_many_questions_are_under_way_at_once(rig, monkeypatch):
    monkeypatch.setattr(proof, "WAIT", 0.01)
    rig.adapter.endpoints.find("https://x")  # a token is there
    gate = rig.fake.faults.plan_gate(f"POST {VERIFY}", proof.AT_ONCE, after=True)
    calls = [call_of(rig, {**event(), "id": f"WH-{n}"}) for n in range(proof.AT_ONCE)]
    done = []
    threads = [
        threading.Thread(target=lambda one=one: done.append(rig.adapter.read_event(one)))
        for one in calls
    ]
    for one in threads:
        one.start()
    while asked(rig) < proof.AT_ONCE:
        pass
    with pytest.raises(base.Busy):
        rig.adapter.read_event(call_of(rig, event()))
    assert asked(rig) == proof.AT_ONCE
    gate.release()
    for one in threads:
        one.join()
    assert len(done) == proof.AT_ONCE
    assert rig.adapter.read_event(call_of(rig, event())).external_id == "WH-1"


def test_one_webhooks_flood_is_not_anothers(rig):
    for number in range(proof.FORGERIES):
        with pytest.raises(base.BadSignature):
            rig.adapter.read_event(forged(rig, number))
    rig.fake.register(rig.adapter.client.client_id, OTHER_WEBHOOK, "https://pay.example/y")
    values = {**rig.values(), "webhookId": OTHER_WEBHOOK}
    other = PayPalGateway(base.Credentials(values, rig.fake.url))
    assert other.read_event(call_of(rig, event(), OTHER_WEBHOOK)).external_id == "WH-1"
