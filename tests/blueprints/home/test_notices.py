"""The bell and the list behind it."""

import re

import pytest
from sqlalchemy import select

from app.blueprints.home.notice_words import TITLES
from app.extensions import reading, transaction
from app.models import Notice, NoticeKind, Role
from app.services import notices
from tests import world
from tests.merchant import person


@pytest.fixture
def shop(app):
    return world.open_shop(app)


@pytest.fixture
def browser(app, shop):
    return person(app)


def tell(shop, kind=NoticeKind.keys_refused, subject="stripe", **more) -> str:
    with shop.inside(), transaction():
        notices.tell(kind, subject, **more)
    with shop.inside(), reading() as session:
        return session.scalars(select(Notice.id).order_by(Notice.id.desc())).first()


def count(browser, path="/") -> str | None:
    found = re.search(r'data-unread="(\d+)"', browser.get(path).text)
    return found[1] if found else None


def test_every_kind_has_words():
    assert set(TITLES) == set(NoticeKind)


def test_the_bell_counts_what_is_new_on_every_page(browser, shop):
    assert count(browser) is None
    tell(shop)
    tell(shop)
    assert [count(browser, path) for path in ("/", "/account", "/notices")] == ["2"] * 3


def test_it_counts_no_further_than_anybody_would(browser, shop):
    for _ in range(101):
        tell(shop)
    assert "99+" in browser.get("/").text


def test_the_list_says_what_happened_and_which_is_new(browser, shop):
    order = shop.order(20, itemName="A chair")
    id_ = tell(
        shop, NoticeKind.duplicate_payment, order["orderId"], item="A chair", amount="USD 20.00"
    )
    page = browser.get("/notices").text
    assert re.search(rf'data-id="{id_}" data-new', page)
    assert "A customer paid twice" in page
    assert "A chair · $20.00" in page


def test_opening_one_reads_it_and_leads_to_what_it_is_about(browser, shop):
    order = shop.order(20)
    places = {
        tell(shop, NoticeKind.refund_failed, order["orderId"]): f"/orders/{order['orderId']}",
        tell(shop, NoticeKind.endpoint_off, "whe_1", url="https://x"): "/deliveries?target=whe_1",
        tell(shop, NoticeKind.keys_refused, "stripe"): "/integrations/stripe",
        tell(shop, NoticeKind.export_ready, "exp_1", orders=3): "/orders/exports/exp_1",
        tell(shop, NoticeKind.payout_failed, "pyo_1", seller="sel_1"): "/sellers/sel_1",
        tell(shop, NoticeKind.payout_unknown, "pyo_2", seller="sel_2"): "/sellers/sel_2",
    }
    for id_, place in places.items():
        response = browser.post(f"/notices/{id_}/read", open="1")
        assert (response.status_code, response.location) == (303, place)
    assert count(browser) is None


def test_one_can_be_put_away_without_opening_it(browser, shop):
    id_ = tell(shop)
    tell(shop)
    assert browser.post(f"/notices/{id_}/read").location == "/notices"
    assert count(browser) == "1"


def test_all_that_the_page_showed_is_put_away_and_nothing_else(browser, shop):
    tell(shop)
    newest = tell(shop)
    assert f'name="up_to" value="{newest}"' in browser.get("/notices").text
    tell(shop)
    assert browser.post("/notices/read", up_to=newest).status_code == 303
    assert count(browser) == "1"


def test_what_is_not_there_cannot_be_read(browser, shop):
    assert browser.post("/notices/not_1/read").status_code == 404
    for nothing in ("", "not_1", "x" * 5000):
        assert browser.post("/notices/read", up_to=nothing).status_code == 404


def test_a_viewer_reads_too(app, shop):
    viewer = person(app, Role.viewer)
    tell(shop)
    assert count(viewer) == "1"
    assert "Mark all as read" in viewer.get("/notices").text


def test_older_ones_are_a_page_further(browser, shop):
    for _ in range(51):
        tell(shop)
    page = browser.get("/notices").text
    (older,) = re.findall(r'href="(/notices\?before=not_\w+)"', page)
    assert browser.get(older).text.count('data-id="not_') == 1
    assert browser.get("/notices?before=x").text.count('data-id="not_') == 50


def test_only_the_bell_says_that_this_is_where_one_is(browser):
    page = browser.get("/notices").text
    assert page.count('aria-current="page"') == 1
    assert re.search(r'href="/" data-keys="g h" aria-current', browser.get("/").text)
