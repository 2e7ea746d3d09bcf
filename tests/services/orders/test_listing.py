"""Pages, filters and counts of orders, on both databases."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.kit import clock
from app.models import OrderStatus
from app.services.orders import listing
from app.services.orders.filters import Filter
from tests import orders, world
from tests.flows.test_costs import counting

DAY = timedelta(days=1)


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


def ids(shop, wanted=Filter(), **where):  # noqa: B008, it is frozen
    with shop.inside():
        return [one.id for one in listing.page(wanted, **where).orders]


def test_pages_hold_every_order_once_and_lead_back(shop):
    made = orders.add_several(shop, *[{}] * 7)[::-1]
    with shop.inside():
        first = listing.page(Filter(), limit=3)
        second = listing.page(Filter(), before=first.older, limit=3)
        third = listing.page(Filter(), before=second.older, limit=3)
        back = listing.page(Filter(), after=third.newer, limit=3)
        top = listing.page(Filter(), after=back.newer, limit=3)
    found = [[one.id for one in page.orders] for page in (first, second, third, back, top)]
    assert found == [made[:3], made[3:6], made[6:], made[3:6], made[:3]]
    assert (first.newer, third.older, top.newer) == (None, None, None)
    assert (top.older, back.older) == (made[2], made[5])


def test_an_order_that_comes_meanwhile_moves_nothing(shop):
    made = orders.add_several(shop, *[{}] * 4)[::-1]
    with shop.inside():
        first = listing.page(Filter(), limit=2)
    late = orders.add(shop)
    assert ids(shop, before=first.older, limit=2) == made[2:]
    assert ids(shop, after=first.older, limit=2) == [late, made[0]], "the newest, as a full page"


@pytest.mark.parametrize(
    ("wanted", "values"),
    [
        (Filter(status="paid"), {"status": "paid"}),
        (Filter(gateway="stripe"), {"gateway": "stripe"}),
        (Filter(test_mode=False), {"test_mode": False}),
        (Filter(begins="chair"), {"item_name": "Chair of oak"}),
        (Filter(begins="ADA@"), {"customer_email": "ada@example.com"}),
        (Filter(least=Decimal("20")), {"amount_minor": 2000}),
        (Filter(most=Decimal("5.99")), {"amount_minor": 599}),
        (Filter(least=Decimal("20")), {"amount_minor": 20, "currency": "JPY"}),
        (Filter(least=Decimal("19.995")), {"amount_minor": 19995, "currency": "KWD"}),
        (Filter(most=Decimal("1.999")), {"amount_minor": 1999, "currency": "KWD"}),
    ],
)
def test_each_filter_leaves_what_it_asks_for(shop, wanted, values):
    orders.add_several(shop, {}, {})
    one = orders.add(shop, **values)
    assert ids(shop, wanted) == [one]


def test_a_provider_is_a_filter(shop):
    orders.add(shop)
    other = world.open_shop(shop.app, name="Other")
    one = orders.add(other)
    assert ids(shop, Filter(provider_id=other.provider_id)) == [one]


def test_a_range_of_time_takes_its_start_in_and_leaves_its_end_out(shop):
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    made = orders.add_several(shop, *({"at": noon + at * DAY} for at in (-1, 0, 1, 2)))
    assert ids(shop, Filter(since=noon, until=noon + 2 * DAY)) == [made[2], made[1]]


def test_a_percent_sign_is_a_letter_like_any_other(shop):
    orders.add(shop, item_name="100 chairs")
    one = orders.add(shop, item_name="100% wool")
    assert ids(shop, Filter(begins="100%")) == [one]
    assert ids(shop, Filter(begins="100_")) == []


def test_a_rare_wish_is_looked_for_so_far_and_then_on(shop, monkeypatch):
    monkeypatch.setattr(listing, "WALK", 5)
    rare = Filter(gateway="stripe")
    old = orders.add(shop, gateway="stripe", at=clock.now() - DAY)
    made = orders.add_several(shop, *[{}] * 12)[::-1]
    with shop.inside():
        first = listing.page(rare)
        assert (first.orders, first.older) == ([], made[4])
        assert first.looked_back_to is not None
        second = listing.page(rare, before=first.older)
        third = listing.page(rare, before=second.older)
        assert [one.id for one in third.orders] == [old]
        assert (third.older, third.looked_back_to) == (None, None)
        back = listing.page(rare, after=old)
        assert (list(back.orders), back.newer) == ([], made[-5])


def test_counts_say_how_many_there_are_of_each_status(shop, monkeypatch):
    monkeypatch.setattr(listing, "COUNTED", 3)
    orders.add_several(shop, *[{"status": "paid"}] * 3, *[{"status": "failed"}] * 4, {})
    with shop.inside():
        all_of_them = listing.counts(Filter())
        costly = listing.counts(Filter(status="paid", least=Decimal(100)))
    assert all_of_them[OrderStatus.paid] == listing.Count(3, is_all=True)
    assert all_of_them[OrderStatus.failed] == listing.Count(3, is_all=False)
    assert all_of_them[OrderStatus.pending] == listing.Count(1, is_all=True)
    assert all_of_them[OrderStatus.refunded] == listing.Count(0, is_all=True)
    assert costly[OrderStatus.paid] == listing.Count(0, is_all=True)
    assert costly[OrderStatus.failed] == listing.Count(0, is_all=False), "there may be older ones"


def test_nothing_of_another_organization_is_listed_or_counted(shop):
    theirs = world.open_shop(shop.app, org="Theirs")
    order = orders.add(theirs, item_name="Secret", gateway="stripe")
    for wanted in (
        Filter(),
        Filter(gateway="stripe"),
        Filter(begins="secret"),
        Filter(ids=(order,)),
    ):
        assert ids(shop, wanted) == []
        with shop.inside():
            assert {one.number for one in listing.counts(wanted).values()} == {0}


def test_no_statement_skips_rows_or_counts_all(app):
    shop = world.open_shop(app)
    orders.add_several(shop, *[{}] * 5)
    with counting(app) as counts, shop.inside():
        listing.page(Filter(gateway="stripe"), before="ord_Z", limit=2)
        listing.counts(Filter())
    assert len(counts["whole"]) == 3, "a page, where its walk ended, and the counts"
    assert all("LIMIT" in one and "OFFSET" not in one for one in counts["whole"])
