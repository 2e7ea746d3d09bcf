"""While a merchant types where customers go, the page shows where that leads."""

from tests.browser.test_merchant_walk import sign_up


def test_the_address_is_shown_while_it_is_typed(served, open_page):
    watched = open_page()
    page = watched.page
    sign_up(page, watched.base)
    page.goto(f"{watched.base}/providers/new")
    field = page.get_by_label("Send paid customers to")
    field.press_sequentially("https://shop.example.com/?o={orderId}&s={status}")
    page.locator("#success_url-preview code").filter(has_text="s=paid").wait_for()
    assert page.locator("#success_url-preview code").inner_text() == (
        "https://shop.example.com/?o=ord_01M8EXAMPLE&s=paid"
    )
    field.fill("shop.example.com")
    page.locator("#success_url-preview", has_text="Give a complete address").wait_for()
    assert page.locator("#cancel_url-preview").inner_text() == ""
    watched.assert_clean()
