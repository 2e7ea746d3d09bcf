"""Taking a payment link back: certain, or refused."""

import pytest

from app.adapters.gateways import base
from tests.adapters.gateways.rigs.square import TOKEN, link_of


def test_cancelling_deletes_the_link_and_with_it_the_order(rig, ref):
    assert rig.adapter.cancel_payment(ref).status == "cancelled"
    assert rig.fake.ledger("link") == []
    assert rig.fake.ledger("order")[0]["state"] == "CANCELED"
    assert rig.adapter.retrieve_payment(ref).status == "cancelled"


@pytest.mark.parametrize("status", ["PENDING", "APPROVED", "COMPLETED"])
def test_what_is_or_may_be_paid_is_not_cancelled_and_its_link_not_touched(rig, ref, status):
    rig.fake.pay(link_of(ref), status=status)
    with pytest.raises(base.Impossible):
        rig.adapter.cancel_payment(ref)
    assert rig.fake.calls("DELETE", "/v2/online-checkout") == []


def test_who_pays_while_we_cancel_has_paid(rig, ref):
    def pay_first(method, _path):
        if method == "DELETE":
            rig.fake.pay(link_of(ref))

    rig.fake.on_request.append(pay_first)
    with pytest.raises(base.Impossible, match="succeeded"):
        rig.adapter.cancel_payment(ref)


def test_a_link_that_somebody_else_deleted_is_cancelled(rig, ref):
    rig.fake.books.delete_link(rig.fake.books.merchants["MLTEST1"], link_of(ref))
    assert rig.adapter.cancel_payment(ref).status == "cancelled"


def test_a_deletion_that_got_no_answer_is_made_again(rig, ref):
    rig.fake.drop_after_commit("DELETE /v2/online-checkout/payment-links/*")
    assert rig.adapter.cancel_payment(ref).status == "cancelled"


def test_with_another_accounts_token_nothing_counts_as_cancelled(rig, ref):
    rig.fake.account(TOKEN, id="MLOTHER", locations=["L9"])
    with pytest.raises(base.Missing):
        rig.adapter.cancel_payment(ref)
    assert len(rig.fake.ledger("link")) == 1


def test_an_unanswered_cancel_is_not_a_cancelled_payment(rig, ref):
    rig.fake.drop_before_commit("DELETE /v2/online-checkout/payment-links/*", times=2)
    with pytest.raises(base.Unavailable):
        rig.adapter.cancel_payment(ref)
    assert rig.adapter.retrieve_payment(ref).status == "pending"


def test_a_ref_without_an_order_is_missing(rig):
    for ref in ("", "LINK", "LINK:", ":"):
        with pytest.raises(base.Missing):
            rig.adapter.retrieve_payment(ref)


def test_refs_cannot_reach_other_calls_of_the_api(rig, ref):
    with pytest.raises(base.Missing):
        rig.adapter.retrieve_payment("x:../locations?a=b")
    assert rig.fake.requests[-1].path == "/v2/orders/..%2Flocations%3Fa%3Db"
