"""Signing in, up and out in a browser."""

import re

import pytest

from app.services import people, signing_up
from tests.bans import ROOT
from tests.merchant import PASSWORD, Merchant, person


@pytest.fixture
def browser(app):
    return Merchant(app)


def test_a_stranger_signs_in_first_and_comes_back(app, browser):
    person(app)
    response = browser.get("/providers/new")
    assert (response.status_code, response.location) == (303, "/login?next=/providers/new")
    response = browser.sign_in("owner@acme.example", next="/providers/new")
    assert (response.status_code, response.location) == (303, "/providers/new")
    assert browser.get("/providers/new").status_code == 200


def test_htmx_is_told_to_go_to_the_sign_in_page(browser):
    response = browser.get("/integrations", **{"HX-Request": "true"})
    assert response.status_code == 401
    assert response.headers["HX-Redirect"].startswith("/login")


@pytest.mark.parametrize(
    "goal",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/e",
     "\\\\evil.example", "evil.example", "/a\r\nSet-Cookie: x=y"],
)  # fmt: skip
def test_nobody_is_sent_to_a_strange_place(app, goal):
    person(app)
    browser = Merchant(app)
    token = browser.token()
    response = browser.client.post(
        "/login",
        query_string={"next": goal},
        data={"csrf_token": token, "email": "owner@acme.example", "password": PASSWORD},
    )
    assert (response.status_code, response.location) == (303, "/")


def test_a_wrong_password_is_a_sentence_and_keeps_the_address(app, browser):
    person(app)
    response = browser.sign_in("owner@acme.example", "not the password")
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert 'value="owner@acme.example"' in response.text
    assert "not the password" not in response.text


def test_an_empty_form_says_what_is_missing(browser):
    response = browser.post("/login", email="", password="")
    assert response.status_code == 422
    assert response.text.count('aria-invalid="true"') == 2


def test_after_too_many_tries_the_page_asks_to_wait(app, browser):
    person(app)
    answers = [browser.sign_in("owner@acme.example", "guess").status_code for _ in range(8)]
    assert answers == [422] * 5 + [429] * 3
    elsewhere = Merchant(app, "198.51.100.7")
    assert elsewhere.sign_in("owner@acme.example").status_code == 303


def test_two_web_processes_count_together(app, make_app):
    person(app)
    other = make_app()
    for number in range(5):
        Merchant([app, other][number % 2]).sign_in("owner@acme.example", "guess")
    assert Merchant(app).sign_in("owner@acme.example", "guess").status_code == 429
    assert Merchant(other).sign_in("owner@acme.example", "guess").status_code == 429


# --- signing out


def cookie_of(browser) -> str:
    return browser.client.get_cookie("gh").value


def test_a_cookie_is_worth_nothing_after_signing_out(app):
    browser = person(app)
    stolen = cookie_of(browser)
    assert browser.post("/logout").location == "/login"
    thief = Merchant(app)
    thief.client.set_cookie("gh", stolen)
    assert thief.get("/").location == "/login?next=/"


def test_a_copied_cookie_is_worth_nothing_after_a_new_password(app):
    browser, thief = person(app), Merchant(app)
    stolen = cookie_of(browser)
    browser.post("/account/password", current=PASSWORD, password="another afternoon in June")
    thief.client.set_cookie("gh", stolen)
    assert thief.get("/").location == "/login?next=/"


def test_a_known_browser_stays_known_after_signing_out(app):
    browser = person(app)
    browser.post("/logout")
    assert browser.client.get_cookie("gh").expires is not None
    for number in range(30):
        Merchant(app, f"203.0.113.{number}").sign_in("owner@acme.example", "guess")
    assert browser.sign_in("owner@acme.example").status_code == 303


def test_styles_and_scripts_carry_no_cookie(app):
    browser = person(app)
    page = browser.get("/").text
    for path in re.findall(r'(?:href|src)="(/(?:styles|static|vendor)/[^"#]+)', page):
        response = browser.client.get(path, buffered=True)
        assert response.status_code == 200, path
        assert "Set-Cookie" not in response.headers, path
        assert "Cookie" not in response.headers.get("Vary", ""), path


def test_a_form_of_another_organization_that_was_open_in_a_tab_is_refused(app):
    from app.extensions import db, transaction
    from app.models import Membership
    from app.services import organizations

    browser = person(app)
    with app.app_context():
        second = organizations.ensure("Second")
        user = people.sign_in("owner@acme.example", PASSWORD, address="x")
        with transaction():
            db.session.add(Membership(organization_id=second.id, user_id=user.id, role="owner"))
    old_tab = browser.token()
    assert browser.post(f"/account/organization/{second.id}").status_code == 303
    key = "sk_test_51GatehouseTestsOnly0001"
    refused = browser.post("/integrations/stripe", token=old_tab, secretKey=key)
    assert refused.status_code in {400, 422}
    assert "Not configured" in browser.get("/integrations/stripe").text


@pytest.mark.parametrize("fields", [{"email": "a\x00b@example.com"}, {"password": "\x00"}])
def test_a_nul_in_a_form_is_refused(browser, fields):
    assert (
        browser.post("/login", **{"email": "a@b.cd", "password": "x", **fields}).status_code == 400
    )


