"""The links of our letters, in a browser."""

import re

import pytest

from app.services import mail, people
from tests.merchant import PASSWORD, Merchant, person
from tests.world import run_tasks

EMAIL, NEW = "owner@acme.example", "seven herons over the mill"


def link(app, to: str = "") -> str:
    """The path of the newest letter's link, of those to this address if one is given."""
    run_tasks(app)
    with app.app_context():
        letter = next(one for one in mail.outbox() if to in one["To"])
    text = letter.get_body(("plain",)).get_content()
    return re.search(r"https?://[^/]+(/\S+/\S+)", text)[1]


def test_a_person_who_forgot_gets_back_in(app):
    there = person(app)
    browser = Merchant(app)
    page = browser.follow("/login/forgot", email=EMAIL)
    assert "is on its way" in page.text
    where = link(app)
    assert EMAIL in browser.get(where).text
    page = browser.follow(where, password=NEW)
    assert "sign in with it" in page.text
    assert browser.sign_in(EMAIL, NEW).status_code == 303
    assert there.get("/").status_code == 303, "the old browser is signed out"
    assert browser.get(where).status_code == 410
    assert browser.post(where, password=NEW).status_code == 410
    assert "person.password_reset" in browser.get("/audit").text


def test_an_address_without_account_gets_the_same_answer(app):
    person(app)
    browser = Merchant(app)
    answers = {
        re.sub(r'value="[^"]+"', "", browser.follow("/login/forgot", email=email).text)
        for email in (EMAIL, "nobody@example.com")
    }
    assert len(answers) == 1


def test_a_password_that_will_not_do_is_a_sentence_at_the_field(app):
    person(app)
    browser = Merchant(app)
    browser.post("/login/forgot", email=EMAIL)
    response = browser.post(link(app), password="short")
    assert response.status_code == 422
    assert "12" in response.text


@pytest.mark.parametrize(
    "where", ["/login/reset/x", "/account/address/x", "/login/reset/" + "A" * 900]
)
def test_a_link_that_is_none_is_a_page_that_says_what_to_do(app, where):
    response = Merchant(app).get(where)
    assert response.status_code == 410
    assert "Ask for a new one" in response.text


def test_changing_the_address_needs_the_password_and_the_link(app, later):
    browser = person(app)
    later(660)
    assert "/account/confirm" in browser.post("/account/address", email="new@acme.example").location
    browser.post("/account/confirm", password=PASSWORD)
    page = browser.follow("/account/address", email="new@acme.example")
    assert "new@acme.example" in page.text
    where = link(app, to="new@acme.example")
    assert browser.get(where).status_code == 200, "a program that opens the link changes nothing"
    assert EMAIL in browser.get("/account").text
    page = browser.follow(where)
    assert "new@acme.example" in page.text
    assert "Not confirmed" not in page.text


def test_a_taken_or_wrong_address_is_a_sentence(app):
    person(app, email="bob@acme.example")
    browser = person(app)
    for email, said in [("bob@acme.example", "already"), ("no address", "not an e-mail")]:
        response = browser.post("/account/address", email=email)
        assert response.status_code == 422
        assert said in response.text


def test_who_signs_up_is_asked_to_confirm_the_address(app):
    browser = Merchant(app)
    browser.sign_up()
    assert "Not confirmed" in browser.get("/account").text
    page = browser.follow(link(app))
    assert "Not confirmed" not in page.text
    with app.app_context():
        assert people.sign_in("ada@example.com", PASSWORD, address="192.0.2.1")


def test_the_outbox_is_a_page_of_development_only(app, make_app, sqlite_url):
    assert app.test_client().get("/outbox").status_code == 404
    dev = make_app(sqlite_url, APP_ENV="development")
    browser = Merchant(dev)
    browser.sign_up()
    run_tasks(dev)
    assert "/account/address/" in browser.get("/outbox").text


def test_nobody_proves_an_address_for_a_stranger_who_signed_up_with_it(app):
    squatter = Merchant(app)
    squatter.sign_up()
    where = link(app)
    stranger = Merchant(app)
    for response in (stranger.get(where), stranger.post(where)):
        assert response.location.startswith("/login?next=/account/address/")
    other = person(app, org="Other")
    assert other.post(where).status_code == 410
    assert "Not confirmed" in squatter.get("/account").text
