"""Sellers at Stripe: what is said about accounts, and what is left open when money moves."""

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.stripe import StripeGateway
from tests import world
from tests.adapters.gateways.rigs import RIGS
from tests.adapters.gateways.test_marketplaces import (
    HERE,
    opened,
    paid,
    payout_of,
    reversal_of,
    transfer_of,
    wanted,
)

TRANSFER, REVERSAL = "POST /v1/transfers$", "POST /v1/transfers/*/reversals$"
PAYOUT = "POST /v1/payouts$"


@pytest.fixture(params=["stripe-card", "stripe-cashapp"])
def rig(request):
    with RIGS[request.param](request) as rig:
        yield rig


@pytest.fixture
def fake(rig):
    return rig.fake


@pytest.fixture
def market(rig):
    return rig.adapter.marketplace


def test_a_new_account_says_what_stripe_wants_to_know(market, fake):
    state = market.create_seller(wanted(country="PT"))
    assert (state.status, state.payouts_enabled) == ("pending", False)
    assert "tos_acceptance.date" in state.requirements
    (there,) = fake.sellers()
    assert (there["country"], there["email"]) == ("PT", "ada@example.com")
    assert there["metadata"] == {"seller_id": "sel_1", "organization_id": "org_1"}
    assert there["controller"]["fees"] == {"payer": "application"}
    assert there["controller"]["losses"] == {"payments": "application"}


def test_one_who_waits_to_be_believed_is_pending_and_one_who_is_stopped_restricted(market, fake):
    seller = market.create_seller(wanted()).gateway_seller_id
    fake.onboard(seller, is_believed=False)
    assert market.retrieve_seller(seller).status == "pending"
    fake.onboard(seller)
    assert market.retrieve_seller(seller).status == "ready"
    fake.restrict(seller, "individual.verification.document")
    now = market.retrieve_seller(seller)
    assert (now.status, now.payouts_enabled) == ("restricted", False)
    assert now.requirements == ("individual.verification.document",)


def test_one_whose_bank_account_is_missing_can_be_paid_and_not_paid_out(market, fake, rig):
    seller = opened(rig)
    fake.restrict(seller, "external_account", payouts_only=True)
    now = market.retrieve_seller(seller)
    assert (now.status, now.payouts_enabled) == ("ready", False)
    market.transfer(transfer_of(rig, 500, seller=seller))
    with pytest.raises(base.Declined, match="payouts are disabled"):
        market.pay_out(seller, payout_of(rig, 500))


def test_an_account_that_left_is_missing(market, fake, rig):
    seller = opened(rig)
    fake.leave(seller)
    with pytest.raises(base.Missing):
        market.retrieve_seller(seller)
    with pytest.raises(base.Missing):
        market.onboarding_link(seller, HERE, HERE)


def test_a_platform_that_has_not_signed_up_for_connect_is_told_so(market, fake):
    fake.account(world.STRIPE_KEY, is_platform=False)
    with pytest.raises(base.Declined, match="signed up for Connect"):
        market.create_seller(wanted())


def test_a_link_opens_once_and_then_leads_to_us_for_another(market, fake, rig):
    link = market.onboarding_link(opened(rig), f"{HERE}/again", f"{HERE}/done")
    assert link.expires_at is not None
    assert [fake.visit(link.url), fake.visit(link.url)] == [None, f"{HERE}/again"]


def test_only_a_held_payment_is_grouped_with_its_transfers(rig, fake):
    paid(rig)
    rig.pay(rig.adapter.create_payment(rig.request(rig.method)).gateway_ref)
    assert [one["transfer_group"] for one in fake.charges()] == ["ord_1", None]


def test_an_intent_that_is_made_at_the_api_is_grouped_as_well(rig, fake):
    rig.adapter.create_payment(rig.request(None, is_held=True, order_id="ord_1"))
    assert [one["transfer_group"] for one in fake.payment_intents()] == ["ord_1"]


