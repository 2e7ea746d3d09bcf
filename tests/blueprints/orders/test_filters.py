"""The list of orders in a browser: everything asked for stands in the address."""

import re

import pytest

from tests import orders, world
from tests.flows.test_costs import counting
from tests.merchant import person


@pytest.fixture
def browser(app, shop):
    return person(app)


def shown(page) -> list[str]:
    return re.findall(r'data-id="(ord_\w+)"', page.text)


def test_an_order_is_found_by_each_filter_in_the_address(browser, shop):
    orders.add(shop, customer_email="bob@example.com")
    one = orders.add(
        shop, status="paid", gateway="stripe", item_name="A chair", amount_minor=5000,
        customer_email="ada@example.com", test_mode=False,
    )  # fmt: skip
    for query in (
        "status=paid",
        "gateway=stripe",
        "least=50",
        "least=49,99&most=50",
        "mode=live",
        "q=a+CHAIR",
        "q=Ada@",
        "status=paid&gateway=stripe&provider=bitloader&days=7&mode=live&least=1",
    ):
        assert shown(browser.get(f"/orders?{query}")) == [one], query
    assert len(shown(browser.get("/orders?provider=bitloader&days=1"))) == 2
    assert shown(browser.get("/orders?until=2020-01-01")) == []


def test_links_and_forms_keep_what_was_asked_for(browser, shop):
    orders.add_several(shop, *[{"gateway": "stripe", "status": "paid"}] * 51)
    page = browser.get("/orders?gateway=stripe&least=1&lang=pt_PT").text
    older = re.search(r'href="(/orders\?before=[^"]+)"', page)[1].replace("&amp;", "&")
    assert "gateway=stripe" in older and "least=1" in older and "lang=pt_PT" in older
    chip = re.search(r'href="(/orders\?[^"]*status=paid[^"]*)"', page)[1]
    assert "gateway=stripe" in chip
    assert re.search(r'<option selected value="stripe"', page)
    second = browser.get(older)
    assert len(shown(second)) == 1
    newer = re.search(r'href="(/orders\?after=[^"]+)"', second.text)[1].replace("&amp;", "&")
    assert len(shown(browser.get(newer))) == 50


def test_an_exact_id_leads_straight_to_the_order(browser, shop):
    order = orders.add(shop, external_id="cart-9")
    for text in (order, " cart-9 "):
        response = browser.get("/orders?q=" + text.replace(" ", "+"))
        assert (response.status_code, response.location) == (303, f"/orders/{order}")
    swapped = browser.get("/orders?q=cart-9", **{"HX-Request": "true"})
    assert (swapped.status_code, swapped.headers["HX-Redirect"]) == (200, f"/orders/{order}")


def test_an_id_that_several_orders_share_lists_them(browser, shop):
    made = orders.add_several(shop, *[{"external_id": "cart-9"}] * 2)
    assert shown(browser.get("/orders?q=cart-9")) == made[::-1]


def test_nothing_yet_and_nothing_like_that_are_two_things(browser, shop):
    page = browser.get("/orders").text
    assert "No order yet" in page and 'href="/providers"' in page and 'name="q"' not in page
    assert "No order matches" in browser.get("/orders?q=chair").text
    orders.add(shop)
    page = browser.get("/orders?days=7&q=chair").text
    assert "No order matches" in page and 'href="/orders?q=chair"' in page, "any time"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("least=ten", "Give an amount like 19.99."),
        ("most=NaN", "Give an amount like 19.99."),
        ("most=1e999999999", "Give an amount like 19.99."),
        ("least=5&most=4", "That is less than the amount it starts from."),
        ("since=yesterday", "Give a day like 2026-01-31."),
        ("since=2026-02-01&until=2026-01-01", "The last day comes before the first one."),
        ("status=lost", "There is no such status."),
        ("gateway=nobody", "Not a valid choice"),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_field_and_nothing_is_listed(
    browser, shop, query, sentence
):
    orders.add(shop)
    response = browser.get(f"/orders?{query}")
    assert response.status_code == 422
    assert sentence in response.text
    assert shown(response) == []


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%25", "before=x", "after=%00", "q=" + "x" * 255, "until=9999-12-31",
              "since=0001-01-01", "least=999999999999", "q=ord_%F0%9F%98%80"]
)  # fmt: skip
def test_odd_addresses_break_nothing(browser, shop, query):
    orders.add(shop)
    assert browser.get(f"/orders?{query}").status_code in {200, 400, 422}


def test_htmx_gets_the_list_alone_and_the_address_to_show(browser, shop):
    orders.add(shop, status="paid")
    response = browser.get("/orders?status=paid&gateway=&q=", **{"HX-Request": "true"})
    assert response.text.lstrip().startswith("<div") and "<html" not in response.text
    assert response.headers["HX-Push-Url"] == "/orders?status=paid"
    assert "HX-Request" in response.headers["Vary"]
    restored = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in browser.get("/orders", **restored).text


def test_chips_count_what_else_is_asked_for(browser, shop):
    orders.add_several(shop, {"status": "paid"}, {"status": "paid", "gateway": "stripe"}, {})
    page = browser.get("/orders?gateway=stripe").text
    assert re.findall(r"(\w+) <b>(\S+)</b></a>", page) == [("Paid", "1")]
    page = browser.get("/orders?status=paid").text
    assert 'aria-current="true">Paid <b>2</b>' in page
    assert "Waiting to be paid <b>1</b>" in page


def test_a_page_costs_the_same_statements_however_many_orders_it_shows(browser, shop):
    orders.add(shop)
    browser.get("/orders")

    def cost() -> int:
        with counting(shop.app) as counts:
            assert browser.get("/orders").status_code == 200
        return len(counts["statements"])

    few = cost()
    for number in range(3):
        other = world.open_shop(shop.app, name=f"Shop {number}")
        orders.add_several(other, *[{"status": "paid"}] * 15)
    assert cost() == few <= 7
