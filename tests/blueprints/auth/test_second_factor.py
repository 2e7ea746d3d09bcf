"""Signing in with a second factor, in a browser."""

import re

import pyotp
import pytest

from app.kit import clock
from tests.merchant import PASSWORD, Merchant, person

OWNER = "owner@acme.example"


@pytest.fixture
def browser(app):
    return person(app)


def code(secret: str) -> str:
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()))


@pytest.fixture
def on(browser):
    """It is switched on; the secret and the recovery codes."""
    page = browser.get("/account/second-factor").text
    secret = re.search(r'data-secret="totp">(\w+)<', page)[1]
    shown = browser.post("/account/second-factor", code=code(secret)).text
    return secret, re.findall(r"<code>([a-z0-9]{5}(?:-[a-z0-9]{5}){4})</code>", shown)


def test_the_password_alone_opens_nothing(app, on):
    thief = Merchant(app, "198.51.100.7")
    response = thief.sign_in(OWNER)
    assert response.location.startswith("/login/code")
    for path in ("/", "/account", "/integrations"):
        assert thief.get(path).location.startswith("/login")


def test_with_the_code_one_is_in_and_where_one_wanted(app, on, later):
    later(30)
    browser = Merchant(app)
    where = browser.sign_in(OWNER, next="/providers").location
    assert browser.post(where, code="000000").status_code == 422
    assert browser.post(where, code=code(on[0])).location == "/providers"
    assert browser.get("/providers").status_code == 200


def test_a_recovery_code_does_as_well_once(app, on):
    for expected in (303, 422):
        browser = Merchant(app)
        where = browser.sign_in(OWNER).location
        assert browser.post(where, code=on[1][0]).status_code == expected


def test_half_a_sign_in_ends_after_five_minutes(app, on, later):
    browser = Merchant(app)
    where = browser.sign_in(OWNER).location
    later(301)
    assert browser.post(where, code=code(on[0])).location == "/login"


def test_half_a_sign_in_ends_with_a_new_password(app, browser, on, later):
    later(30)
    thief = Merchant(app, "198.51.100.7")
    where = thief.sign_in(OWNER).location
    browser.post("/account/password", current=PASSWORD, password="another quiet afternoon")
    assert thief.post(where, code=code(on[0])).location == "/login"


def test_the_secret_that_is_being_set_up_lies_sealed_in_the_cookie(browser):
    from flask.sessions import SecureCookieSessionInterface

    page = browser.get("/account/second-factor").text
    secret = re.search(r'data-secret="totp">(\w+)<', page)[1]
    cookie = browser.client.get_cookie("gh").value
    held = SecureCookieSessionInterface().get_signing_serializer(browser.app).loads(cookie)
    assert held["totp"].startswith("enc:v1:")
    assert secret not in repr(held)


def test_without_a_password_there_is_no_code_to_enter(app):
    assert Merchant(app).get("/login/code").location == "/login"


def test_the_recovery_codes_are_shown_once(browser, on):
    assert len(on[1]) == 10
    page = browser.get("/account").text + browser.get("/account/second-factor").text
    assert not any(one in page for one in on[1])
    assert on[0] not in page


def test_the_picture_is_ours_and_kept_by_nobody(browser):
    browser.get("/account/second-factor")
    response = browser.get("/account/second-factor/qr")
    assert response.mimetype == "image/svg+xml"
    assert response.headers["Cache-Control"] == "no-store"


def test_switching_it_off_needs_the_password_again_after_a_while(app, browser, on, later):
    later(601)
    response = browser.post("/account/second-factor/remove")
    assert response.location.startswith("/account/confirm")
    browser.post("/account/confirm", password=PASSWORD)
    browser.post("/account/second-factor/remove")
    assert Merchant(app).sign_in(OWNER).location == "/"
