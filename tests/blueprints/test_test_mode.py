"""Who sees an amount sees whether it is real: a bar where all is a test, a mark where some is."""

import re

import pytest
from sqlalchemy import select

from app.extensions import reading
from app.models import Delivery
from tests import orders, world
from tests.merchant import person

BAR = "Test mode — no real money moves"
MARK = re.compile(r'class="tag">Test<')


@pytest.fixture
def shop(app):
    return world.open_shop(app, webhook_url="http://127.0.0.1:9/hook")


@pytest.fixture
def look(app, shop):
    browser = person(app)

    def look_(path):
        page = browser.get(path).text
        main = page.partition("<main")[2].partition("</main>")[0]
        return main.count(BAR), len(MARK.findall(main))

    return look_


def add(shop, *, is_test, **values):
    return orders.add(shop, test_mode=is_test, status="paid", **values)


def test_the_list_has_a_bar_where_all_is_a_test_and_marks_where_some_is(shop, look):
    add(shop, is_test=True)
    assert look("/orders") == (1, 0)
    assert look("/orders/export?mode=test") == (1, 0)
    add(shop, is_test=False)
    assert look("/orders") == (0, 1)
    assert look("/orders?mode=test") == (1, 0)
    assert look("/orders?mode=live") == (0, 0)
    assert look("/orders/export") == (0, 0)


@pytest.mark.parametrize("is_test", [True, False])
@pytest.mark.parametrize("page", ["", "/refund"])
def test_an_orders_pages_say_so_at_the_top(shop, look, page, is_test):
    order_id = add(shop, is_test=is_test)
    assert look(f"/orders/{order_id}{page}")[0] == is_test


def test_differences_have_a_bar_or_marks(shop, look):
    add(shop, is_test=True, attention="payment_unknown")
    assert look("/orders/differences") == (1, 0)
    add(shop, is_test=False, attention="payment_unknown")
    assert look("/orders/differences") == (0, 1)


def test_home_is_about_one_mode_and_says_which(shop, look):
    add(shop, is_test=True)
    assert look("/")[0] == 1
    add(shop, is_test=False)
    assert look("/")[0] == 0
    assert look("/?mode=test")[0] == 1


def test_what_a_provider_is_told_of_a_test_says_so(shop, look):
    shop.cancel(shop.order(20))
    with shop.inside(), reading() as session:
        delivery_id = session.scalars(select(Delivery.id)).first()
    assert look(f"/deliveries/{delivery_id}")[0] == 1
