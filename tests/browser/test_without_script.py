"""Giving money back and sending webhooks once more, where the browser runs no script at all."""

import pytest
from sqlalchemy import update

from app.extensions import db, transaction
from app.models import Delivery
from tests import world
from tests.browser.test_orders_walk import signed_in
from tests.merchant import person
from tests.services.orders import trouble


@pytest.fixture
def shop(served, httpserver):
    httpserver.expect_request("/hook").respond_with_data(status=204)
    opened = world.open_shop(served.app, name="Hooks", webhook_url=httpserver.url_for("/hook"))
    person(served.app)
    return opened


def test_a_refund_is_looked_at_first_corrected_and_made(shop, open_page):
    order_id = trouble.paid(shop)
    page, base = signed_in(open_page, java_script_enabled=False)
    page.goto(f"{base}/orders/{order_id}")
    page.get_by_role("link", name="Refund", exact=True).click()
    page.get_by_label("Amount").fill("7.50")
    page.get_by_role("button", name="Only show what happens").click()
    page.get_by_text("$12.50 can still be refunded afterwards.").wait_for()
    assert trouble.see(shop, order_id)["refundedAmount"] == 0
    page.get_by_label("Amount").fill("75")
    page.get_by_role("button", name="Refund this amount").click()
    page.get_by_text("Only $20.00 is left to refund.").first.wait_for()
    page.get_by_label("Amount").fill("7.50")
    page.get_by_label("Reason").select_option("not_delivered")
    page.get_by_role("button", name="Refund this amount").click()
    page.get_by_text("Given back.").wait_for()
    assert trouble.see(shop, order_id)["refundedAmount"] == 7.5
    page.get_by_text("It could not be delivered").first.wait_for()


def test_what_was_given_up_is_sent_once_more_and_the_page_goes_on_by_itself(shop, open_page):
    order = shop.order(20)
    shop.cancel(order)
    page, base = signed_in(open_page, java_script_enabled=False)
    page.goto(f"{base}/deliveries")
    _reload_until(page, "Delivered")
    with shop.inside(), transaction():
        db.session.execute(update(Delivery).values(status="failed", last_error="E_TIMEOUT"))
    page.goto(f"{base}/providers/hooks")
    page.get_by_role("link", name="Send once more").first.click()
    page.get_by_role("button", name="Send once more").click()
    page.get_by_role("heading", name="Being sent once more").wait_for()
    page.get_by_text("1 of 1 sent: 1 delivered, 0 given up again.").wait_for()
    page.get_by_role("heading", name="Everything was sent once more").wait_for()
    assert page.locator("#replay").get_attribute("data-state") == "finished"


def _reload_until(page, text: str) -> None:
    for _ in range(100):
        if page.get_by_text(text, exact=True).count():
            return
        page.reload()
    raise AssertionError(f"never: {text}")
