"""A person says what became of a refund that no gateway tells of."""

import threading

import pytest
from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import reading
from app.kit.errors import Conflict, NotFound
from app.models import AuditEntry, Payment
from app.services import refunds
from app.services.refunds import sending
from tests import world
from tests.services.orders import trouble
from tests.services.orders.trouble import cannot_ask, see

ADA = "ada@example.com"


@pytest.fixture
def shop(on_both, monkeypatch):
    cannot_ask(monkeypatch)
    return world.open_shop(on_both)


def unanswered(shop, monkeypatch, minor: int = 500) -> tuple[str, str]:
    """An order and its refund, of which nothing was heard."""
    order_id = trouble.paid(shop)
    with trouble.refunds_end(monkeypatch, base.Unavailable("nothing")):
        shop.refund({"orderId": order_id}, minor // 100)
    return order_id, see(shop, order_id)["refunds"][0]["refundId"]


def decide(shop, order_id: str, refund_id: str, said: str) -> None:
    with shop.inside():
        refunds.decide(order_id, refund_id, said, actor=ADA)


def stored(shop, order_id: str) -> Payment:
    with shop.inside(), reading() as session:
        return session.scalars(select(Payment).where(Payment.order_id == order_id)).one()


def standing(shop, order_id: str) -> tuple[str, str | None, int, int, str]:
    seen, payment = see(shop, order_id), stored(shop, order_id)
    return (
        seen["status"],
        seen["attention"],
        payment.refunded_minor,
        payment.reserved_minor,
        seen["refunds"][0]["status"],
    )


def test_made_counts_it_and_not_made_frees_it(shop, monkeypatch):
    for said, ends in (
        ("made", ("partially_refunded", None, 500, 0, "succeeded")),
        ("not_made", ("paid", "refund_failed", 0, 0, "failed")),
    ):
        order_id, refund_id = unanswered(shop, monkeypatch)
        assert standing(shop, order_id) == ("paid", "refund_unknown", 0, 500, "unknown")
        for _twice in range(2):
            decide(shop, order_id, refund_id, said)
        assert standing(shop, order_id) == ends
        with shop.inside(), reading() as session:
            told = session.scalars(select(AuditEntry).where(AuditEntry.subject == refund_id)).all()
        assert [(one.action, one.actor) for one in told] == [(f"refund.said_{said}", ADA)]
        with shop.inside():
            assert sending.send(refund_id) is None, "nobody is asked for it any more"
        assert standing(shop, order_id) == ends


def test_the_provider_does_not_hear_which_of_the_merchants_people_said_so(shop, monkeypatch):
    order_id, refund_id = unanswered(shop, monkeypatch)
    decide(shop, order_id, refund_id, "not_made")
    (refund,) = see(shop, order_id)["refunds"]
    assert "it was not made" in refund["failure"]
    assert ADA not in str(refund)


def test_who_said_the_opposite_is_told_that_it_is_decided(shop, monkeypatch):
    order_id, refund_id = unanswered(shop, monkeypatch)
    decide(shop, order_id, refund_id, "made")
    before = standing(shop, order_id)
    with pytest.raises(Conflict, match="succeeded by now"):
        decide(shop, order_id, refund_id, "not_made")
    assert standing(shop, order_id) == before


@pytest.mark.parametrize("first", ["the gateway", "the person"])
@pytest.mark.parametrize(("said", "in_all"), [("made", 500), ("not_made", 500)])
def test_the_same_money_told_by_the_gateway_counts_once(shop, monkeypatch, first, said, in_all):
    order_id, refund_id = unanswered(shop, monkeypatch)
    if first == "the person":
        decide(shop, order_id, refund_id, said)
    trouble.says(shop, order_id, 2000, refunded_minor=500)
    if first == "the gateway":
        decide(shop, order_id, refund_id, said)
    status, _, refunded, reserved, _ = standing(shop, order_id)
    assert (status, refunded, reserved) == ("partially_refunded", in_all, 0)


def test_nothing_is_said_of_what_can_be_asked_about_or_is_anothers(shop, monkeypatch, request):
    order_id, refund_id = unanswered(shop, monkeypatch)
    other = trouble.paid(shop)
    for place, id_, word, error in (
        (other, refund_id, "made", NotFound),
        (order_id, "ref_none", "made", NotFound),
    ):
        with pytest.raises(error):
            decide(shop, place, id_, word)
    cannot_ask(monkeypatch, finds=True)
    with pytest.raises(Conflict, match="ask again"):
        decide(shop, order_id, refund_id, "made")
    assert standing(shop, order_id) == ("paid", "refund_unknown", 0, 500, "unknown")


def test_of_two_who_say_opposite_things_at_once_one_is_told_so(app, monkeypatch):
    cannot_ask(monkeypatch)
    shop = world.open_shop(app)
    for _ in range(5):
        order_id, refund_id = unanswered(shop, monkeypatch)
        barrier, refused = threading.Barrier(3), []

        def say(said, order_id=order_id, refund_id=refund_id, barrier=barrier, refused=refused):
            barrier.wait()
            try:
                decide(shop, order_id, refund_id, said)
            except Conflict as error:
                refused.append((error.code, said))

        def hear(order_id=order_id, barrier=barrier) -> None:
            barrier.wait()
            trouble.says(shop, order_id, 2000, refunded_minor=500)

        every = [threading.Thread(target=say, args=(said,)) for said in ("made", "not_made")]
        every.append(threading.Thread(target=hear))
        for one in every:
            one.start()
        for one in every:
            one.join()
        ((code, loser),) = refused
        assert code == "move_decided"
        status, _, refunded, reserved, of_refund = standing(shop, order_id)
        assert (status, refunded, reserved) == ("partially_refunded", 500, 0)
        assert of_refund == ("failed" if loser == "made" else "succeeded")
