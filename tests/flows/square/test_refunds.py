"""Refunds through Square: asked for once, counted when Square has made them."""

from __future__ import annotations

import pytest

from app.adapters.gateways import base, wire
from tests import world


def lossy(real, path: str, status: int):
    """A way to Square on which one answer at this path is lost, and the next is this status."""
    left = [base.Unavailable("no answer in time"), wire.Reply(status, {}, b"{}")]

    def over_requests(company: str):
        def send(method, url, *rest):
            if not (url.endswith(path) and left):
                return real(company)(method, url, *rest)
            answer = left.pop(0)
            if isinstance(answer, Exception):
                real(company)(method, url, *rest)
                raise answer
            return answer

        return send

    return over_requests


def test_parts_are_refunded_when_square_has_done_it_and_never_more(shop, told, later):
    order = shop.order(100)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    shop.tell_all()
    assert shop.refund(order, 60).json["status"] == "pending"
    assert shop.refund(order, 60).status_code == 409
    assert shop.see(order)["status"] == "paid"
    shop.square.finish_refunds()
    shop.tell_all()
    seen = shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("partially_refunded", 60)
    later(61)
    world.sweep_and_run(shop.app)
    assert shop.refund(order).status_code == 200
    shop.square.finish_refunds()
    later(61)
    world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("refunded", 100)
    sent = [
        one.params["amount_money"]["amount"] for one in shop.square.calls("POST", "/v2/refunds")
    ]
    assert sent == [6000, 4000], "the amount is sent, also for all that is left"
    assert told() == ["payment_succeeded", "payment_refunded", "payment_refunded"]


def test_a_refund_that_square_rejects_gives_the_money_free_again(shop, later):
    order = shop.order(100)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    shop.tell_all()
    shop.refund(order, 60)
    shop.square.finish_refund(shop.square.ledger("refund")[0]["id"], "REJECTED")
    later(61)
    world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["refunds"][0]["status"]) == ("paid", "failed")
    assert shop.refund(order, 100).status_code == 200


def test_a_refund_made_in_squares_dashboard_arrives_as_its_total(shop):
    order = shop.order(100)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    shop.tell_all()
    (payment,) = shop.square.ledger("payment")
    money = {"amount": 2500, "currency": "USD"}
    merchant = shop.square.books.merchants["MLTEST1"]
    shop.square.books.make_refund(merchant, {"payment_id": payment["id"], "amount_money": money})
    shop.square.finish_refunds()
    assert shop.tell(shop.square.last_event("refund.updated")).json["outcome"] == "stored"
    world.run_tasks(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("partially_refunded", 25)


def test_a_refund_that_got_no_answer_is_made_once(shop, later):
    order = shop.order(100)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    shop.tell_all()
    shop.square.drop_after_commit("POST /v2/refunds$", times=2)
    shop.refund(order, 60)
    shop.square.finish_refunds()
    later(61)
    world.sweep_and_run(shop.app)
    assert len(shop.square.ledger("refund")) == 1
    seen = shop.see(order)
    assert (seen["refundedAmount"], seen["attention"]) == (60, None)


@pytest.mark.parametrize("status", [429, 401, 403])
def test_one_that_was_made_unheard_and_then_turned_away_is_found(shop, later, monkeypatch, status):
    """The second of two sends says nothing of the first; a third would be one too many."""
    order = shop.order(100)
    shop.choose(order, "card")
    shop.square.pay(shop.link())
    shop.tell_all()
    with monkeypatch.context() as patch:
        patch.setattr(wire, "over_requests", lossy(wire.over_requests, "/v2/refunds", status))
        assert shop.refund(order, 60).json["status"] == "unknown"
    asked = len(shop.square.calls("POST", "/v2/refunds"))
    later(61)
    world.run_tasks(shop.app)
    seen = shop.see(order)
    assert (seen["refunds"][0]["status"], len(shop.square.ledger("refund"))) == ("pending", 1)
    assert len(shop.square.calls("POST", "/v2/refunds")) == asked
