"""Filters that a person keeps by a name, as tabs of the list."""

from html import unescape
from urllib.parse import quote

import pytest

from app.models import Role
from app.services.orders import saved
from tests import world
from tests.merchant import person

PAID = "/orders/filters?status=paid&days=7"


@pytest.fixture
def shop(app):
    shop = world.open_shop(app)
    shop.order(20)
    return shop


def tabs(browser, where: str = "/orders") -> str:
    return unescape(browser.get(where).text).partition('aria-label="Saved filters"')[2]


def test_what_is_asked_for_becomes_a_tab_and_is_forgotten_again(shop):
    browser = person(shop.app)
    assert "Save these filters" not in browser.get("/orders").text
    assert "Save these filters" in browser.get("/orders?status=paid&days=7").text

    kept = browser.post(PAID, name=" Paid  this week ")
    assert (kept.status_code, kept.location) == (303, "/orders?status=paid&days=7")
    here = '<a href="/orders?days=7&status=paid" aria-current="true">Paid this week</a>'
    assert here in tabs(browser, "/orders?status=paid&days=7")
    assert here.replace(' aria-current="true"', "") in tabs(browser)

    gone = browser.post(PAID.replace("filters", "filters/forget"), name="Paid this week")
    assert gone.location == "/orders?status=paid&days=7"
    assert tabs(browser) == ""


def test_the_language_of_the_page_is_no_part_of_it(shop):
    browser = person(shop.app)
    browser.post("/orders/filters?status=paid&lang=en", name="Paid")
    assert 'href="/orders?status=paid"' in tabs(browser)


def test_a_name_is_taken_again_for_other_filters(shop):
    browser = person(shop.app)
    browser.post(PAID, name="Mine")
    browser.post("/orders/filters?status=failed", name="MINE")
    found = tabs(browser)
    assert ">MINE</a>" in found and ">Mine</a>" not in found


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ("/orders/filters", "Everything"),
        ("/orders/filters?status=stolen", "Stolen"),
        ("/orders/filters?since=yesterday", "Since"),
        (PAID, "   "),
        (PAID, "x" * 41),
    ],
)
def test_what_cannot_be_kept_is_not(shop, where, name):
    browser = person(shop.app)
    assert browser.post(where, name=name).status_code == 303
    assert tabs(browser) == ""


def test_after_the_last_one_somebody_is_told_to_forget_one_first(shop):
    browser = person(shop.app)
    for number in range(saved.MOST):
        browser.post(PAID, name=f"Tab {number}")
    browser.post(PAID, name="One more")
    page = browser.get("/orders").text
    assert "You have saved 20 filters already" in page and ">One more</a>" not in page
    browser.post(PAID, name="Tab 3")  # the same name again is not one more
    assert tabs(browser).count("<li>") >= saved.MOST


def test_each_person_has_their_own_also_who_may_only_look(shop):
    viewer = person(shop.app, Role.viewer)
    viewer.post(PAID, name="Only mine")
    assert ">Only mine</a>" in tabs(viewer)
    assert tabs(person(shop.app)) == ""


def test_a_name_cannot_bring_a_script_along(shop):
    browser = person(shop.app)
    browser.post(f"/orders/filters?q={quote('<b>x</b>')}", name="<script>alert(1)</script>")
    assert "<script>alert" not in browser.get("/orders").text
