"""Shortcuts of the keyboard: they lead to pages, show their list, and leave typing alone."""

from playwright.sync_api import expect

from tests.browser.test_merchant_walk import sign_up


def test_letters_lead_to_pages_and_a_question_mark_shows_the_list(served, open_page):
    watched = open_page()
    page, base = watched.page, watched.base
    sign_up(page, base)
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url(f"{base}/orders")
    page.keyboard.press("x")
    page.keyboard.press("o")
    page.keyboard.press("?")
    shown = page.get_by_role("dialog", name="Shortcuts of the keyboard")
    expect(shown).to_be_visible()
    page.keyboard.press("Escape")
    expect(shown).not_to_be_visible()
    assert page.url == f"{base}/orders"
    watched.assert_clean()


def test_whoever_types_is_left_alone(served, open_page):
    watched = open_page()
    page, base = watched.page, watched.base
    sign_up(page, base)
    page.goto(f"{base}/providers/new")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("go?")
    assert page.get_by_label("Name", exact=True).input_value() == "go?"
    assert page.url == f"{base}/providers/new"
    page.goto(f"{base}/account/preferences")
    page.get_by_role("checkbox", name="Shortcuts of the keyboard").uncheck()
    page.get_by_role("button", name="Save").click()
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url == f"{base}/account/preferences"
