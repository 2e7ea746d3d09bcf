"""The contract of every gateway that pays sellers, run over each of them."""

import pytest

from app.adapters.gateways import base
from app.kit.money import Money
from tests.adapters.gateways.rigs import RIGS

HERE = "https://pay.example.com"


@pytest.fixture(params=["sandbox", "stripe-card"])
def rig(request):
    with RIGS[request.param](request) as rig:
        yield rig


@pytest.fixture
def market(rig) -> base.Marketplace:
    return rig.adapter.marketplace


def wanted(key: str = "seller-1", country: str | None = None) -> base.SellerRequest:
    return base.SellerRequest("sel_1", "org_1", "Ada", "ada@example.com", country, key)


def opened(rig, key: str = "seller-1") -> str:
    """A seller to whom money may be moved."""
    seller = rig.adapter.marketplace.create_seller(wanted(key)).gateway_seller_id
    if rig.fake:
        rig.fake.onboard(seller)
    return seller


def paid(rig) -> str:
    """A payment of 20.00 that is held; the id of its money."""
    request = rig.request(rig.method, is_held=True, order_id="ord_1")
    ref = rig.adapter.create_payment(request).gateway_ref
    rig.pay(ref)
    return rig.adapter.retrieve_payment(ref).gateway_payment_id


def transfer_of(rig, minor: int, release: str = "rel_1", **changes) -> base.TransferRequest:
    return base.TransferRequest(
        **{
            "release_id": release,
            "order_id": "ord_1",
            "gateway_seller_id": changes.get("seller") or opened(rig),
            "gateway_payment_id": changes.get("payment") or paid(rig),
            "money": Money(minor, rig.currency),
            "idempotency_key": f"release-{release}",
        }
    )


def reversal_of(rig, minor: int, one: str = "rev_1") -> base.ReversalRequest:
    return base.ReversalRequest(one, Money(minor, rig.currency), f"reversal-{one}")


def payout_of(rig, minor: int, one: str = "pyo_1") -> base.PayoutRequest:
    return base.PayoutRequest(one, Money(minor, rig.currency), f"payout-{one}")


def available(market, seller) -> dict[str, int]:
    return {one.currency: one.available_minor for one in market.balance(seller)}


def test_one_key_opens_one_account_and_it_is_found_as_it_stands(rig, market):
    first = market.create_seller(wanted())
    again = market.create_seller(wanted())
    other = market.create_seller(wanted("seller-2"))
    assert first.gateway_seller_id == again.gateway_seller_id != other.gateway_seller_id
    seller = opened(rig)
    now = market.retrieve_seller(seller)
    assert (now.status, now.payouts_enabled, now.requirements) == ("ready", True, ())


def test_an_account_that_is_not_ours_is_missing(market):
    with pytest.raises(base.Missing):
        market.retrieve_seller("acct_nobody")


def test_a_link_leads_somewhere(rig, market):
    link = market.onboarding_link(opened(rig), f"{HERE}/again", f"{HERE}/done")
    assert link.url.startswith("http")


def test_a_transfer_is_made_once_for_each_key_and_moves_what_was_asked(rig, market):
    request = transfer_of(rig, 1_500)
    made = market.transfer(request)
    assert market.transfer(request) == made
    assert (made.amount_minor, made.reversed_minor, made.currency) == (1_500, 0, rig.currency)
    assert market.retrieve_transfer(made.gateway_transfer_id) == made
    assert available(market, request.gateway_seller_id) == {rig.currency: 1_500}


def test_no_more_is_moved_than_was_paid(rig, market):
    first = transfer_of(rig, 1_500)
    market.transfer(first)
    same = {"seller": first.gateway_seller_id, "payment": first.gateway_payment_id}
    with pytest.raises((base.Impossible, base.Declined)) as refused:
        market.transfer(transfer_of(rig, 501, "rel_2", **same))
    assert " " in refused.value.reason
    market.transfer(transfer_of(rig, 500, "rel_3", **same))
    assert available(market, first.gateway_seller_id) == {rig.currency: 2_000}


def test_a_transfer_to_nobody_is_refused_for_good(rig, market):
    request = transfer_of(rig, 1_500, seller="acct_nobody")
    with pytest.raises((base.Impossible, base.Declined)):
        market.transfer(request)


def test_a_transfer_is_found_by_the_request_that_made_it(rig, market):
    request = transfer_of(rig, 700)
    assert market.find_transfer(request) is None
    made = market.transfer(request)
    same = {"seller": request.gateway_seller_id, "payment": request.gateway_payment_id}
    market.transfer(transfer_of(rig, 700, "rel_2", **same))
    assert market.find_transfer(request) == made
    assert market.find_transfer(transfer_of(rig, 700, "rel_3", **same)) is None


def test_an_unknown_transfer_is_missing(market):
    with pytest.raises(base.Missing):
        market.retrieve_transfer("tr_nothing")


def test_money_comes_back_once_for_each_key_and_is_found(rig, market):
    request = transfer_of(rig, 1_500)
    made = market.transfer(request).gateway_transfer_id
    assert market.find_reversal(made, reversal_of(rig, 400)) is None
    back = market.reverse(made, reversal_of(rig, 400))
    assert market.reverse(made, reversal_of(rig, 400)) == back
    market.reverse(made, reversal_of(rig, 100, "rev_2"))
    assert market.find_reversal(made, reversal_of(rig, 400)) == back
    assert market.retrieve_transfer(made).reversed_minor == 500
    assert available(market, request.gateway_seller_id) == {rig.currency: 1_000}


def test_no_more_comes_back_than_the_transfer_or_the_account_has(rig, market):
    request = transfer_of(rig, 1_500)
    made = market.transfer(request).gateway_transfer_id
    with pytest.raises((base.Impossible, base.Declined)):
        market.reverse(made, reversal_of(rig, 1_501))
    market.pay_out(request.gateway_seller_id, payout_of(rig, 1_000))
    with pytest.raises((base.Impossible, base.Declined)):
        market.reverse(made, reversal_of(rig, 501, "rev_2"))
    assert market.retrieve_transfer(made).reversed_minor == 0


def test_a_payout_leaves_once_for_each_key_and_is_found(rig, market):
    request = transfer_of(rig, 1_500)
    market.transfer(request)
    seller = request.gateway_seller_id
    assert market.find_payout(seller, payout_of(rig, 900)) is None
    made = market.pay_out(seller, payout_of(rig, 900))
    assert made.status in {"pending", "paid"}
    assert made.money == Money(900, rig.currency)
    again = market.pay_out(seller, payout_of(rig, 900))
    assert again.gateway_payout_id == made.gateway_payout_id
    found = market.find_payout(seller, payout_of(rig, 900))
    assert found.gateway_payout_id == made.gateway_payout_id
    kept = market.retrieve_payout(seller, made.gateway_payout_id)
    assert kept.gateway_payout_id == made.gateway_payout_id
    assert available(market, seller) == {rig.currency: 600}
    with pytest.raises((base.Impossible, base.Declined)):
        market.pay_out(seller, payout_of(rig, 601, "pyo_2"))
