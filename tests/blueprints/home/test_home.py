"""Home: the set-up list, and the figures in their frame."""

import re

import pytest
from sqlalchemy import event, select

from app.extensions import db, transaction
from app.kit import clock
from app.models import CredentialNote, Order, Role, WebhookEndpoint
from tests import world
from tests.merchant import person


def done(browser) -> list[str]:
    page = browser.get("/").text
    return re.findall(r'class="step step--done[^"]*" data-id="(\w+)"', page)


def upcoming(browser) -> str:
    return re.search(r'class="step step--next" data-id="(\w+)"', browser.get("/").text)[1]


def test_each_step_is_done_when_the_data_say_so(app, httpserver):
    browser = person(app)
    assert (done(browser), upcoming(browser)) == ([], "gateway")
    browser.post("/integrations/stripe", secretKey="sk_test_51GatehouseTestsOnly0001")
    assert (done(browser), upcoming(browser)) == ([], "gateway"), "nobody can believe its calls"
    assert "Finish connecting Stripe" in browser.get("/").text
    browser.post("/integrations/stripe", webhookSecret=world.STRIPE_WEBHOOK_SECRET)
    assert (done(browser), upcoming(browser)) == (["gateway"], "provider")
    shop = world.open_shop(app, webhook_url="http://127.0.0.1:9/hook")
    assert (done(browser), upcoming(browser)) == (["gateway", "provider", "webhook"], "call")
    order = shop.order(20)
    assert upcoming(browser) == "paid"
    shop.pay(order)
    assert upcoming(browser) == "live", "a test payment is not a live one"


@pytest.mark.parametrize("role", [Role.member, Role.viewer])
def test_whoever_may_not_take_the_next_step_is_not_sent_to_it(app, role):
    page = person(app, role).get("/").text
    assert upcoming(person(app)) == "gateway"
    assert "Owners and admins do it" in page
    assert not re.search(r'class="button button--go"', page)
    shop = world.open_shop(app, webhook_url="http://127.0.0.1:9/hook")
    world.connect_stripe(shop)
    shop.order(20)
    page = person(app, role, email="second@acme.example").get("/").text
    assert re.search(r'class="button button--go" href="/api/docs"', page), "everybody may pay"


def figures(page: str) -> dict[str, str]:
    found = re.findall(r"<dt>([^<]+)</dt>\s*<dd[^>]*>(.+?)</dd>", page)
    return {name: value.strip() for name, value in found}


def test_before_the_first_order_there_is_only_the_set_up(app):
    page = person(app).get("/").text
    assert 'id="setup"' in page
    assert "figures" not in page and "Test mode" not in page


def test_what_was_paid_is_shown_in_figures_and_a_chart(app):
    shop = world.open_shop(app)
    for _ in range(2):
        shop.pay(shop.order("12.50", currency="EUR"))
    shop.cancel(shop.order(20, currency="EUR"))
    page = person(app).get("/").text
    assert figures(page) == {
        "Gross volume": "€25.00",
        "Paid orders": "2",
        "Success rate": "67%",
        "Refunds": "€0.00",
    }
    assert "There is nothing in the 28 days before to compare with." in page
    drawing = re.search(r"<svg class=\"chart__bars\".*?</svg>", page, re.DOTALL)[0]
    assert 'role="img" aria-label="Paid each day over 28 days: €25.00 in all."' in drawing
    assert drawing.count('class="chart__bar"') == 28
    assert re.search(r"<td>€25.00</td>", page), "the table says what the drawing shows"
    assert page.index('id="business"') < page.index('id="setup"'), "once business goes, it is first"
    assert 'class="test-mode" role="status"' in page


def test_numbers_are_written_as_the_reader_writes_them(app):
    shop = world.open_shop(app)
    shop.pay(shop.order("1234.50", currency="EUR"))
    page = person(app).get("/?lang=pt-PT").text.replace("\xa0", " ")
    assert "1234,50 €" in page or "1 234,50 €" in page
    assert "2000 €" in page or "2 000 €" in page, "the scale, too"


