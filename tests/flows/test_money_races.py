"""Races over the same money, on PostgreSQL; the naive version of each check must lose them."""

import threading

import pytest
from sqlalchemy import select

from app.extensions import db, transaction
from app.models import Order, Payment, Refund, SandboxPayment
from app.services import refunding, refunds
from tests import world

TRIALS = 100


def paid_orders(shop, how_many: int) -> list[str]:
    """Orders of 100.00 that are paid, made without the detour of a checkout."""
    made = []
    for _ in range(how_many):
        order = shop.order(100)
        from app.adapters.gateways.base import Snapshot
        from app.services import orders

        payment = shop.see(order)["payments"][0]["paymentId"]
        with shop.inside():
            orders.settle(
                payment, Snapshot("succeeded", paid_minor=10_000, currency="USD", test_mode=True)
            )
        made.append(order["orderId"])
    return made


def race(shop, order_ids: list[str], reserve) -> list[int]:
    """Two threads ask for 60.00 of each order's 100.00 at once; what was reserved of each."""
    for order_id in order_ids:
        barrier = threading.Barrier(2)

        def ask(order_id=order_id, barrier=barrier) -> None:
            with shop.inside():
                barrier.wait()
                reserve(order_id)

        pair = [threading.Thread(target=ask) for _ in range(2)]
        for one in pair:
            one.start()
        for one in pair:
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


def by_the_flow(order_id: str) -> None:
    """What the page and the API call: reserve, ask the gateway, record what it says."""
    from app.kit.errors import Conflict
    from app.kit.money import Money

    try:
        refunds.create(order_id, Money(6_000, "USD"), render=lambda made: {"id": made.id})
    except Conflict:
        pass


def test_two_refunds_at_once_give_back_no_more_than_was_paid_at_the_gateway(app, shop):
    order_ids = paid_orders(shop, TRIALS)
    with shop.inside(), transaction():
        for row in db.session.scalars(select(SandboxPayment)):
            row.status = "succeeded"
    assert race(shop, order_ids, by_the_flow) == [0] * TRIALS
    with shop.inside(), transaction():
        given_back = db.session.scalars(select(Payment.refunded_minor)).all()
        made = db.session.scalars(select(Refund.status)).all()
    assert list(given_back) == [6_000] * TRIALS
    assert list(made) == ["succeeded"] * TRIALS


def test_looking_first_over_refunds_so_the_race_is_real(app, shop):
    with app.app_context(), db.engine.begin() as connection:
        from sqlalchemy import text

        connection.execute(
            text("ALTER TABLE payments DROP CONSTRAINT ck_payments_refunded_within_paid")
        )
    reserved = race(shop, paid_orders(shop, TRIALS), by_looking_first)
    assert max(reserved) == 12_000


@pytest.mark.soak
@pytest.mark.parametrize("threads", [2, 8])
def test_many_refunds_at_once_never_exceed_what_was_paid(make_app, threads):
    shop = world.open_shop(make_app(API_RATE_LIMIT="100000"))
    order_ids = paid_orders(shop, 500)

    def work(order_id: str) -> None:
        with shop.inside():
            for _ in range(3):
                by_the_service(order_id)

    for order_id in order_ids:
        crowd = [threading.Thread(target=work, args=(order_id,)) for _ in range(threads)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
    with shop.inside(), transaction():
        assert set(db.session.scalars(select(Payment.reserved_minor)).all()) == {6_000}


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
