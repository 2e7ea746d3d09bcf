"""A merchant sets everything up in a real browser: from signing up to the first answered call."""

import pytest
from playwright.sync_api import expect

from app.services import organizations
from tests import world
from tests.browser.weight import first_visit
from tests.browser.whole import faults, faults_in
from tests.faults.worker import eventually
from tests.merchant import PASSWORD

LIMIT = 100 * 1024  # bytes, as transferred


def sign_up(page, base: str) -> None:
    page.goto(f"{base}/signup")
    page.get_by_label("Name of your organization").fill("Acme Tickets")
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(f"{base}/")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_from_signing_up_to_a_call_that_is_answered(served, open_page, stripe_fake, javascript):
    watched = open_page(java_script_enabled=javascript)
    page, base = watched.page, watched.base
    page.goto(base)
    assert page.url.startswith(f"{base}/login")
    sign_up(page, base)

    page.get_by_role("link", name="Connect a payment company").click()
    page.get_by_role("link", name="Stripe", exact=True).click()
    page.get_by_label("Secret key").fill(world.STRIPE_KEY)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("sk_test...0001").first).to_be_visible()
    assert world.STRIPE_KEY not in page.content()
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#tested")).to_contain_text("acct_1Test")

    page.get_by_role("button", name="Create or repair it for me").click()
    expect(page.locator("#health")).to_have_attribute("data-state", "fine")
    assert len(stripe_fake.webhook_endpoints()) == 1

    page.get_by_role("navigation").get_by_role("link", name="Providers").click()
    page.get_by_role("link", name="Create the first one").click()
    page.get_by_label("Name", exact=True).fill("Bitloader")
    page.get_by_label("Payment company").select_option("stripe")
    page.get_by_role("button", name="Create provider").click()
    key = page.locator("[data-secret=key]").inner_text()
    page.goto(f"{base}/providers/bitloader")
    assert key not in page.content()

    answer = served.app.test_client().post(
        "/api/create-payment-intent",
        json={"amount": 20},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert (answer.status_code, answer.json["gateway"]) == (200, "stripe")
    page.goto(base)
    expect(page.locator(".step--done")).to_have_count(3)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{base}/login")
    watched.assert_clean()


def test_a_key_is_rolled_and_taken_back_on_a_phone(served, open_page, stripe_fake):
    new, alien = "sk_test_51GatehouseTestsOnly0002", "sk_test_51GatehouseTestsOnly0003"
    stripe_fake.account(new)
    stripe_fake.account(alien, id="acct_Other")
    watched = open_page(viewport={"width": 375, "height": 800}, color_scheme="dark")
    page, base = watched.page, watched.base
    sign_up(page, base)
    page.goto(f"{base}/integrations/stripe")

    def save(key: str) -> None:
        page.get_by_label("Secret key").fill(key)
        page.get_by_role("button", name="Save").click()

    save(world.STRIPE_KEY)
    expect(page.get_by_text("sk_test...0001").first).to_be_visible()
    save(alien)
    expect(page.locator("#secretKey-error")).to_contain_text("acct_Other")
    expect(page.get_by_label("belongs to another account")).to_be_visible()
    assert faults(page) == []
    assert "422" in watched.problems.pop(), "browsers say so of every refused form"
    save(new)
    expect(page.locator("#kept")).to_contain_text("sk_test...0001")
    assert faults(page) == []
    page.get_by_role("button", name="Go back to the key before").click()
    expect(page.locator("#kept")).to_contain_text("sk_test...0002")
    page.get_by_text("Remove the old key now").first.click()
    page.get_by_role("button", name="Remove the old key now").click()
    expect(page.locator("#kept")).to_have_count(0)
    watched.assert_clean()


def test_by_keyboard_alone_one_signs_in_and_reaches_the_content(open_page, served):
    watched = open_page()
    page, base = watched.page, watched.base
    sign_up(page, base)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{base}/login")
    page.get_by_label("E-mail").focus()
    page.keyboard.type("ada@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    watched.assert_clean()


@pytest.mark.parametrize(
    ("locale", "looks"), [("pt-PT", [("light", 375)]), ("en", [("dark", 375), ("dark", 1280)])]
)
def test_home_in_each_of_its_states_is_clean(open_page, served, locale, looks):
    """Nothing sold, something sold and something wrong, nothing in these days, the list away."""
    shop = served.shop
    watched = open_page(locale=locale)
    page, base = watched.page, watched.base
    page.goto(f"{base}/login")
    with served.app.app_context():
        organizations.create_user("ada@example.com", PASSWORD, org="Acme")
    page.locator("#email").fill("ada@example.com")
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(f"{base}/")
    assert faults_in(page, looks) == {}
    with served.app.app_context():
        world.open_shop(served.app, name="Books", webhook_url="http://127.0.0.1:9/hook")
    shop.pay(shop.order("12.50", currency="EUR"))
    wrong = shop.order(70, currency="USD", metadata={"scenario": "wrong_amount"})
    shop.pay(wrong)
    assert eventually(lambda: shop.see(wrong)["attention"]), "the worker beside hears of it"
    page.goto(f"{base}/")
    expect(page.locator(".chart__bar")).to_have_count(28)
    expect(page.locator("[data-need]")).to_have_count(1)
    page.locator(".chart details summary").click()
    assert faults_in(page, looks) == {}
    page.locator("#provider").select_option("books")
    page.locator(".asked form button").click()
    expect(page.locator(".empty")).to_have_count(1)
    assert faults_in(page, looks) == {}
    page.locator("#set-up button").click()
    page.wait_for_url(f"{base}/#set-up")
    expect(page.locator("#setup")).to_have_count(0)
    assert faults_in(page, looks) == {}
    watched.assert_clean()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_on_a_phone_the_header_is_one_line_and_its_menu_opens(served, open_page, javascript):
    watched = open_page(
        viewport={"width": 375, "height": 800}, has_touch=True, java_script_enabled=javascript
    )
    page = watched.page
    sign_up(page, watched.base)
    header, link = page.locator("header.side"), page.get_by_role("link", name="Integrations")
    assert header.bounding_box()["height"] <= 60
    expect(link).not_to_be_visible()
    page.get_by_text("Menu").click()
    assert faults(page) == [] if javascript else True
    link.click()
    page.wait_for_url("**/integrations")
    assert header.bounding_box()["height"] <= 60
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    watched.assert_clean()


def test_a_page_weighs_less_than_100_kb_and_asks_for_styles_once(open_page, served):
    signed_up = open_page()
    sign_up(signed_up.page, signed_up.base)
    fresh = open_page(storage_state=signed_up.page.context.storage_state())
    parts = first_visit(fresh.page, f"{fresh.base}/integrations")
    assert fresh.page.url == f"{fresh.base}/integrations"
    assert sum(one.body for one in parts) < LIMIT
    assert [one.kind for one in parts].count("stylesheet") == 1
