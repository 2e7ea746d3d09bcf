"""The list of held money: what needs a person first, every hold once, however pages are cut."""

import random
from datetime import timedelta

import pytest

from app.extensions import db, transaction
from app.kit import clock
from app.models import Hold, HoldStatus, Order
from app.services.escrow import listing
from tests import world
from tests.escrow import ask, held, make_seller


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


def change(shop, order, **values) -> str:
    """Let an order's hold be as a test needs it; the hold's id."""
    with shop.inside(), transaction():
        hold = db.session.query(Hold).filter_by(order_id=order["orderId"]).one()
        for name, value in values.items():
            setattr(hold, name, value)
        return hold.id


def order_of(shop, seller):
    return shop.order(5, escrow={"sellerId": seller})


def all_pages(shop, view="open", limit=2, **options) -> list[str]:
    found, cursor = [], None
    with shop.inside():
        while True:
            entries, cursor = listing.page(view, cursor=cursor, limit=limit, **options)
            found += [one.hold.id for one in entries]
            if cursor is None:
                return found


def test_the_charged_back_come_first_then_the_disputed_then_by_date(shop):
    seller, now = make_seller(shop), clock.now()
    wanted = [
        {"status": "disputed", "is_charged_back": True},
        {"status": "disputed"},
        {"status": "held", "release_at": now - timedelta(days=1)},
        {"status": "held", "release_at": now + timedelta(days=1)},
        {"status": "held", "release_at": now + timedelta(days=2)},
        {"status": "held", "release_at": None},
    ]
    made = [(one, order_of(shop, seller)) for one in range(len(wanted))]
    random.Random(5).shuffle(made)
    ids = {one: change(shop, order, **wanted[one]) for one, order in made}
    in_order = [ids[one] for one in range(len(wanted))]
    assert all_pages(shop) == all_pages(shop, limit=1) == all_pages(shop, limit=50) == in_order


def test_those_of_the_same_moment_are_all_shown_and_once(shop):
    seller, moment = make_seller(shop), clock.now()
    ids = [change(shop, order_of(shop, seller), status="held", release_at=moment) for _ in range(5)]
    assert sorted(all_pages(shop)) == sorted(ids)
    assert len(all_pages(shop)) == 5


@pytest.mark.parametrize("view", ["awaiting_payment", "released", "refunded", "disputed"])
def test_every_other_view_has_its_own_newest_first(shop, view):
    seller = make_seller(shop)
    ids = [change(shop, order_of(shop, seller), status=view) for _ in range(5)]
    change(shop, order_of(shop, seller), status="held")
    assert all_pages(shop, view) == ids[::-1]


@pytest.mark.parametrize("status", ["cancelled", "expired"])
def test_an_order_that_has_ended_does_not_wait_for_its_payment(shop, status):
    seller = make_seller(shop)
    waiting, ended, paying = (order_of(shop, seller) for _ in range(3))
    with shop.inside(), transaction():
        db.session.get_one(Order, ended["orderId"]).status = status
        db.session.get_one(Order, paying["orderId"]).status = "processing"
    ids = [change(shop, one) for one in (paying, waiting)]
    assert all_pages(shop, "awaiting_payment") == ids
    with shop.inside():
        assert listing.counts()["awaiting_payment"] == 2


def test_each_status_is_in_a_view_and_counted(shop):
    assert {one for statuses in listing.VIEWS.values() for one in statuses} == set(HoldStatus)
    seller, other = make_seller(shop), make_seller(shop)
    for one in HoldStatus:
        change(shop, order_of(shop, seller), status=one)
    change(shop, order_of(shop, other), status="held")
    with shop.inside():
        assert listing.counts() == {
            "open": 3, "disputed": 1, "awaiting_payment": 1, "released": 1, "refunded": 1,
        }  # fmt: skip
        assert listing.counts(other)["open"] == 1
    assert len(all_pages(shop, seller_id=seller)) == 2


def test_counting_stops_where_nobody_counts_any_more(shop, monkeypatch):
    seller = make_seller(shop)
    for _ in range(4):
        change(shop, order_of(shop, seller), status="held")
    monkeypatch.setattr(listing, "COUNTED", 2)
    with shop.inside():
        assert listing.counts()["open"] == 3


def test_what_is_held_is_what_the_ledger_says(shop):
    order = held(shop, 100, releaseAfterDays=14)
    ask(shop, order, "release", {"amount": 40})
    with shop.inside():
        (one,), _ = listing.page()
        assert (one.held.minor, one.held.currency) == (6000, "USD")
        assert not one.hold.is_overdue
    change(shop, order, release_at=clock.now() - timedelta(seconds=1))
    with shop.inside():
        (one,), _ = listing.page()
        assert one.hold.is_overdue


@pytest.mark.parametrize("cursor", ["", "x", "9.1.hld_1", "2.999999999999999999.hld_" + "A" * 26])
def test_a_cursor_that_is_none_does_no_harm(shop, cursor):
    held(shop, 100)
    with shop.inside():
        assert len(listing.page(cursor=cursor)[0]) == 1


def test_another_organizations_holds_are_not_there(shop):
    held(shop, 100)
    other = world.open_shop(shop.app, org="Other")
    assert all_pages(other) == []
    with other.inside():
        assert set(listing.counts().values()) == {0}
