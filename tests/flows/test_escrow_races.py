"""Eight threads over the same held money, on PostgreSQL: nothing is lost, made or moved twice."""

import random
import threading

import pytest
from sqlalchemy import func, select

from app.adapters.gateways.base import Snapshot
from app.extensions import db, reading, transaction
from app.kit.errors import Conflict
from app.kit.money import Money
from app.models import Hold, Journal, Line, Order, Payment, SandboxPayment, SandboxTransfer
from app.services import escrow, ledger, orders, refunds
from app.services.escrow.fees import fee_of
from tests import world
from tests.escrow import make_seller

THREADS = 8
FEE = 750  # hundredths of a percent


def paid_orders(shop, how_many: int) -> list[str]:
    """Orders of 100.00 whose money is held, made without the detour of a checkout."""
    terms = {"sellerId": make_seller(shop), "feePercent": "7.5"}
    made = [shop.order(100, escrow=terms)["orderId"] for _ in range(how_many)]
    paid = Snapshot("succeeded", paid_minor=10_000, currency="USD", test_mode=True)
    with shop.inside():
        with reading() as session:
            theirs = session.scalars(select(Payment.id)).all()
        for payment_id in theirs:
            orders.settle(payment_id, paid)
    with shop.inside(), transaction():
        for row in db.session.scalars(select(SandboxPayment)):
            row.status = "succeeded"
    return made


def quietly(call) -> None:
    try:
        call()
    except Conflict:
        pass  # another thread was first


ACTS = {
    "release": lambda one: escrow.release(one, render=lambda _: {}),
    "release a part": lambda one: escrow.release(one, Money(1_733, "USD"), render=lambda _: {}),
    "refund": lambda one: refunds.create(one, None, render=lambda _: {}),
    "refund a part": lambda one: refunds.create(one, Money(2_111, "USD"), render=lambda _: {}),
    "dispute": lambda one: escrow.dispute(one),
    "resume": lambda one: escrow.resume(one),
}


def crowd(shop, order_ids: list[str], acts: list[str], seed: int) -> None:
    """Every thread does something to every order, all at once, order by order."""
    dice = random.Random(seed)
    plans = [[dice.choice(acts) for _ in order_ids] for _ in range(THREADS)]
    barrier = threading.Barrier(THREADS)
    broken: list[BaseException] = []

    def work(plan: list[str]) -> None:
        for order_id, act in zip(order_ids, plan, strict=True):
            barrier.wait()
            try:
                with shop.inside():
                    quietly(lambda order_id=order_id, act=act: ACTS[act](order_id))
            except BaseException as error:
                broken.append(error)

    threads = [threading.Thread(target=work, args=(plan,)) for plan in plans]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert broken == []
    world.run_tasks(shop.app, 60)
    world.run_tasks(shop.app, 60)


def check(shop, order_ids: list[str]) -> None:
    with shop.inside(), reading() as session:
        every = ledger.balances_of(order_ids)
        rows = session.execute(
            select(Order, Payment, Hold)
            .join(Payment, Payment.id == Order.settled_by)
            .join(Hold, Hold.order_id == Order.id)
            .where(Order.id.in_(order_ids))
        ).all()
        left = SandboxTransfer.amount_minor - SandboxTransfer.reversed_minor
        query = select(SandboxTransfer.payment_id, func.sum(left)).group_by(
            SandboxTransfer.payment_id
        )
        with_sellers = {payment: int(minor) for payment, minor in session.execute(query)}
        sandbox = {one.id: one for one in session.scalars(select(SandboxPayment))}
        journals = session.scalar(select(func.count(Journal.id.distinct())).join(Line))
        assert journals == session.scalar(select(func.count(Journal.id)))
    assert len(rows) == len(order_ids)
    for order, payment, hold in rows:
        found = every[order.id]
        assert found.customer == -10_000
        assert min(found.held, found.seller, found.fee, found.refunded) >= 0
        assert (found.total, found.gateway) == (0, 0)
        assert found.refunded == payment.refunded_minor
        assert payment.reserved_minor == 0
        assert found.fee == fee_of(found.released, FEE)
        there = sandbox[payment.gateway_payment_id]
        assert found.refunded == there.refunded_minor
        assert found.seller == with_sellers.get(there.id, 0)
        assert (hold.status in {"held", "disputed"}) == (found.held > 0)
        assert order.attention is None


@pytest.fixture
def shop(make_app):
    return world.open_shop(make_app(API_RATE_LIMIT="100000"))


MONEY = ["release", "release a part", "refund", "refund a part"]


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize(
    ("orders_held", "acts", "seeds"),
    [
        pytest.param(60, list(ACTS), [1], id="everything"),
        pytest.param(60, MONEY, [2], id="money alone"),
        pytest.param(500, list(ACTS), [3, 4, 5], id="everything, long", marks=pytest.mark.soak),
        pytest.param(500, MONEY, [6], id="money alone, long", marks=pytest.mark.soak),
    ],
)
def test_eight_threads_leave_every_order_in_balance(shop, orders_held, acts, seeds):
    order_ids = paid_orders(shop, orders_held)
    for seed in seeds:
        crowd(shop, order_ids, acts, seed)
        check(shop, order_ids)
