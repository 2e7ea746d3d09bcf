"""The contract every gateway keeps, run over each of them."""

import pytest

from app.adapters.gateways import actions, base
from app.kit.money import Money
from app.registry import gateways
from tests.adapters.gateways.rigs import RIGS

URL = "https://pay.example.com/api/webhooks/some/0123456789abcdef0123456789abcdef"


@pytest.fixture(params=RIGS)
def rig(request):
    with RIGS[request.param](request) as rig:
        yield rig


def made(rig) -> base.Created:
    return rig.adapter.create_payment(rig.request(rig.method))


def refund_of(rig, minor: int, refund_id: str = "ref_1") -> base.RefundRequest:
    return base.RefundRequest(refund_id, Money(minor, rig.currency), f"refund-{refund_id}")


def test_every_active_gateway_is_in_the_suite():
    active = {name for name, spec in gateways().items() if spec.is_active}
    assert active == {one.partition("-")[0] for one in RIGS}


def test_registering_is_announced_where_the_adapter_can(rig):
    announced = gateways()[rig.service].can_register(rig.values())
    assert announced is (rig.adapter.endpoints is not None)


def test_a_new_payment_says_what_the_customer_does_next(rig):
    created = made(rig)
    assert created.gateway_ref
    assert rig.adapter.test_mode is rig.test_mode
    assert rig.adapter.methods
    unoffered = {one.name for one in gateways()[rig.service].methods if not one.is_offered}
    assert not unoffered & set(rig.adapter.methods)
    assert actions.from_dict(actions.to_dict(created.action)) == created.action


def ask(rig, request, ref) -> base.Snapshot:
    """How it stands, the money taken if the customer has approved it."""
    found = rig.adapter.retrieve_payment(ref)
    return rig.adapter.complete_payment(ref, request) if found.is_approved else found


def paid(rig) -> tuple[str, base.Snapshot]:
    request = rig.request(rig.method)
    ref = rig.adapter.create_payment(request).gateway_ref
    rig.pay(ref)
    return ref, ask(rig, request, ref)


def refunds(rig) -> str:
    return rig.adapter.can(rig.method).refund


def test_it_is_pending_until_it_is_paid_and_then_says_exactly_what_came(rig):
    request = rig.request(rig.method)
    ref = rig.adapter.create_payment(request).gateway_ref
    assert rig.adapter.retrieve_payment(ref).status == "pending"
    rig.pay(ref)
    snapshot = ask(rig, request, ref)
    assert (snapshot.status, snapshot.paid_minor) == ("succeeded", 2000)
    assert (snapshot.currency, snapshot.refunded_minor) == (rig.currency, 0)
    assert snapshot.test_mode is rig.test_mode
    assert snapshot.paid_at is not None
    assert base.Snapshot.from_dict(snapshot.to_dict()) == snapshot
    assert [(minor, currency) for _, minor, currency in rig.charges()] == [(2000, rig.currency)]


def test_asking_and_completing_again_takes_nothing_more(rig):
    request = rig.request(rig.method)
    ref = rig.adapter.create_payment(request).gateway_ref
    rig.pay(ref)
    assert [ask(rig, request, ref).status for _ in range(3)] == ["succeeded"] * 3
    assert len(rig.charges()) == 1


def test_the_same_key_makes_nothing_twice(rig):
    if not rig.repeats:
        pytest.skip("this company knows no keys; what is lost there is looked for, see below")
    request = rig.request(rig.method)
    first = rig.adapter.create_payment(request)
    assert rig.adapter.create_payment(request).gateway_ref == first.gateway_ref
    assert rig.objects() == 1


def test_an_unanswered_creation_is_unavailable_and_found_if_the_company_can_tell(rig):
    rig.drop_next_creation()
    request = rig.request(rig.method)
    with pytest.raises(base.Unavailable):
        rig.adapter.create_payment(request)
    if rig.repeats:
        assert rig.adapter.find_payment(request).gateway_ref
        assert rig.objects() == 1
        return
    try:  # nobody has seen the first one, so another may be made; or it stays unknown
        assert rig.adapter.find_payment(request).gateway_ref
    except base.Unavailable:
        assert rig.objects() == 1


def test_a_cancelled_payment_cannot_be_paid_and_cancelling_again_is_fine(rig):
    ref = made(rig).gateway_ref
    rig.lapse(ref)
    assert rig.adapter.cancel_payment(ref).status in {"cancelled", "expired"}
    assert rig.adapter.cancel_payment(ref).status in {"cancelled", "expired"}
    if rig.adapter.can(rig.method).cancel:
        try:
            rig.pay(ref)
        except Exception:  # each fake refuses in its own words
            assert rig.adapter.cancel_payment(ref).status in {"cancelled", "expired"}
        else:  # what is only approved moves no money; the house does not take it any more
            assert rig.adapter.retrieve_payment(ref).is_approved
        assert rig.charges() == []


