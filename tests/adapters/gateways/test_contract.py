"""The contract every gateway keeps, run over each of them."""

import dataclasses

import pytest

from app.adapters.gateways import actions, base
from app.kit.money import Money
from app.registry import gateways
from tests import world
from tests.adapters.gateways.rigs import SandboxRig, StripeRig
from tests.fakes.stripe import StripeFake

RIGS = ("sandbox", "stripe-cashapp", "stripe-card")


@pytest.fixture(params=RIGS)
def rig(request):
    if request.param == "sandbox":
        rig = SandboxRig(request.getfixturevalue("shop"))
        with rig.inside():
            yield rig
        return
    with StripeFake() as fake:
        fake.account(world.STRIPE_KEY)
        yield StripeRig(fake, request.param.partition("-")[2])


def made(rig) -> base.Created:
    return rig.adapter.create_payment(rig.request(rig.method))


def refund_of(minor: int, refund_id: str = "ref_1") -> base.RefundRequest:
    return base.RefundRequest(refund_id, Money(minor, "USD"), f"refund-{refund_id}")


def test_every_active_gateway_is_in_the_suite():
    active = {name for name, spec in gateways().items() if spec.is_active}
    assert active == {one.partition("-")[0] for one in RIGS}


def test_a_new_payment_says_what_the_customer_does_next(rig):
    created = made(rig)
    assert created.gateway_ref
    assert rig.adapter.test_mode is True
    assert rig.adapter.methods
    assert actions.from_dict(actions.to_dict(created.action)) == created.action


def test_it_is_pending_until_it_is_paid_and_then_says_exactly_what_came(rig):
    ref = made(rig).gateway_ref
    assert rig.adapter.retrieve_payment(ref).status == "pending"
    rig.pay(ref)
    snapshot = rig.adapter.retrieve_payment(ref)
    assert (snapshot.status, snapshot.paid_minor, snapshot.currency) == ("succeeded", 2000, "USD")
    assert (snapshot.refunded_minor, snapshot.test_mode) == (0, True)
    assert snapshot.paid_at is not None
    assert base.Snapshot.from_dict(snapshot.to_dict()) == snapshot


def test_the_same_key_makes_nothing_twice(rig):
    request = rig.request(rig.method)
    first = rig.adapter.create_payment(request)
    assert rig.adapter.create_payment(request).gateway_ref == first.gateway_ref
    assert rig.objects() == 1


def test_an_unanswered_creation_is_unavailable_and_found_by_its_key(rig):
    rig.drop_next_creation()
    request = rig.request(rig.method)
    with pytest.raises(base.Unavailable):
        rig.adapter.create_payment(request)
    assert rig.adapter.find_payment(request).gateway_ref
    assert rig.objects() == 1


def test_a_cancelled_payment_cannot_be_paid_and_cancelling_again_is_fine(rig):
    ref = made(rig).gateway_ref
    assert rig.adapter.cancel_payment(ref).status in {"cancelled", "expired"}
    assert rig.adapter.cancel_payment(ref).status in {"cancelled", "expired"}
    with pytest.raises(Exception):  # noqa: B017, each fake refuses in its own words
        rig.pay(ref)


def test_what_was_paid_cannot_be_cancelled(rig):
    ref = made(rig).gateway_ref
    rig.pay(ref)
    with pytest.raises(base.Impossible):
        rig.adapter.cancel_payment(ref)


def test_refunds_add_up_and_end_at_what_was_paid(rig):
    ref = made(rig).gateway_ref
    rig.pay(ref)
    money_id = rig.adapter.retrieve_payment(ref).gateway_payment_id
    first = rig.adapter.refund_payment(money_id, refund_of(500))
    assert first.status == "succeeded"
    assert rig.adapter.refund_payment(money_id, refund_of(500)) == first
    assert rig.adapter.retrieve_refund(first.gateway_refund_id).status == "succeeded"
    rig.adapter.refund_payment(money_id, refund_of(1500, "ref_2"))
    assert rig.adapter.retrieve_payment(ref).refunded_minor == 2000
    with pytest.raises(base.Impossible):
        rig.adapter.refund_payment(money_id, refund_of(1, "ref_3"))


def test_a_refund_is_found_by_the_request_that_made_it(rig):
    ref = made(rig).gateway_ref
    rig.pay(ref)
    money_id = rig.adapter.retrieve_payment(ref).gateway_payment_id
    assert rig.adapter.find_refund(money_id, refund_of(500)) is None
    first = rig.adapter.refund_payment(money_id, refund_of(500))
    rig.adapter.refund_payment(money_id, refund_of(300, "ref_2"))
    assert rig.adapter.find_refund(money_id, refund_of(500)) == first
    assert rig.adapter.find_refund(money_id, refund_of(500, "ref_3")) is None


def test_an_unknown_object_is_missing(rig):
    with pytest.raises(base.Missing):
        rig.adapter.retrieve_payment("pi_nothing" if "stripe" in rig.adapter.name else "sbx_no")
    with pytest.raises(base.Missing):
        rig.adapter.retrieve_refund("re_nothing")


def test_a_signed_event_names_the_payment(rig):
    ref = made(rig).gateway_ref
    rig.pay(ref)
    event = rig.adapter.read_event(rig.signed_event(ref))
    assert event.external_id and event.reference.startswith("pay_")


FORGERIES = {
    "no headers": lambda call: dataclasses.replace(call, headers={}),
    "empty body": lambda call: dataclasses.replace(call, body=b""),
    "one byte more": lambda call: dataclasses.replace(call, body=call.body + b" "),
    "re-serialised": lambda call: dataclasses.replace(call, body=call.body.replace(b": ", b":")),
    "not JSON": lambda call: dataclasses.replace(call, body=b"\xff\xfe"),
    **{
        f"header {kind}": lambda call, change=change: dataclasses.replace(
            call, headers={name: change(value) for name, value in call.headers.items()}
        )
        for kind, change in {
            "empty": lambda _: "",
            "cut": lambda value: value[:-1],
            "longer": lambda value: value + "0",
            "reversed": lambda value: value[::-1],
            "of another scheme": lambda value: value.replace("v1", "v0"),
            "with umlauts": lambda value: value + "ü",
            "doubled": lambda value: value + value,
            "huge": lambda value: value * 2000,
        }.items()
    },
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_refused(rig, forgery):
    ref = made(rig).gateway_ref
    rig.pay(ref)
    forged = FORGERIES[forgery](rig.signed_event(ref))
    with pytest.raises(base.BadSignature):
        rig.adapter.read_event(forged)


def test_test_connection_names_account_and_mode(rig):
    found = rig.adapter.verify()
    assert found.account and found.test_mode is True
