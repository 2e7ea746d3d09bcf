"""A merchant's figures: what counts, in which days, and what is never mixed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from app.extensions import db, transaction
from app.models import Order, Payment, Refund, RefundStatus
from app.services import business
from app.services.business import Question
from tests import world

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
WEEK = Question(7, test_mode=True)


@pytest.fixture
def shop(on_both, time_machine):
    time_machine.move_to(NOON, tick=False)
    return world.open_shop(on_both)


@pytest.fixture
def write(shop):
    """Writes an order that was made, and paid, some days ago."""

    def write_(minor=1000, *, ago=0.0, paid=True, currency="EUR", status=None, **values):
        moment = NOON - timedelta(days=ago)
        fields = {"provider_id": shop.provider_id, "test_mode": True, **values}
        with shop.inside(), transaction():
            order = Order(
                token=f"t{minor}{ago}{currency}"[:32],
                item_name="Chair",
                amount_minor=minor,
                currency=currency,
                gateway="sandbox",
                scope_kind="organization",
                scope_owner=shop.org_id,
                status=status or ("paid" if paid else "pending"),
                created_at=moment,
                paid_at=moment if paid else None,
                expires_at=moment + timedelta(days=1),
                **fields,
            )
            db.session.add(order)
        return order

    return write_


@pytest.fixture
def look(shop):
    def look_(question=WEEK):
        with shop.inside():
            return business.look(question)

    return look_


def refund(shop, order, minor, *, ago=0.0, cause="requested", status=RefundStatus.succeeded):
    moment = NOON - timedelta(days=ago)
    with shop.inside(), transaction():
        payment = Payment(
            order_id=order.id,
            gateway="sandbox",
            amount_minor=order.amount_minor,
            currency=order.currency,
            scope_kind="organization",
            scope_owner=shop.org_id,
            test_mode=True,
            is_live=False,
        )
        made = Refund(
            order_id=order.id,
            payment_id=payment.id,
            amount_minor=minor,
            currency=order.currency,
            cause=cause,
            status=status,
            created_at=moment,
        )
        db.session.add_all([payment, made])


def test_what_was_paid_counts_on_its_day_and_beside_the_days_before(write, look):
    write(1000, ago=0.1)
    write(500, ago=0.45)
    write(250, ago=6.4)  # the first day of the seven
    write(4000, ago=7.2)  # the day this one is compared with
    write(8000, ago=13.4)
    write(16000, ago=14.0)  # neither
    found = look()
    assert (found.now.volume_minor, found.now.paid) == (1750, 3)
    assert (found.before.volume_minor, found.before.paid) == (12_000, 2)
    assert [one.minor for one in found.days] == [250, 0, 0, 0, 0, 0, 1500]
    assert [one.minor_before for one in found.days] == [8000, 0, 0, 0, 0, 0, 4000]
    assert found.days[-1].day == NOON.date()


def test_the_days_before_end_at_the_same_time_of_the_day(write, look):
    write(1000, ago=6.9)  # in the evening of a day that is noon today
    assert (look().now.paid, look().before.paid) == (0, 0)


def test_refunded_and_late_orders_were_paid_all_the_same(write, look):
    write(1000, status="refunded")
    write(500, status="partially_refunded", attention="paid_late")
    assert look().now.volume_minor == 1500


def test_of_what_came_to_an_end_some_succeeded(write, look):
    for status in ("failed", "cancelled", "expired"):
        write(paid=False, status=status)
    for status in ("pending", "processing"):
        write(paid=False, status=status)
    write()
    write(ago=8)
    found = look()
    assert (found.now.succeeded, found.now.decided) == (1, 4)
    assert found.now.success_rate == 0.25
    assert found.before.success_rate == 1
    assert look(Question(7, test_mode=False)).now.success_rate is None


def test_only_what_really_went_back_of_what_was_counted_is_refunded(shop, write, look):
    order = write(5000)
    refund(shop, order, 100)
    refund(shop, order, 50, ago=8)
    refund(shop, order, 7, status=RefundStatus.failed)
    refund(shop, order, 9, status=RefundStatus.unknown)
    refund(shop, order, 11, cause="duplicate")
    found = look()
    assert (found.now.refunded_minor, found.now.refunds) == (100, 1)
    assert (found.before.refunded_minor, found.before.refunds) == (50, 1)


def test_currencies_are_never_added(write, look):
    write(1000)
    write(1000)
    write(70, currency="JPY")
    found = look()
    assert (found.currency, found.currencies) == ("EUR", ("EUR", "JPY"))
    assert found.now.volume_minor == 2000
    yen = look(Question(7, test_mode=True, currency="JPY"))
    assert (yen.now.volume_minor, yen.now.paid, yen.days[-1].minor) == (70, 1, 70)
    none = look(Question(7, test_mode=True, currency="USD"))
    assert (none.now.volume_minor, none.currency) == (0, "USD")


def test_test_and_live_are_never_mixed(shop, write, look):
    write(1000)
    write(30, test_mode=False)
    assert look().now.volume_minor == 1000
    assert look(Question(7, test_mode=False)).now.volume_minor == 30
    with shop.inside():
        assert business.modes() == {True, False}


def test_another_provider_and_another_organization_are_left_out(on_both, shop, write, look):
    second = world.open_shop(on_both, name="Books")
    write(1000)
    write(30, provider_id=second.provider_id)
    assert look().now.volume_minor == 1030
    one = Question(7, test_mode=True, provider_id=second.provider_id)
    assert look(one).now.volume_minor == 30
    other = world.open_shop(on_both, org="Other")
    with other.inside():
        assert business.look(WEEK).now.volume_minor == 0
        assert business.modes() == set()


def test_it_takes_three_statements_however_much_there_is(on_both, shop, write, look):
    for number in range(12):
        write(100 + number, ago=number / 2, currency="USD" if number % 2 else "EUR")
    seen = []
    with on_both.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    look()
    assert len([one for one in seen if one.startswith("SELECT")]) == 3


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (business._paid, "ix_orders_paid"),
        (business._ends, "ix_orders_created"),
        (business._back, "ix_refunds_created"),
    ],
)
def test_only_the_two_periods_are_read(shop, write, query, index):
    refund(shop, write(), 100)
    statement = query(WEEK, business._span(7, UTC)).where(Order.org_id == shop.org_id)
    if index == "ix_refunds_created":
        statement = statement.where(Refund.org_id == shop.org_id)
    explain = "EXPLAIN QUERY PLAN"
    with shop.inside(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            explain = "EXPLAIN"
            for model in (Order, Refund):
                _multiply(connection, model)
        text = statement.compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"{explain} {text}".replace("%", "%%")).all()
    assert index in str(plan)


def _multiply(connection, model) -> None:
    """The one row of a table as often as PostgreSQL needs to think of its indexes: hourly, for
    two years."""
    moved = {
        "id": "id || n",
        "created_at": "created_at - n * interval '1 hour'",
        "paid_at": "paid_at - n * interval '1 hour'",
    }
    columns = [one.name for one in model.__table__.columns]
    chosen = ", ".join(moved.get(one, f'"{one}"') for one in columns)
    names = ", ".join(f'"{one}"' for one in columns)
    table = model.__tablename__
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({names})"
        f" SELECT {chosen} FROM {table}, generate_series(1, 17520) AS n"
    )
    connection.exec_driver_sql(f"ANALYZE {table}")


def test_nothing_at_all_is_an_answer_too(look):
    found = look()
    assert (found.currency, found.currencies, len(found.days)) == (None, (), 7)
    assert found.now == found.before == business.Totals()


def test_days_begin_and_end_where_the_person_is(write, look):
    week = replace(WEEK, zone=ZoneInfo("Asia/Kathmandu"))  # where it is a quarter to six
    write(1000, ago=0.75)  # 18:00 in UTC, and there a quarter of an hour before midnight
    write(500, ago=0.73)  # 18:29, and a quarter of an hour past midnight
    write(4000, ago=6.73)  # in the first of the seven days there; in UTC a day before it
    assert [one.minor for one in look(week).days] == [4000, 0, 0, 0, 0, 1000, 500]
    assert look(week).days[-1].day == NOON.date()
    assert look().now.volume_minor == 1500
