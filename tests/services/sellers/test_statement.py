"""A statement adds up: to the minor unit, from any day to any other, on any number of pages."""

import csv
import io
import itertools
from datetime import timedelta

import pytest

from app.extensions import db, transaction
from app.kit import clock
from app.models import JournalKind, Order
from app.services.ledger import Posting, write
from app.services.sellers import statement, statement_file
from app.services.sellers.statement import Period, Sums
from tests import world
from tests.escrow import amounts, ask, held, lines, make_seller, refund

ANY_TIME = Period()


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


@pytest.fixture
def seller(shop):
    return make_seller(shop)


def read(shop, seller, period=ANY_TIME, currency="USD", **options):
    with shop.inside():
        return statement.statement(seller, currency, period, **options)


def lively(shop, seller) -> dict:
    """An order with one of everything that moves money."""
    order = held(shop, 100, seller, feePercent="7.5")
    ask(shop, order, "release", {"amount": "33.33"})
    refund(shop, order, 20)
    ask(shop, order, "release", {"amount": "40.01"})
    refund(shop, order, 30)
    return order


def test_it_has_every_line_of_the_ledger_and_ends_with_what_the_ledger_holds(shop, seller):
    order = lively(shop, seller)
    found = read(shop, seller)
    assert found.opening == Sums()
    assert [one.kind for one in found.entries] == [kind for kind, *_ in lines(shop, order)]
    assert {one.kind for one in found.entries} >= {"hold", "release", "refund", "reversal"}
    held_, with_seller, fee, _refunded = amounts(shop, order)
    assert found.closing == Sums(held_, with_seller, fee)
    assert found.next_cursor is None


def test_each_line_changes_what_the_ledger_moved(shop, seller):
    order = held(shop, 100, seller)
    ask(shop, order, "release")
    changes = [one.change for one in read(shop, seller).entries]
    assert changes == [Sums(10_000), Sums(-9000, 9000, 0), Sums(-1000, 0, 1000)]


def test_where_one_period_ends_the_next_one_begins(shop, seller, time_machine):
    start = clock.now()
    order = None
    for day, amount in enumerate((100, 19.99, 7)):
        time_machine.move_to(start + timedelta(days=day, hours=1))
        order = held(shop, amount, seller)
        ask(shop, order, "release", {"amount": "3.33"})
    time_machine.move_to(start + timedelta(days=3, hours=1))
    refund(shop, order, 7)
    edges = [None, *(start + timedelta(days=one) for one in range(1, 4)), None]
    parts = [read(shop, seller, Period(*pair)) for pair in itertools.pairwise(edges)]
    assert all(part.entries for part in parts)
    for before, after in itertools.pairwise(parts):
        assert before.closing == after.opening
    whole = read(shop, seller)
    assert parts[-1].closing == whole.closing
    assert [one.id for part in parts for one in part.entries] == [one.id for one in whole.entries]


def test_a_moment_belongs_to_the_period_that_it_begins(shop, seller, time_machine):
    moment = clock.now().replace(microsecond=0)
    time_machine.move_to(moment, tick=False)
    order = shop.order(5, escrow={"sellerId": seller})
    with shop.inside(), transaction():
        row = db.session.get_one(Order, order["orderId"])
        write(row, JournalKind.hold, [Posting("customer", "held", 500)], subject="pay_1")
    assert read(shop, seller, Period(until=moment)).entries == []
    assert len(read(shop, seller, Period(since=moment)).entries) == 1


def test_its_pages_carry_their_balances_from_one_to_the_next(shop, seller):
    lively(shop, seller)
    whole = read(shop, seller)
    for limit in (1, 2, 3, 50):
        pages, after = [], 0
        while after is not None:
            pages.append(read(shop, seller, after=after, limit=limit))
            after = pages[-1].next_cursor
        assert [one for page in pages for one in page.entries] == list(whole.entries)
        for before, after in itertools.pairwise(pages):
            assert before.closing == after.opening
        assert (pages[0].opening, pages[-1].closing) == (whole.opening, whole.closing)


def test_currencies_and_sellers_are_kept_apart(shop, seller):
    held(shop, 100, seller)
    held(shop, 50, make_seller(shop))
    euros = shop.order(8, currency="EUR", escrow={"sellerId": seller})
    shop.pay(euros)
    with shop.inside():
        assert statement.currencies(seller) == ["EUR", "USD"]
    assert read(shop, seller).closing.held == 10_000
    assert read(shop, seller, currency="EUR").closing.held == 800
    other = world.open_shop(shop.app, org="Other")
    assert read(other, seller).entries == []
    with other.inside():
        assert statement.currencies(seller) == []


# --- as a file


def file_of(shop, seller, period=ANY_TIME, zone="UTC") -> list[dict[str, str]]:
    with shop.inside():
        pieces = statement_file.export(seller, "USD", period, zone, actor="ada@acme.example")
    with shop.app.app_context():
        text = b"".join(pieces).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def minor(text: str) -> int:
    return round(float(text) * 100)


def test_the_file_adds_up_from_its_first_line_to_its_last(shop, seller, monkeypatch):
    order = lively(shop, seller)
    for batch in (1, 2, 1000):
        monkeypatch.setattr(statement_file, "BATCH", batch)
        opening, *rows, closing = file_of(shop, seller)
        assert (opening["kind"], closing["kind"]) == ("opening_balance", "closing_balance")
        assert len(rows) == len(lines(shop, order))
        for column in ("held", "released", "fee"):
            moved = sum(minor(one[column]) for one in rows)
            assert minor(opening[column]) + moved == minor(closing[column])
        assert minor(closing["released"]) == amounts(shop, order)[1]
        assert {one["currency"] for one in (opening, *rows, closing)} == {"USD"}


def test_a_text_is_no_formula_and_an_amount_below_zero_stays_a_number(shop, seller):
    order = shop.order(20, itemName="=1+1", escrow={"sellerId": seller})
    shop.pay(order)
    ask(shop, order, "release")
    _opening, paid, released, _closing = file_of(shop, seller)
    assert paid["item"] == "'=1+1"
    assert released["held"] == "-20.00"


def test_moments_carry_the_zone_that_was_asked_for(shop, seller):
    held(shop, 20, seller)
    _, paid, _ = file_of(shop, seller, zone="Asia/Tokyo")
    assert paid["at"].endswith("+09:00")


def test_what_is_committed_while_it_is_written_does_not_unbalance_it(shop, seller, monkeypatch):
    monkeypatch.setattr(statement_file, "BATCH", 1)
    held(shop, 20, seller)
    held(shop, 30, seller)
    with shop.inside():
        pieces = statement_file.export(seller, "USD", ANY_TIME, "UTC", actor="a")
    with shop.app.app_context():
        text = [next(pieces), next(pieces), next(pieces)]
    held(shop, 7, seller)
    with shop.app.app_context():
        text += list(pieces)
    _, opening, *rows, closing = csv.reader(io.StringIO(b"".join(text).decode(), newline=""))
    assert minor(opening[4]) + sum(minor(one[4]) for one in rows) == minor(closing[4]) == 5700
