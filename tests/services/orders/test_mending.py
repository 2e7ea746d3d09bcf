"""What people do where a gateway and we differ; the disasters first."""

import threading

import pytest

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit.errors import AppError, Conflict, NotFound
from app.models import Payment
from app.services import refunds, tasks
from app.services.orders import differences, mending
from tests import world
from tests.services.orders import trouble
from tests.services.orders.trouble import see

ADA = "ada@example.com"


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


def timeline(shop, order_id: str) -> list[tuple[str, str]]:
    from sqlalchemy import select

    from app.models import TimelineEntry

    with shop.inside(), reading() as session:
        query = select(TimelineEntry).where(TimelineEntry.order_id == order_id)
        found = session.scalars(query.order_by(TimelineEntry.id)).all()
        return [(one.kind, one.actor) for one in found]


def accept(shop, order_id: str) -> None:
    with shop.inside():
        mending.accept_late(order_id, actor=ADA)


def look_at(shop, order_id: str, code: str) -> None:
    with shop.inside():
        mending.look_at(order_id, code, actor=ADA)


def refund(shop, order_id: str, **options):
    with shop.inside():
        return refunds.create(order_id, None, render=lambda made: {"id": made.id}, **options)


# --- money that came late


def test_of_accepting_and_giving_back_at_once_only_one_happens(app):
    shop = world.open_shop(app)
    for _ in range(10):
        order_id = trouble.late(shop)
        barrier, refused = threading.Barrier(2), []

        def act(what, order_id=order_id, barrier=barrier, refused=refused) -> None:
            barrier.wait()
            try:
                what(shop, order_id)
            except Conflict as error:
                refused.append(error.code)

        pair = [threading.Thread(target=act, args=(what,)) for what in (accept, refund)]
        for one in pair:
            one.start()
        for one in pair:
            one.join()
        seen = see(shop, order_id)
        # Refunding what was accepted is fine; accepting what goes back is not.
        given_back = sum(one["amount"] for one in seen["refunds"])
        assert given_back == 20
        assert seen["status"] == ("expired" if refused else "refunded")


def test_late_money_that_was_accepted_pays_the_order_and_tells_the_provider(shop):
    order_id = trouble.late(shop)
    accept(shop, order_id)
    seen = see(shop, order_id)
    assert (seen["status"], seen["attention"]) == ("paid", None)
    assert ("order.late_accepted", ADA) in timeline(shop, order_id)
    assert timeline(shop, order_id)[-1][0] == "order.paid"


def test_nothing_is_accepted_twice_or_where_nothing_is_held(shop):
    order_id = trouble.late(shop)
    accept(shop, order_id)
    for one in (order_id, trouble.paid(shop), trouble.mismatched(shop), trouble.unknown(shop)):
        with pytest.raises(Conflict):
            accept(shop, one)
    with pytest.raises(NotFound):
        accept(shop, "ord_none")


def test_late_money_that_goes_back_is_not_accepted(shop, monkeypatch):
    with trouble.refunds_end(monkeypatch, base.Unavailable("nothing")):
        order_id = trouble.late(shop, policy="refund")
    with pytest.raises(Conflict):
        accept(shop, order_id)


# --- money that is not what was asked for


def test_hearing_again_of_money_that_was_dealt_with_changes_nothing(shop):
    order_id = trouble.mismatched(shop)
    look_at(shop, order_id, "amount_mismatch")
    before = see(shop, order_id), timeline(shop, order_id)
    for refunded in (0, 1999):
        trouble.says(shop, order_id, 1999, refunded_minor=refunded)
    with shop.inside():
        mending.ask_again(order_id, actor=ADA)
    assert (see(shop, order_id), timeline(shop, order_id)) == before
    seen, story = before
    assert (seen["status"], seen["attention"]) == ("failed", None)
    assert seen["payments"][0]["status"] == "failed"
    assert ("attention.looked_at", ADA) in story


def test_other_money_than_what_was_dealt_with_is_news(shop):
    order_id = trouble.mismatched(shop)
    look_at(shop, order_id, "amount_mismatch")
    trouble.says(shop, order_id, 1500)
    assert see(shop, order_id)["attention"] == "amount_mismatch"


def test_the_right_amount_still_pays_an_order_that_was_dealt_with(shop):
    order_id = trouble.mismatched(shop)
    look_at(shop, order_id, "amount_mismatch")
    trouble.says(shop, order_id, 2000)
    seen = see(shop, order_id)
    assert (seen["status"], seen["attention"]) == ("paid", None)


# --- what only an answer ends, and what changed meanwhile


def test_a_person_does_not_end_what_only_an_answer_can(shop, monkeypatch):
    silent = trouble.unknown(shop)
    with pytest.raises(Conflict, match="ask again"):
        look_at(shop, silent, "payment_unknown")
    order_id = trouble.paid(shop)
    with trouble.refunds_end(monkeypatch, base.Unavailable("nothing")):
        refund(shop, order_id)
    with pytest.raises(Conflict, match="ask again"):
        look_at(shop, order_id, "refund_unknown")
    assert see(shop, order_id)["attention"] == "refund_unknown"