def test_what_was_paid_cannot_be_cancelled(rig):
    ref, _ = paid(rig)
    with pytest.raises(base.Impossible):
        rig.adapter.cancel_payment(ref)


def test_refunds_add_up_and_end_at_what_was_paid(rig):
    ref, snapshot = paid(rig)
    money_id = snapshot.gateway_payment_id
    if refunds(rig) != "partial":
        pytest.skip(f"refunds: {refunds(rig)}")
    first = rig.adapter.refund_payment(money_id, refund_of(rig, 500))
    assert first.status in {"pending", "succeeded"}
    if rig.repeats:
        again = rig.adapter.refund_payment(money_id, refund_of(rig, 500))
        assert again.gateway_refund_id == first.gateway_refund_id
    rig.settle_refunds()
    if rig.finds_refunds:
        assert rig.adapter.retrieve_refund(first.gateway_refund_id).status == "succeeded"
        assert rig.adapter.retrieve_payment(ref).refunded_minor == 500
    rig.adapter.refund_payment(money_id, refund_of(rig, 1500, "ref_2"))
    rig.settle_refunds()
    if rig.finds_refunds:
        assert rig.adapter.retrieve_payment(ref).refunded_minor == 2000
    with pytest.raises(base.Impossible):
        rig.adapter.refund_payment(money_id, refund_of(rig, 1, "ref_3"))


def test_what_cannot_be_refunded_is_refused_with_words_for_the_merchant(rig):
    _, snapshot = paid(rig)
    if refunds(rig) != "none":
        pytest.skip(f"refunds: {refunds(rig)}")
    with pytest.raises(base.Impossible) as refused:
        rig.adapter.refund_payment(snapshot.gateway_payment_id, refund_of(rig, 500))
    assert " " in refused.value.reason


def test_a_refund_that_is_collected_says_where(rig):
    _, snapshot = paid(rig)
    if refunds(rig) != "claim":
        pytest.skip(f"refunds: {refunds(rig)}")
    made = rig.adapter.refund_payment(snapshot.gateway_payment_id, refund_of(rig, 500))
    assert made.status == "pending"
    assert made.claim_url.startswith("http")
    rig.settle_refunds()
    assert rig.adapter.retrieve_refund(made.gateway_refund_id).status == "succeeded"


def test_a_refund_is_found_by_the_request_that_made_it(rig):
    _, snapshot = paid(rig)
    money_id = snapshot.gateway_payment_id
    if refunds(rig) == "none":
        pytest.skip("no refunds")
    if not rig.finds_refunds:
        with pytest.raises(base.Unavailable):  # a person has to look, nothing is sent again
            rig.adapter.find_refund(money_id, refund_of(rig, 500))
        return
    assert rig.adapter.find_refund(money_id, refund_of(rig, 500)) is None
    first = rig.adapter.refund_payment(money_id, refund_of(rig, 500))
    rig.adapter.refund_payment(money_id, refund_of(rig, 300, "ref_2"))
    found = rig.adapter.find_refund(money_id, refund_of(rig, 500))
    assert found.gateway_refund_id == first.gateway_refund_id
    assert rig.adapter.find_refund(money_id, refund_of(rig, 500, "ref_3")) is None


def test_an_unknown_object_is_missing(rig):
    payment, refund = rig.unknown
    with pytest.raises(base.Missing):
        rig.adapter.retrieve_payment(payment)
    if refunds(rig) != "none":
        with pytest.raises(base.Missing):
            rig.adapter.retrieve_refund(refund)


def test_an_event_names_the_payment(rig):
    request = rig.request(rig.method)
    ref = rig.adapter.create_payment(request).gateway_ref
    rig.pay(ref)
    event = rig.adapter.read_event(rig.news(ref, URL))
    assert event.external_id
    ours = {request.payment_id, request.reference, "pay_x"}
    assert event.gateway_ref == ref or event.reference in ours


def test_forgeries_are_refused(rig):
    ref, _ = paid(rig)
    forged = rig.forgeries(ref, URL)
    assert len(forged) >= 30
    believed = []
    for name, call in forged.items():
        try:
            event = rig.adapter.read_event(call)
        except base.BadSignature:
            continue
        # Where nobody signs, a call is a hint at most; see the house's suite for what it costs.
        if event.is_proven:
            believed.append(name)
    assert believed == []


def test_test_connection_names_the_mode_and_the_account_where_the_company_says_it(rig):
    found = rig.adapter.verify()
    assert found.test_mode is rig.test_mode
    assert bool(found.account) is rig.tells_account