def test_a_transfer_names_the_charge_it_comes_out_of(rig, market, fake):
    request = transfer_of(rig, 700)
    market.transfer(request)
    (made,), (charge,) = fake.transfers(), fake.charges()
    assert (made["source_transaction"], made["transfer_group"]) == (charge["id"], "ord_1")
    assert made["destination"] == request.gateway_seller_id
    assert fake.balance(fake.charges()[0]["account"]) == 1_300


def test_what_was_not_paid_is_not_transferred(rig, market):
    ref = rig.adapter.create_payment(rig.request(None)).gateway_ref
    with pytest.raises(base.Impossible, match="nothing was paid"):
        market.transfer(transfer_of(rig, 700, payment=ref))


def test_one_without_the_capability_gets_nothing(rig, market, fake):
    seller = market.create_seller(wanted()).gateway_seller_id
    with pytest.raises(base.SellerNotReady, match="capabilities"):
        market.transfer(transfer_of(rig, 700, seller=seller))
    assert fake.transfers() == []


def test_a_transfer_whose_answer_is_lost_is_open_and_then_found(rig, market, fake):
    request = transfer_of(rig, 700)
    fake.drop_after_commit(TRANSFER)
    with pytest.raises(base.Unavailable):
        market.transfer(request)
    (there,) = fake.transfers()
    assert market.find_transfer(request).gateway_transfer_id == there["id"]


def test_a_reversal_whose_answer_is_lost_is_open_and_then_found(rig, market, fake):
    made = market.transfer(transfer_of(rig, 700)).gateway_transfer_id
    fake.drop_after_commit(REVERSAL)
    with pytest.raises(base.Unavailable):
        market.reverse(made, reversal_of(rig, 300))
    (there,) = fake.reversals()
    assert market.find_reversal(made, reversal_of(rig, 300)) == there["id"]


def test_a_payout_whose_answer_is_lost_is_open_and_then_found(rig, market, fake):
    request = transfer_of(rig, 700)
    market.transfer(request)
    fake.drop_after_commit(PAYOUT)
    with pytest.raises(base.Unavailable):
        market.pay_out(request.gateway_seller_id, payout_of(rig, 300))
    (there,) = fake.payouts()
    found = market.find_payout(request.gateway_seller_id, payout_of(rig, 300))
    assert (found.gateway_payout_id, found.status) == (there["id"], "pending")


def test_a_key_that_moved_something_else_leaves_it_open(rig, market):
    """A definite no would free the money for another release."""
    request = transfer_of(rig, 700)
    market.transfer(request)
    same = {"seller": request.gateway_seller_id, "payment": request.gateway_payment_id}
    with pytest.raises(base.Unavailable):
        market.transfer(transfer_of(rig, 800, **same))


def test_a_key_without_the_right_moves_nothing_and_says_so(rig, market, fake):
    request = transfer_of(rig, 700)
    fake.account(world.STRIPE_KEY, lacks=["transfers:write"])
    with pytest.raises(base.NotPermitted):
        market.transfer(request)


def test_another_platforms_seller_is_nobody_of_ours(rig, market, fake):
    fake.account("sk_test_other", id="acct_Other")
    other = StripeGateway(base.Credentials({"secretKey": "sk_test_other"}, fake.url)).marketplace
    seller = other.create_seller(wanted()).gateway_seller_id
    with pytest.raises(base.Missing):
        market.retrieve_seller(seller)


def test_a_payout_says_how_it_stands_and_why_it_failed(rig, market, fake):
    request = transfer_of(rig, 700)
    market.transfer(request)
    seller = request.gateway_seller_id
    made = market.pay_out(seller, payout_of(rig, 700))
    assert (made.status, made.reference, made.failure) == ("pending", "pyo_1", None)
    assert made.arrives_at is not None
    fake.finish_payout(made.gateway_payout_id, "failed")
    now = market.retrieve_payout(seller, made.gateway_payout_id)
    assert (now.status, now.failure) == ("failed", "The bank account has been closed")
    assert fake.balance(seller) == 700
