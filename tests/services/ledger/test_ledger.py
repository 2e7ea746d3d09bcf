"""The ledger: in balance because it cannot be otherwise, only added to, never overdrawn."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.extensions import db, transaction
from app.models import Account, JournalKind, Order
from app.services import ledger
from app.services.ledger import Posting
from tests import orders, world


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


@pytest.fixture
def order_id(shop):
    return orders.add(shop, amount_minor=100, currency="EUR")


def write(shop, order_id, kind, *moves, subject=None):
    with shop.inside(), transaction():
        order = db.session.get_one(Order, order_id)
        return ledger.write(order, kind, [Posting(*one) for one in moves], subject=subject)


def hold(shop, order_id, minor=100):
    came = (Account.customer, Account.held, minor)
    return write(shop, order_id, JournalKind.hold, came, subject="pay_1")


def balances(shop, order_id):
    with shop.inside(), transaction():
        return ledger.balances(order_id)


def test_balances_are_what_lines_add_up_to(shop, order_id):
    hold(shop, order_id)
    gone = [(Account.held, Account.seller, 36), (Account.held, Account.fee, 4)]
    write(shop, order_id, JournalKind.release, *gone, subject="rel_1")
    found = balances(shop, order_id)
    assert (found.customer, found.held, found.seller, found.fee) == (-100, 60, 36, 4)
    assert (found.released, found.total) == (40, 0)


def test_one_thing_is_written_once(shop, order_id):
    assert hold(shop, order_id)
    assert not hold(shop, order_id)
    assert balances(shop, order_id).held == 100


def test_moves_of_nothing_are_left_out(shop, order_id):
    hold(shop, order_id)
    gone = [(Account.held, Account.seller, 10), (Account.held, Account.fee, 0)]
    assert write(shop, order_id, JournalKind.release, *gone, subject="rel_1")
    assert balances(shop, order_id).fee == 0


@pytest.mark.parametrize("account", ["held", "seller", "fee", "refunded"])
def test_no_account_of_an_order_goes_below_nothing(shop, order_id, account):
    hold(shop, order_id)
    other = orders.add(shop, amount_minor=100, currency="EUR")
    into = Account.seller if account == "held" else Account.held
    with pytest.raises(DatabaseError, match="overdrawn"):
        write(shop, other, JournalKind.cover, (Account(account), into, 1))
    with pytest.raises(DatabaseError, match="overdrawn"):
        write(shop, order_id, JournalKind.cover, (Account(account), into, 101))


@pytest.mark.parametrize("account", ["customer", "gateway"])
def test_those_who_give_from_outside_may(shop, order_id, account):
    write(shop, order_id, JournalKind.cover, (Account(account), Account.held, 5))
    assert getattr(balances(shop, order_id), account) == -5


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_lines SET amount_minor = amount_minor + 1",
        "UPDATE ledger_journals SET currency = 'USD'",
        "DELETE FROM ledger_lines",
        "DELETE FROM ledger_journals",
    ],
)
def test_nothing_in_it_is_ever_changed_or_removed(shop, order_id, change):
    hold(shop, order_id)
    with (
        shop.app.app_context(),
        pytest.raises(DatabaseError, match="only ever added to"),
        db.engine.begin() as connection,
    ):
        connection.execute(text(change))
    assert balances(shop, order_id).held == 100


def test_postgresql_does_not_empty_it_either(app):
    with (
        app.app_context(),
        pytest.raises(DatabaseError, match="only ever added to"),
        db.engine.begin() as connection,
    ):
        connection.execute(text("TRUNCATE ledger_lines, ledger_journals CASCADE"))


@pytest.mark.parametrize(
    ("debit", "credit", "minor"), [("held", "held", 1), ("held", "pocket", 1), ("held", "fee", 0)]
)
def test_a_line_moves_something_between_two_accounts_there_are(
    shop, order_id, debit, credit, minor
):
    hold(shop, order_id)
    line = text(
        "INSERT INTO ledger_lines (org_id, journal_id, debit, credit, amount_minor)"
        " SELECT org_id, id, :debit, :credit, :minor FROM ledger_journals"
    )
    with (
        shop.app.app_context(),
        pytest.raises(DatabaseError),
        db.engine.begin() as connection,
    ):
        connection.execute(line, {"debit": debit, "credit": credit, "minor": minor})
