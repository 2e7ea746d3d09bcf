"""Nobody knows whether a seller's money came back: the order says so until the answer is there."""

import pytest
from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit.errors import Conflict
from app.models import Attention, Notice, NoticeKind, Order
from app.services import sweep
from app.services.orders import differences, mending
from app.services.sandbox import DatabaseSellers
from tests import world
from tests.escrow import amounts, ask, held, refund


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


@pytest.fixture
def freed(shop):
    """An order whose money the seller has."""
    order = held(shop, 100)
    ask(shop, order, "release")
    return order


def raises(error):
    def fail(*_args):
        raise error

    return fail


def told(shop) -> list[str]:
    with shop.inside(), reading() as session:
        query = select(Notice.kind).where(Notice.kind == NoticeKind.reversal_unknown)
        return list(session.scalars(query))


def test_it_needs_attention_and_is_told_once_until_the_answer_is_known(
    shop, freed, monkeypatch, later
):
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "reverse", raises(base.Unavailable("no answer")))
        refund(shop, freed, 50)
        assert shop.see(freed)["attention"] == "reversal_unknown"
        later(60)
        patch.setattr(DatabaseSellers, "find_reversal", raises(base.Unavailable("no answer")))
        run(shop)
        assert shop.see(freed)["attention"] == "reversal_unknown"
    assert told(shop) == [NoticeKind.reversal_unknown]
    later(600)
    run(shop)
    assert shop.see(freed)["attention"] is None
    assert amounts(shop, freed) == (0, 4_500, 500, 5_000)


def test_it_is_told_once_whatever_else_becomes_the_matter(shop, freed, monkeypatch, later):
    monkeypatch.setattr(DatabaseSellers, "reverse", raises(base.Unavailable("no answer")))
    monkeypatch.setattr(DatabaseSellers, "find_reversal", raises(base.Unavailable("no answer")))
    refund(shop, freed, 50)
    with shop.inside(), transaction():
        db.session.get_one(Order, freed["orderId"]).attention = Attention.refund_unknown
    later(600)
    run(shop)
    assert shop.see(freed)["attention"] == "reversal_unknown"
    assert told(shop) == [NoticeKind.reversal_unknown]


def test_an_answer_that_is_a_no_is_shown_as_that(shop, freed, monkeypatch, later):
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "reverse", raises(base.Unavailable("no answer")))
        refund(shop, freed, 50)
    later(600)
    monkeypatch.setattr(DatabaseSellers, "reverse", raises(base.Impossible("closed account")))
    run(shop)
    assert shop.see(freed)["attention"] == "reversal_failed"


def test_what_was_surely_not_asked_for_is_no_unknown_reversal(shop, freed, monkeypatch):
    monkeypatch.setattr(DatabaseSellers, "reverse", raises(base.Busy("too many requests")))
    refund(shop, freed, 50)
    assert shop.see(freed)["attention"] == "payment_unknown"
    assert told(shop) == []


def test_only_the_answer_ends_it_and_a_person_may_ask_for_it(shop, freed, monkeypatch):
    order_id = freed["orderId"]
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "reverse", raises(base.Unavailable("no answer")))
        refund(shop, freed, 50)
    with shop.inside():
        found = differences.of(order_id)
        assert found.code == Attention.reversal_unknown
        assert found.may_be_asked and not found.may_be_looked_at
        assert found.told.data["reason"] == "no answer", "which is what the gateway says of it"
        with pytest.raises(Conflict) as refused:
            mending.look_at(order_id, "reversal_unknown", actor="ada@example.com")
        assert refused.value.code == "not_decided"
        mending.ask_again(order_id, actor="ada@example.com")
    run(shop)
    assert shop.see(freed)["attention"] is None


def run(shop) -> None:
    with shop.app.app_context():
        sweep.sweep()
    world.run_serially(shop.app)