def test_what_was_looked_at_must_be_what_is_the_matter_now(shop):
    order_id = trouble.late(shop)
    with pytest.raises(Conflict, match="by now"):
        look_at(shop, order_id, "duplicate_payment")
    assert see(shop, order_id)["attention"] == "paid_late"
    for _ in range(2):
        look_at(shop, order_id, "paid_late")
    assert see(shop, order_id)["attention"] is None


def test_a_payment_without_an_answer_is_settled_by_asking_again(shop):
    order_id = trouble.unknown(shop)
    with shop.inside():
        mending.ask_again(order_id, actor=ADA)
    seen = see(shop, order_id)
    assert (seen["status"], seen["attention"]) == ("paid", None)


def test_a_refund_without_an_answer_is_asked_about_by_its_one_task(shop, monkeypatch):
    order_id = trouble.paid(shop)
    with trouble.refunds_end(monkeypatch, base.Unavailable("nothing")):
        refund(shop, order_id)
    world.run_tasks(shop.app)
    with shop.inside():
        mending.ask_again(order_id, actor=ADA)
        mending.ask_again(order_id, actor=ADA)
    world.run_tasks(shop.app)
    seen = see(shop, order_id)
    assert [one["status"] for one in seen["refunds"]] == ["succeeded"]
    assert (seen["status"], seen["attention"], seen["refundedAmount"]) == ("refunded", None, 20)


def test_a_refund_whose_task_was_given_up_gets_another(shop, monkeypatch):
    order_id = trouble.paid(shop)
    with trouble.refunds_end(monkeypatch, base.Unavailable("nothing")):
        refund(shop, order_id)
    from sqlalchemy import update

    from app.models import Task

    with shop.inside(), transaction():
        db.session.execute(
            update(Task).where(Task.name == "refunds.send").values(key=None, dead_at=Task.due_at)
        )
    with shop.inside():
        mending.ask_again(order_id, actor=ADA)
    world.run_tasks(shop.app)
    assert see(shop, order_id)["status"] == "refunded"


def test_a_silent_gateway_is_said_and_leaves_all_as_it_is(shop, monkeypatch):
    from app.adapters.gateways.sandbox import SandboxGateway

    def silent(*_args):
        raise base.Unavailable("nothing")

    order_id = trouble.mismatched(shop)
    monkeypatch.setattr(SandboxGateway, "retrieve_payment", silent)
    with shop.inside(), pytest.raises(AppError, match="unavailable"):
        mending.ask_again(order_id, actor=ADA)
    assert see(shop, order_id)["attention"] == "amount_mismatch"


def test_only_one_hurries_what_is_not_there(shop):
    with shop.inside(), transaction():
        assert not tasks.hurry("refund:none")


# --- a second payment


def duplicate(shop, order_id: str) -> str:
    """A second success of the order; its payment."""
    from app.models import Order, PaymentStatus
    from app.services import orders

    with shop.inside(), transaction():
        order = db.session.get_one(Order, order_id)
        second = Payment(
            order_id=order_id, gateway="sandbox", amount_minor=2000, currency="USD",
            scope_kind=order.scope_kind, scope_owner=order.scope_owner, test_mode=True,
            is_live=False, status=PaymentStatus.superseded, gateway_ref="sbx_second",
            gateway_payment_id="sbx_second",
        )  # fmt: skip
        db.session.add(second)
    with shop.inside():
        orders.settle(
            second.id, base.Snapshot("succeeded", paid_minor=2000, currency="USD", test_mode=True)
        )
    return second.id


def test_a_second_payment_is_given_back_by_hand_once_and_the_first_stays(shop, monkeypatch):
    order_id = trouble.paid(shop)
    with trouble.refunds_end(monkeypatch, base.Impossible("not today")):
        second = duplicate(shop, order_id)
        world.run_tasks(shop.app)
    assert see(shop, order_id)["attention"] == "refund_failed"

    made = []
    monkeypatch.setattr(
        "app.adapters.gateways.sandbox.SandboxGateway.refund_payment",
        lambda _self, money_id, request: (
            made.append((money_id, request.cause)) or base.RefundResult("re_1", "succeeded")
        ),
    )
    refund(shop, order_id, payment_id=second)
    with pytest.raises(Conflict):
        refund(shop, order_id, payment_id=second)
    seen = see(shop, order_id)
    assert made == [("sbx_second", "duplicate")]
    assert (seen["status"], seen["refundedAmount"]) == ("paid", 0)


def test_a_payment_of_another_order_is_not_refunded(shop):
    one, other = trouble.paid(shop), trouble.paid(shop)
    foreign = see(shop, other)["payments"][0]["paymentId"]
    with pytest.raises(NotFound):
        refund(shop, one, payment_id=foreign)
    assert see(shop, other)["refunds"] == []


def test_a_failed_refund_stays_to_be_seen_whatever_else_happens(shop, monkeypatch):
    order_id = trouble.paid(shop)
    with trouble.refunds_end(monkeypatch, base.Impossible("not today")):
        duplicate(shop, order_id)
        world.run_tasks(shop.app)
    from app.models import Order

    with shop.inside(), transaction():
        db.session.get_one(Order, order_id).attention = None
    with shop.inside():
        assert differences.of(order_id).code == "refund_failed"
    look_at(shop, order_id, "refund_failed")
    with shop.inside():
        assert differences.of(order_id) is None
