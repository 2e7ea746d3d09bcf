"""Races over the same money, on PostgreSQL; the naive version of each check must lose them."""

import threading
from collections import Counter

import pytest
from sqlalchemy import select

from app.adapters.gateways.base import Snapshot
from app.extensions import db, reading, transaction
from app.models import Order, Payment, Refund, SandboxPayment
from app.services import orders, refunding, refunds
from tests import world

TRIALS = 100


def paid_orders(shop, how_many: int) -> list[str]:
    """Orders of 100.00 that are paid, made without the detour of a checkout."""
    made = [shop.order(100)["orderId"] for _ in range(how_many)]
    paid = Snapshot("succeeded", paid_minor=10_000, currency="USD", test_mode=True)
    with shop.inside():
        with reading() as session:
            theirs = session.scalars(select(Payment.id).where(Payment.order_id.in_(made))).all()
        for payment_id in theirs:
            orders.settle(payment_id, paid)
    return made


def pay_at_the_sandbox(shop) -> None:
    with shop.inside(), transaction():
        for row in db.session.scalars(select(SandboxPayment)):
            row.status = "succeeded"


def race(shop, order_ids: list[str], reserve, threads: int = 2) -> list[int]:
    """Threads ask for the same part of each order's 100.00 at once; what is reserved of each."""
    for order_id in order_ids:
        barrier = threading.Barrier(threads)

        def ask(order_id=order_id, barrier=barrier) -> None:
            with shop.inside():
                barrier.wait()
                reserve(order_id)

        crowd = [threading.Thread(target=ask) for _ in range(threads)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
    with shop.inside(), transaction():
        rows = db.session.execute(select(Payment.order_id, Payment.reserved_minor)).all()
    return [row.reserved_minor for row in rows if row.order_id in order_ids]


def by_the_service(order_id: str) -> None:
    from app.kit.errors import Conflict

    try:
        with transaction():
            order = db.session.get_one(Order, order_id)
            payment = db.session.get_one(Payment, order.settled_by)
            refunding.reserve(order, payment, 6_000)
    except Conflict:
        pass


def by_looking_first(order_id: str) -> None:
    """Read, check, write: what must not be done."""
    from sqlalchemy.exc import IntegrityError

    try:
        with transaction():
            order = db.session.get_one(Order, order_id)
            payment = db.session.get_one(Payment, order.settled_by)
            if payment.refundable_minor >= 6_000:
                payment.reserved_minor = Payment.reserved_minor + 6_000
                db.session.flush()
    except IntegrityError:
        pass


def test_two_refunds_at_once_never_exceed_what_was_paid(app, shop):
    reserved = race(shop, paid_orders(shop, TRIALS), by_the_service)
    assert reserved == [6_000] * TRIALS


def by_the_flow(order_id: str, minor: int) -> None:
    """What the page and the API call: reserve, ask the gateway, record what it says."""
    from app.kit.errors import Conflict
    from app.kit.money import Money

    try:
        refunds.create(order_id, Money(minor, "USD"), render=lambda made: {"id": made.id})
    except Conflict:
        pass


def test_looking_first_over_refunds_so_the_race_is_real(app, shop):
    with app.app_context(), db.engine.begin() as connection:
        from sqlalchemy import text

        connection.execute(
            text("ALTER TABLE payments DROP CONSTRAINT ck_payments_refunded_within_paid")
        )
    tries = (race(shop, paid_orders(shop, 1), by_looking_first) for _ in range(TRIALS))
    assert [12_000] in tries


def by_parts(order_id: str) -> None:
    """Three refunds, the smallest last: so of what can be refunded less than that is left."""
    for minor in (4_999, 2_500, 1_733):
        by_the_flow(order_id, minor)


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize(
    ("threads", "orders_paid"),
    [(2, TRIALS), pytest.param(8, 500, marks=pytest.mark.soak)],
)
def test_refunds_of_parts_at_once_never_exceed_what_was_paid(make_app, threads, orders_paid):
    shop = world.open_shop(make_app(API_RATE_LIMIT="100000"))
    order_ids = paid_orders(shop, orders_paid)
    pay_at_the_sandbox(shop)
    assert race(shop, order_ids, by_parts, threads) == [0] * orders_paid
    with shop.inside(), reading() as session:
        payments = session.scalars(select(Payment)).all()
        there = {one.id: one.refunded_minor for one in session.scalars(select(SandboxPayment))}
        made = Counter()
        for one in session.scalars(select(Refund)):
            assert one.status == "succeeded"
            made[one.payment_id] += one.amount_minor
    for one in payments:
        assert 10_000 - 1_733 < one.refunded_minor <= 10_000
        assert made[one.id] == one.refunded_minor == there[one.gateway_payment_id]


def test_eight_threads_settling_one_payment_tell_the_provider_once(app, httpserver):
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    shop = world.open_shop(app, webhook_url=httpserver.url_for("/hook"))
    order = shop.order(20)
    shop.choose(order, "test")
    shop.press(order, "pay")
    barrier = threading.Barrier(8)

    def come_back() -> None:
        barrier.wait()
        shop.come_back(order)

    crowd = [threading.Thread(target=come_back) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    world.run_tasks(app)
    assert [request.json["event"] for request, _ in httpserver.log] == ["payment_succeeded"]