def test_the_database_away_is_said_to_people_who_are_signed_in_too(app):
    from sqlalchemy import text

    from app.extensions import db

    browser = person(app)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE sessions RENAME TO gone"))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    response = browser.get("/account")
    assert response.status_code in {500, 503}
    assert response.headers["X-Request-Id"] in response.text


def test_the_language_one_chose_stays(app):
    browser = person(app)
    assert 'lang="pt-PT"' in browser.get("/?lang=pt-PT").text
    assert '<html lang="pt-PT">' in browser.get("/providers").text
    answer = browser.client.post(
        "/account/password",
        data={"csrf_token": browser.token()},
        headers={"Referer": "http://localhost/account"},
    )
    assert answer.status_code == 422
    assert 'href="/account?lang=en"' in answer.text


def test_a_cookie_is_worth_nothing_after_a_new_password(app):
    browser, other = person(app), Merchant(app)
    other.sign_in("owner@acme.example")
    changed = browser.post(
        "/account/password", current=PASSWORD, password="another afternoon in June"
    )
    assert changed.status_code == 303
    assert browser.get("/").status_code == 200
    assert other.get("/").status_code == 303


def test_signing_in_gives_a_cookie_that_nobody_held_before(app):
    person(app)
    browser = Merchant(app)
    browser.get("/login")
    before = cookie_of(browser)
    browser.sign_in("owner@acme.example")
    assert cookie_of(browser) != before


def test_one_signs_ones_other_browsers_out(app):
    browser, other = person(app), Merchant(app)
    other.sign_in("owner@acme.example")
    assert browser.get("/account").text.count("data-id=") == 2
    browser.post("/account/sessions/end-others")
    assert other.get("/").status_code == 303
    assert browser.get("/account").text.count("data-id=") == 1


def test_nobody_signs_somebody_elses_browser_out(app):
    browser, other = person(app), person(app, org="Other")
    session_id = other.get("/account").text.split('data-id="')[1].split('"')[0]
    assert browser.post(f"/account/sessions/{session_id}/end").status_code == 404
    assert other.get("/").status_code == 200


# --- signing up


def test_who_signs_up_is_in_at_once_with_an_organization(browser):
    assert browser.sign_up().location == "/"
    assert "Acme" in browser.get("/").text


def test_in_production_only_the_link_from_the_log_lets_the_first_one_in(make_app):
    app = make_app(
        APP_ENV="production", PUBLIC_BASE_URL="https://pay.example.com", WEBHOOK_ALLOWED_CIDRS=""
    )
    browser = Merchant(app)
    closed = browser.client.get("/signup", base_url="https://pay.example.com")
    assert closed.status_code == 404
    assert "log holds the link" in closed.text
    with app.app_context():
        link = signing_up.first_link()
    assert browser.client.get(link, base_url="https://pay.example.com").status_code == 200


def test_signing_up_is_closed_after_the_first(app, browser):
    browser.sign_up()
    closed = Merchant(app).get("/signup")
    assert closed.status_code == 404
    assert "ask one of its owners for an invitation" in closed.text


# --- giving the password again


def test_what_is_grave_needs_the_password_again_after_a_while(app, later):
    browser = person(app)
    assert browser.get("/providers/new").status_code == 200
    later(601)
    response = browser.get("/providers/new")
    assert response.location == "/account/confirm?next=/providers/new"
    response = browser.post("/account/confirm?next=/providers/new", password="not mine at all")
    assert response.status_code == 422
    response = browser.post("/account/confirm?next=/providers/new", password=PASSWORD)
    assert response.location == "/providers/new"
    assert browser.get("/providers/new").status_code == 200


def test_a_person_without_an_organization_is_told_so(app):
    from app.services import organizations

    with app.app_context():
        organizations.create_user("lone@example.com", PASSWORD, org=None)
    browser = Merchant(app)
    browser.sign_in("lone@example.com")
    assert browser.get("/").location == "/account"
    assert "You belong to no organization" in browser.get("/account").text
    assert browser.get("/account").status_code == 200


# --- which password


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "That is among the first passwords anybody tries."),
        ("pt-PT", "Essa está entre as primeiras palavras-passe que se experimentam."),
    ],
)
def test_who_chose_a_guessable_password_is_told_in_their_language_what_would_do(
    app, language, sentence
):
    browser = Merchant(app)
    fields = {"organization": "Acme", "email": "ada@example.com"}
    refused = browser.post(f"/signup?lang={language}", **fields, password="password123456")
    assert refused.status_code == 422
    assert sentence in refused.text
    assert 'id="password-error"' in refused.text
    assert browser.post("/signup", **fields, password="acme2026acme2026").status_code == 422
    assert browser.post("/signup", **fields, password=PASSWORD).status_code == 303


def test_nothing_of_ours_stands_in_the_way_of_pasting_a_password():
    scripts = [path.read_text() for path in (ROOT / "static" / "js").glob("*.js")]
    assert scripts
    assert not any(re.search(r"\bpaste\b|\bbeforeinput\b", one) for one in scripts)