def test_what_is_asked_for_stands_in_the_address(app):
    shop = world.open_shop(app)
    world.open_shop(app, name="Books")
    shop.pay(shop.order(10, currency="EUR"))
    shop.pay(shop.order(5, currency="USD"))
    browser = person(app)
    page = browser.get("/?days=7&currency=USD&provider=bitloader").text
    assert figures(page)["Gross volume"] == "$5.00"
    assert '<option value="bitloader" selected>' in page
    assert "/?days=90&amp;provider=bitloader&amp;currency=USD&amp;mode=test#figures" in page
    empty = browser.get("/?provider=books&days=7").text
    assert "Nothing was paid in these 7 days" in empty
    assert "All providers and currencies" in empty


@pytest.mark.parametrize(
    "query", ["days=1000", "days=x", "currency=%27", "provider=nobody", "mode="]
)
def test_what_cannot_be_asked_counts_as_not_said(app, query):
    shop = world.open_shop(app)
    shop.pay(shop.order(10, currency="EUR"))
    page = person(app).get(f"/?{query}").text
    assert figures(page)["Gross volume"] == "€10.00"
    assert "over 28 days" in page


def test_live_comes_first_once_there_is_something_live(app):
    shop = world.open_shop(app)
    shop.pay(shop.order(10, currency="EUR"))
    order = shop.order(7, currency="EUR")
    shop.pay(order)
    with shop.inside(), transaction():
        found = db.session.scalars(select(Order).where(Order.id == order["orderId"])).one()
        found.test_mode = False
    browser = person(app)
    page = browser.get("/").text
    assert figures(page)["Gross volume"] == "€7.00"
    assert "no real money moves" not in page
    page = browser.get("/?mode=test").text
    assert figures(page)["Gross volume"] == "€10.00"
    assert "no real money moves" in page


def test_what_needs_somebody_comes_first_with_where_it_is_put_right(app):
    shop = world.open_shop(app, webhook_url="http://127.0.0.1:9/hook")
    order = shop.order(10, metadata={"scenario": "wrong_amount"}, itemName="A quiet chair")
    shop.pay(order)
    world.connect_stripe(shop)
    with shop.inside(), transaction():
        db.session.scalars(select(CredentialNote)).first().refused_at = clock.now()
        endpoint = db.session.scalars(select(WebhookEndpoint)).one()
        endpoint.disabled_at, endpoint.disabled_reason = clock.now(), "answered 410 Gone"
    page = person(app).get("/").text
    needs = re.findall(r'data-need="([^"]+)"', page)
    assert needs == ["stripe", endpoint.id, order["orderId"]]
    assert "Another amount came than was asked for" in page
    for path in ("/integrations/stripe", "/providers/bitloader#endpoints"):
        assert f'href="{path}"' in page
    assert f'href="/orders/{order["orderId"]}"' in page
    assert page.index('id="needs"') < page.index('id="setup"')


def test_the_list_is_put_away_and_taken_out_by_each_for_themselves(app):
    first, second = person(app), person(app, Role.viewer)
    assert 'id="setup"' in first.get("/").text
    page = first.follow("/set-up/hide").text
    assert 'id="setup"' not in page
    assert "0 of 6 steps done" in page
    assert 'id="setup"' in second.get("/").text
    assert 'id="setup"' in first.follow("/set-up/show").text


def test_home_asks_the_database_as_often_with_many_orders_as_with_few(app):
    shop = world.open_shop(app)
    shop.pay(shop.order(10, currency="EUR"))
    browser, seen = person(app), []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    browser.get("/")
    few, seen[:] = len(seen), []
    for _ in range(5):
        shop.order(10, currency="USD")
    with shop.inside(), transaction():
        for order in db.session.scalars(select(Order)):
            order.attention = "paid_late"
    seen.clear()
    browser.get("/")
    assert len(seen) <= few
