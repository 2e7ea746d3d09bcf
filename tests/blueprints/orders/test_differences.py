"""The page "Gateway says, we say", and its buttons."""

import html
import re

import pytest

from app.models import Role
from tests import world
from tests.merchant import person
from tests.services.orders import trouble


@pytest.fixture
def shop(app):
    return world.open_shop(app)


def read(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def test_without_trouble_it_says_so(shop):
    trouble.paid(shop)
    assert "Nothing: every payment company" in read(person(shop.app).get("/orders/differences"))


def test_it_says_what_each_side_says_and_why(shop):
    order_id = trouble.mismatched(shop)
    page = read(person(shop.app).get("/orders/differences"))
    assert order_id in page
    assert "We say Being paid, $20.00" in page
    assert "Sandbox says $19.99 came" in page
    assert "took another amount or currency than was asked for" in page


def test_asking_again_settles_and_comes_back_here(shop):
    order_id = trouble.unknown(shop)
    browser = person(shop.app)
    page = browser.follow(f"/orders/{order_id}/sync", to="differences")
    assert page.request.path == "/orders/differences"
    assert "Asked: this is how it stands now." in read(page)
    assert order_id not in page.text
    assert trouble.see(shop, order_id)["status"] == "paid"


def test_late_money_is_accepted_with_one_press(shop):
    order_id = trouble.late(shop)
    browser = person(shop.app)
    assert "Accept the money" in read(browser.get("/orders/differences"))
    page = browser.follow(f"/orders/{order_id}/accept")
    assert "Accepted: the order is paid" in read(page)
    assert "goes back, already" in read(browser.follow(f"/orders/{order_id}/accept"))


def test_what_was_dealt_with_leaves_the_list(shop):
    order_id = trouble.mismatched(shop)
    browser = person(shop.app)
    page = browser.follow(f"/orders/{order_id}/looked-at", code="amount_mismatch", to="differences")
    assert "Noted: it is dealt with." in read(page)
    assert order_id not in page.text


def test_a_refusal_is_said_and_changes_nothing(shop):
    order_id = trouble.unknown(shop)
    browser = person(shop.app)
    page = browser.follow(f"/orders/{order_id}/looked-at", code="payment_unknown")
    assert "Only the payment company's answer ends this" in read(page)
    page = browser.follow(f"/orders/{order_id}/looked-at", code="paid_late")
    assert "Something else is the matter by now" in read(page)
    assert trouble.see(shop, order_id)["attention"] == "payment_unknown"


def test_who_only_looks_sees_it_without_buttons(shop):
    order_id = trouble.mismatched(shop)
    page = person(shop.app, Role.viewer).get("/orders/differences")
    assert order_id in page.text
    assert "/looked-at" not in page.text and "/sync" not in page.text
