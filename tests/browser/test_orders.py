"""The list of orders in a real browser: filtered in its place, and readable at any width."""

import pytest
from playwright.sync_api import expect

from tests import orders, world
from tests.browser.whole import EVERY_LOOK, faults_in
from tests.merchant import PASSWORD, person


@pytest.fixture
def shop(served):
    shop = world.open_shop(served.app)
    person(served.app, email="ada@example.com")
    orders.add_several(
        shop,
        {"item_name": "A quiet chair", "status": "paid", "customer_email": "bob@example.com"},
        {"item_name": "A table", "gateway": "stripe", "external_id": "cart-9", "status": "failed"},
    )
    return shop


def sign_in(watched) -> None:
    page = watched.page
    page.goto(f"{watched.base}/login?next=/orders")
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{watched.base}/orders")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_filters_go_into_the_address_and_back_leads_back(shop, open_page, javascript):
    watched = open_page(java_script_enabled=javascript)
    page = watched.page
    sign_in(watched)
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Payment company").select_option("stripe")
    if not javascript:
        page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**gateway=stripe*")
    page.get_by_role("link", name="A quiet chair").wait_for(state="detached")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.go_back()
    page.wait_for_url(f"{watched.base}/orders")
    page.get_by_role("link", name="A quiet chair").wait_for()
    page.get_by_label("Search").fill("cart-9")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/orders/ord_*")
    watched.assert_clean()


def test_axe_finds_nothing_and_nothing_scrolls_sideways(shop, open_page):
    watched = open_page()
    page = watched.page
    sign_in(watched)
    for path in ("/orders", "/orders?least=x&status=paid", "/orders?q=nothing&days=7"):
        page.goto(watched.base + path)
        assert faults_in(page, EVERY_LOOK) == {}, path
