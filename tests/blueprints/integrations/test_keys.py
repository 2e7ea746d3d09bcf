"""Replacing keys on the page, and what it says is set up: for an organization and a provider."""

import re
from types import SimpleNamespace

import pytest
from flask import render_template

from app.models import Role
from app.registry import services
from app.services import sweep
from app.services.integrations import Line
from tests import world
from tests.bans import ROOT
from tests.fakes.stripe import StripeFake
from tests.merchant import person

OLD, NEW = "sk_test_51GatehouseCanary0001", "sk_test_51GatehouseCanary0002"
ALIEN, TYPO = "sk_test_51OfAnotherAccount03", "sk_test_51GatehouseCanaryOOO2"
PAGES = ["/integrations/stripe", "/providers/bitloader/credentials/stripe"]


@pytest.fixture
def stripe():
    with StripeFake() as fake:
        for key, account in ((OLD, "acct_A"), (NEW, "acct_A"), (ALIEN, "acct_B")):
            fake.account(key, id=account)
        yield fake


@pytest.fixture
def browser(make_app, stripe):
    app = make_app(STRIPE_API_BASE=stripe.url)
    world.open_shop(app)
    return person(app)


@pytest.fixture(params=PAGES, ids=["organization", "provider"])
def page(request, browser):
    assert browser.post(request.param, secretKey=OLD).status_code == 303
    return request.param


def error_at(response, field: str) -> str:
    found = re.search(rf'id="{field}-error">([^<]*)<', response.text)
    return found[1] if found else ""


def silence(stripe) -> None:
    stripe.fail_next("GET /v1/account", status=503, times=2)


def boxes(response) -> list[str]:
    return re.findall(r'<input[^>]*name="(save-unchecked|other-account)"', response.text)


def test_a_typo_is_refused_at_the_field_in_their_words_and_without_a_box(browser, page):
    response = browser.post(page, secretKey=TYPO)
    assert response.status_code == 422
    said = error_at(response, "secretKey")
    assert said.startswith("They do not accept it: Invalid API Key provided")
    assert said.endswith("Nothing was saved; what is stored goes on working.")
    assert (boxes(response), TYPO in response.text) == ([], False)
    assert "sk_test...0001" in browser.get(page).text


def test_silence_offers_a_box_and_the_box_saves(browser, page, stripe):
    silence(stripe)
    response = browser.post(page, secretKey=NEW)
    assert response.status_code == 422
    assert "They did not answer" in error_at(response, "secretKey")
    assert boxes(response) == ["save-unchecked"]
    assert boxes(browser.get(page)) == [], "nobody insists before they were told why"
    silence(stripe)
    assert browser.post(page, secretKey=NEW, **{"save-unchecked": "y"}).status_code == 303
    assert "sk_test...0002" in browser.get(page).text


def test_another_account_is_named_and_offers_a_box(browser, page):
    response = browser.post(page, secretKey=ALIEN)
    said = error_at(response, "secretKey")
    assert "acct_B" in said and "acct_A" in said
    assert boxes(response) == ["other-account"]
    assert browser.post(page, secretKey=ALIEN, **{"other-account": "y"}).status_code == 303


def test_the_old_key_is_shown_kept_and_one_press_goes_back(browser, page):
    browser.post(page, secretKey=NEW)
    text = browser.get(page).text
    assert 'id="kept"' in text and "sk_test...0001" in text
    back = browser.follow(f"{page}/previous/back")
    assert "The key from before is in use again." in back.text
    kept = back.text.partition('id="kept"')[2]
    assert "sk_test...0002" in kept


def test_the_old_key_is_deleted_by_a_press_or_by_the_clock(browser, page, later):
    for away in ("press", "clock"):
        browser.sign_in("owner@acme.example")
        browser.post(page, secretKey=NEW if away == "press" else OLD)
        assert 'id="kept"' in browser.get(page).text
        if away == "press":
            browser.follow(f"{page}/previous/remove")
        else:
            later(72 * 3600 + 1)
            browser.sign_in("owner@acme.example")
            with browser.app.app_context():
                sweep.purge()
        text = browser.get(page).text
        assert 'id="kept"' not in text and "is kept until" not in text
        assert browser.post(f"{page}/previous/back").status_code == 409


def test_going_back_asks_for_the_password_again(browser, page, later):
    browser.post(page, secretKey=NEW)
    later(601)
    for button in ("back", "remove"):
        response = browser.post(f"{page}/previous/{button}")
        assert response.location.startswith("/account/confirm")
    assert "sk_test...0002" in browser.get(page).text


def test_a_refused_connection_points_to_the_key_from_before(browser, stripe):
    browser.post(PAGES[0], secretKey=OLD)
    browser.post(PAGES[0], secretKey=NEW)
    stripe.revoke(NEW)
    page = browser.post(f"{PAGES[0]}/test").text
    assert 'href="#kept"' in page
    assert 'data-id="keys" data-standing="attention"' in page


def test_a_viewer_sees_the_key_from_before_without_buttons(browser, page):
    browser.post(page, secretKey=NEW)
    text = person(browser.app, Role.viewer).get(page).text
    assert 'id="kept"' in text
    assert "/previous/" not in text


def test_the_page_says_what_is_set_up_without_asking_them(browser, page, stripe):
    stripe.requests.clear()
    text = browser.get(page).text
    standing = dict(re.findall(r'data-id="(\w+)" data-standing="(\w+)"', text))
    assert standing == {
        "keys": "ok",
        "whose": "ok",
        "secret": "attention",
        "endpoint": "todo",
        "called": "todo",
        "refused": "ok",
    }
    assert stripe.requests == []


LINES = {
    "keys": "none incomplete refused live test stored",
    "whose": "own environment",
    "secret": "stored missing operator",
    "endpoint": "fine unseen missing elsewhere disabled incomplete no_secret sellers calls by_hand"
    " with_payments",
    "called": "yes never",
    "refused": "none unproved unverifiable too_large no_secret",
}


def test_every_line_has_words_and_no_words_are_left_over(browser):
    made = [Line(name, "ok", code) for name, codes in LINES.items() for code in codes.split()]
    card = SimpleNamespace(
        spec=services()["stripe"], can_register=True, lines=made, missing=("secretKey",)
    )
    with browser.app.test_request_context("/"):
        text = render_template("integrations/_checklist.html", card=card)
    assert text.count("data-standing") == len(made)
    source = (ROOT / "templates/integrations/_checklist.html").read_text()
    assert len(re.findall(r'\("\w+", "\w+"\): \(', source)) == len(made)
