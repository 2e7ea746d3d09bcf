"""What is the matter with an order is said shortly and at length, and the same on every page."""

import html
import re

import pytest
from sqlalchemy import update

from app.blueprints.attention_words import ATTENTION
from app.extensions import db, transaction
from app.models import Attention, Order
from tests import world
from tests.merchant import person


@pytest.fixture
def english(app):
    with app.test_request_context():
        yield


@pytest.mark.usefixtures("english")
def test_everything_that_may_be_the_matter_is_said_shortly_and_at_length():
    assert list(ATTENTION) == list(Attention), "in the order of the codes, so none is overlooked"
    for code, words in ATTENTION.items():
        assert words.short and words.long, code
        assert len(str(words.short)) < 60 < len(str(words.long)), code


@pytest.mark.usefixtures("english")
def test_no_two_matters_are_said_in_the_same_words():
    assert len({str(one.short) for one in ATTENTION.values()}) == len(Attention)
    assert len({str(one.long) for one in ATTENTION.values()}) == len(Attention)


@pytest.fixture
def shop(app):
    return world.open_shop(app)


def test_each_is_said_on_home_on_the_order_and_among_the_differences(shop):
    order, browser = shop.order(20), person(shop.app)
    for code in Attention:
        with shop.inside(), transaction():
            db.session.execute(update(Order).values(attention=code))
        with shop.app.test_request_context():
            words = ATTENTION[code]
            short, long, after = (
                str(one) for one in (words.short, words.long, words.once_dealt_with)
            )
        assert short in read(browser.get("/"))
        for path in (f"/orders/{order['orderId']}", "/orders/differences"):
            page = read(browser.get(path))
            assert short in page and long in page and after in page, (code, path)


def read(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())
