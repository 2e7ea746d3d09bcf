"""A page links one joined stylesheet, and it has what the page is made of."""

import re

import pytest

from app.blueprints import assets
from tests.bans import ROOT
from tests.blueprints.test_merchants import path_of, rules
from tests.escrow import ask, held, refund
from tests.merchant import person

SHEETS = {one.stem: one.read_text() for one in (ROOT / "static/css").glob("*.css")}
# Those of customers' pages and of the styleguide dress other pages by the same names.
OTHERS = {"40-checkout", "42-receipt", "45-sandbox", "50-reference", "70-styleguide"}


def dressed(names) -> set[str]:
    """The classes that these sheets say something of."""
    return {one for name in names for one in re.findall(r"\.([a-z][\w-]*)", SHEETS[name])}


def worn(page: str) -> set[str]:
    return {one for names in re.findall(r'class="([^"]*)"', page) for one in names.split()}


@pytest.fixture
def ids(shop):
    order = held(shop, 100)
    ask(shop, order, "release", {"amount": 60})
    refund(shop, order, 70)
    seller_id = shop.see(order)["escrow"]["sellerId"]
    held(shop, 20, seller_id)
    return {"order_id": order["orderId"], "seller_id": seller_id}


def test_no_page_wears_what_its_sheet_does_not_have(shop, ids):
    every, browser, seen = dressed(set(SHEETS) - OTHERS), person(shop.app), 0
    for rule in rules(shop.app):
        page = browser.get(path_of(rule, **ids)).text if "GET" in rule.methods else ""
        if sheet := re.search(r'href="/styles/(\w+)\.css', page):
            naked = worn(page) & every - dressed(assets.BUNDLES[sheet[1]])
            assert naked == set(), rule.endpoint
            seen += 1
    assert seen > 30
