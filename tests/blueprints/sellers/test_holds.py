"""The page of held money: what needs somebody says so, and nothing there says why it is empty."""

import re
from datetime import timedelta

import pytest

from app.blueprints import hold_words
from app.extensions import db, transaction
from app.kit import clock
from app.models import HoldStatus, Order
from app.services.escrow import listing
from tests.escrow import ask, held, make_seller
from tests.services.escrow.test_listing import change


def rows(page: str) -> list[str]:
    return re.findall(r'<tr role="row" data-id="(\w+)"', page)


def test_every_status_and_view_has_a_word():
    assert set(hold_words.STATUS) == set(HoldStatus)
    assert list(hold_words.VIEW) == list(listing.VIEWS)


def test_nothing_held_yet_says_how_it_begins(browser, read):
    assert "Nothing is held yet" in read(browser.get("/escrow"))


def test_a_view_without_any_says_that_there_are_others(browser, shop, read):
    held(shop, 20)
    assert "Nothing of this kind" in read(browser.get("/escrow?view=refunded"))
    assert "Held now 1" in read(browser.get("/escrow?view=refunded"))
    assert len(rows(browser.get("/escrow?view=everything").text)) == 1


def test_what_is_due_is_said_of_each(browser, shop, read):
    seller = make_seller(shop)
    late, disputed, calm = (held(shop, 20, seller, releaseAfterDays=7) for _ in range(3))
    by_hand = held(shop, 20, seller)
    late_id = change(shop, late, release_at=clock.now() - timedelta(days=1))
    ask(shop, disputed, "dispute")
    back_id = change(shop, disputed, is_charged_back=True)
    page = browser.get("/escrow")
    assert rows(page.text)[:2] == [back_id, late_id]
    text = read(page)
    assert "Charged back Disputed" in text
    assert "Overdue Held" in text
    assert "The clock stands still" in text
    assert "When somebody does it" in text
    for one in (late, disputed, calm, by_hand):
        assert f"/orders/{one['orderId']}#escrow" in page.text


def test_one_page_leads_to_the_next_with_view_and_seller_kept(browser, shop, monkeypatch):
    seller = make_seller(shop)
    for _ in range(3):
        held(shop, 20, seller)
    held(shop, 20, make_seller(shop))
    real = listing.page
    monkeypatch.setattr(listing, "page", lambda *a, **options: real(*a, limit=2, **options))
    first = browser.get(f"/escrow?view=open&seller={seller}").text
    where = re.search(r'href="(/escrow\?[^"]*after=[^"]+)"', first)[1].replace("&amp;", "&")
    assert f"seller={seller}" in where
    assert len(rows(first)) == 2
    assert len(rows(browser.get(where).text)) == 1


def test_a_seller_who_is_not_there_is_not_found(browser):
    assert browser.get("/escrow?seller=sel_1").status_code == 404


@pytest.mark.parametrize("is_test", [True, False])
def test_a_bar_says_that_all_is_a_test_and_marks_that_some_is(browser, shop, is_test):

    first, second = held(shop, 20), held(shop, 30)
    for one in (second,) if is_test else (first, second):
        with shop.inside(), transaction():
            db.session.get_one(Order, one["orderId"]).test_mode = False
    main = browser.get("/escrow").text.partition("<main")[2]
    assert "Test mode" not in main
    assert main.count('class="tag">Test<') == is_test
