"""Refunding what is held for a seller: where it comes from is said first, and what became of it."""

import html
import re
from typing import get_args

import pytest

from app.adapters.gateways import base
from app.blueprints.orders import escrow_words
from app.blueprints.orders.refund_sources import OBSTACLE
from app.models import MoveStatus
from app.services.escrow.going_back import Obstacle
from app.services.sandbox import DatabaseSellers
from tests.escrow import ask, held, refund
from tests.merchant import person
from tests.services.escrow.test_going_back import pay_out
from tests.services.escrow.test_listing import change

KEY = re.compile(r'name="key"[^>]*value="(\w+)"')


@pytest.fixture
def browser(shop):
    return person(shop.app)


def read(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def path(order) -> str:
    return f"/orders/{order['orderId']}/refund"


def typed(browser, order, amount: str) -> str:
    return read(browser.get(f"{path(order)}/outcome?amount={amount}"))


MIXED = (
    "$40.00 comes out of what is held for Ada. $30.00 is fetched back first: $27.00 from Ada, and "
    "$3.00 that you kept as your fee. If Ada does not have it any more, nothing goes back."
)


def test_where_it_comes_from_is_said_while_typing_and_without_a_script(browser, shop):
    order = held(shop, 100)
    ask(shop, order, "release", {"amount": 60})
    assert typed(browser, order, "40").endswith("It comes out of what is held for Ada.")
    assert typed(browser, order, "40.01").endswith(
        "$40.00 comes out of what is held for Ada. $0.01 is fetched back from Ada first. "
        "If Ada does not have it any more, nothing goes back."
    )
    assert MIXED in typed(browser, order, "70")
    fields = {"payment": "", "reason": "other", "key": KEY.search(browser.get(path(order)).text)[1]}
    page = read(browser.post(path(order), **fields, amount="70", look="1"))
    assert MIXED in page
    assert shop.see(order)["refunds"] == []


def test_the_page_begins_with_where_all_of_it_comes_from(browser, shop):
    order = held(shop, 100)
    ask(shop, order, "release")
    assert (
        "$100.00 is fetched back first: $90.00 from Ada, and $10.00 that you kept as your fee."
        in read(browser.get(path(order)))
    )


def test_an_order_that_nothing_is_held_of_says_nothing_of_it(browser, shop):
    order = shop.order(20)
    shop.pay(order)
    assert "held" not in typed(browser, order, "5")


def test_what_stands_in_the_way_is_said_instead(browser, shop):
    assert set(OBSTACLE) == set(get_args(Obstacle))
    order = held(shop, 100)
    change(shop, order, is_charged_back=True)
    text = typed(browser, order, "5")
    assert (
        text
        == "The customer's bank took the money back. Nothing can be refunded until it has decided."
    )


def test_that_a_refund_ends_a_dispute_is_said_before_it(browser, shop):
    order = held(shop, 100)
    assert "A refund ends the dispute." not in read(browser.get(path(order)))
    ask(shop, order, "dispute")
    assert "A refund ends the dispute." in read(browser.get(path(order)))


# --- the order's panel


def see(browser, order) -> str:
    return read(browser.get(f"/orders/{order['orderId']}"))


def test_what_came_back_only_in_part_is_shown(browser, shop):
    order = held(shop, 100)
    for _ in range(2):
        ask(shop, order, "release", {"amount": 50})
    pay_out(shop, order, 4_000)
    refund(shop, order)
    text = see(browser, order)
    assert (
        "A refund needed $100.00 back from Ada, and only $50.00 came. So nothing was refunded, and "
        "what came was held again." in text
    )
    assert "Fetched back: $50.00" in text
    assert "Not fetched back: $50.00" in text


def test_what_is_on_its_way_back_is_not_said_to_be_back(browser, shop, monkeypatch):
    assert set(escrow_words.FETCHED) == set(MoveStatus)
    order = held(shop, 100)
    ask(shop, order, "release")

    def silent(*_args):
        raise base.Unavailable("no answer")

    monkeypatch.setattr(DatabaseSellers, "reverse", silent)
    refund(shop, order, 50)
    text = see(browser, order)
    assert "To be fetched back: $50.00" in text
    assert "needed" not in text.split("Releases")[0]
