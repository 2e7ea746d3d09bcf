"""The page of one order, and what may be done there."""

import html
import re

import pytest

from app.blueprints.orders import words
from app.models import OrderStatus, PaymentStatus, RefundStatus, Role
from tests import world
from tests.merchant import person
from tests.services.orders import trouble


@pytest.fixture
def shop(app, httpserver):
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    return world.open_shop(app, webhook_url=httpserver.url_for("/hook"))


def read(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def test_every_state_has_its_words():
    assert set(words.STATUS) == set(words.NEXT) == set(OrderStatus)
    assert set(words.PAYMENT) == set(PaymentStatus)
    assert set(words.REFUND) == set(words.REFUND_NEXT) == set(RefundStatus)


def test_the_page_says_what_happens_next_and_why_this_company(shop):
    order = shop.order(20, gateway="sandbox")
    page = read(person(shop.app).get(f"/orders/{order['orderId']}"))
    assert "The customer has not paid yet. At the deadline the order expires." in page
    assert "Sandbox, the organization's keys" in page
    assert "The provider asked for it with the order." in page


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("gateway by default, credentials of the platform", "default here"),
        ("after stripe: unavailable, credentials of the provider", "took over from Stripe"),
        ("something older", "something older"),
    ],
)
def test_a_note_of_why_becomes_a_sentence(app, reason, said):
    with app.test_request_context():
        assert said in words.why_chosen(reason)


def test_what_is_the_matter_stands_on_the_orders_own_page(shop):
    page = read(person(shop.app).get(f"/orders/{trouble.mismatched(shop)}"))
    assert "Another amount came" in page
    assert "Another amount came: $19.99, not $20.00." in page
    assert "It is dealt with" in page


def test_an_unpaid_order_is_cancelled_once(shop):
    order_id = shop.order(20)["orderId"]
    browser = person(shop.app)
    page = read(browser.follow(f"/orders/{order_id}/cancel"))
    assert "Cancelled: nobody can pay it any more." in page
    assert "owner@acme.example" in page
    paid = trouble.paid(shop)
    assert "The order has moved on" in read(browser.follow(f"/orders/{paid}/cancel"))
    assert trouble.see(shop, paid)["status"] == "paid"


def test_a_note_is_kept_as_it_was_typed_with_its_writer(shop):
    order_id, browser = shop.order(20)["orderId"], person(shop.app)
    page = browser.follow(f"/orders/{order_id}/note", text="  Called <b>Ada</b>, 100 %(sure)s ")
    assert "Note: Called &lt;b&gt;Ada&lt;/b&gt;, 100 %(sure)s" in page.text
    for text in ("   ", "x" * 1001):
        page = browser.follow(f"/orders/{order_id}/note", text=text)
        assert "Write a note of up to 1000 characters." in read(page)


def test_webhooks_are_sent_again_with_the_ids_they_had(shop, httpserver):
    order_id, browser = trouble.paid(shop), person(shop.app)
    world.run_tasks(shop.app)
    page = read(browser.follow(f"/orders/{order_id}/resend"))
    assert "Webhooks on their way again: 1." in page
    again = read(browser.follow(f"/orders/{order_id}/resend"))
    assert "There is no webhook to send again" in again, "it is on its way"
    world.run_tasks(shop.app)
    ids = [request.headers["webhook-id"] for request, _ in httpserver.log]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_who_only_looks_gets_no_buttons_and_no_raw_calls(shop):
    order_id = trouble.paid(shop)
    assert "What the payment company sent" in person(shop.app).get(f"/orders/{order_id}").text
    page = person(shop.app, Role.viewer).get(f"/orders/{order_id}").text
    assert "What happened" in page
    for one in ("What the payment company sent", "/note", "/cancel", "/resend", "/sync"):
        assert one not in page
