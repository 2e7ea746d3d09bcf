"""Signing in with Google and GitHub in a browser: what a company's word is worth here."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pyotp
import pytest

from app.extensions import db, reading, transaction
from app.kit import clock
from app.models import Identity, User
from app.services import organizations, passwords, second_factor, sessions
from tests.fakes.github import GitHubFake
from tests.merchant import PASSWORD, Merchant, person
from tests.servers import oidc

BACK = "/login/with/google/callback"
EMAIL = "owner@acme.example"


@pytest.fixture(scope="module")
def google():
    with oidc.start() as server:
        yield server


@pytest.fixture
def app(make_app, google):
    return make_app(
        GOOGLE_CLIENT_ID="client", GOOGLE_CLIENT_SECRET="s3cret-of-google",
        GOOGLE_DISCOVERY_URL=google.discovery_url, SIGNUP="open",
    )  # fmt: skip


def out(browser, path="/login/with/google", *, post=False, **fields):
    """Send the browser away; where it is sent."""
    response = browser.post(path, **fields) if post else browser.get(path)
    assert response.status_code == 302, response.text[-500:]
    return response.location


def back(browser, told, where=BACK):
    return browser.get(f"{where}?{urlencode(told)}")


def arrive(browser, google, sub="ada", **claims):
    """Sign in with Google as `sub`; the answer to the callback."""
    google.person(sub, **{"email": EMAIL, "email_verified": True, **claims})
    return back(browser, google.consent(out(browser), sub))


def identities(app) -> list[tuple[str, str]]:
    with app.app_context(), reading() as session:
        rows = session.query(Identity, User).join(User, User.id == Identity.user_id).all()
        return [(one.Identity.subject, one.User.email) for one in rows]


def code(response) -> str:
    return re.search(r'data-code="(\w+)"', response.text)[1]


# --- somebody new


def test_somebody_new_names_an_organization_and_is_in(app, google):
    browser = Merchant(app)
    response = arrive(browser, google, "new", email="New@Shop.example")
    assert response.location.startswith("/signup/finish")
    assert "new@shop.example" in browser.get("/signup/finish").text
    page = browser.follow("/signup/finish", organization="New shop")
    assert "<h1>New shop</h1>" in page.text
    assert identities(app) == [("new", "new@shop.example")]
    assert "Confirmed" in browser.get("/account").text
    again = Merchant(app)
    assert arrive(again, google, "new", email="elsewhere@shop.example").location == "/"
    assert "new@shop.example" in again.get("/account").text, "the address there changes none here"


def test_where_signing_up_is_closed_nobody_new_gets_in(make_app, google):
    app = make_app(
        GOOGLE_CLIENT_ID="client", GOOGLE_CLIENT_SECRET="s3cret-of-google",
        GOOGLE_DISCOVERY_URL=google.discovery_url, SIGNUP="first",
    )  # fmt: skip
    person(app)
    browser = Merchant(app)
    response = arrive(browser, google, "new", email="new@shop.example")
    assert code(browser.get(response.location)) == "sign_up_closed"
    assert browser.post("/signup/finish", organization="New shop").status_code == 403
    assert identities(app) == []


def test_the_first_person_of_an_installation_may_come_by_google_with_the_link(make_app, google):
    from app.services import signing_up

    app = make_app(
        GOOGLE_CLIENT_ID="client", GOOGLE_CLIENT_SECRET="s3cret-of-google",
        GOOGLE_DISCOVERY_URL=google.discovery_url, SIGNUP="invite",
    )  # fmt: skip
    with app.app_context():
        token = signing_up.first_link().rpartition("=")[2]
    browser = Merchant(app)
    google.person("first", email="first@shop.example", email_verified=True)
    where = out(browser, f"/login/with/google?first={token}")
    response = back(browser, google.consent(where, "first"))
    assert browser.post(response.location, organization="Shop").status_code == 303


# --- an address that has an account here


def test_an_account_is_never_taken_over_by_its_address_alone(app, google):
    person(app)
    browser = Merchant(app)
    response = arrive(browser, google)
    assert response.location == "/login/connect"
    assert browser.get("/").status_code == 303, "nobody is signed in"
    assert identities(app) == []
    assert browser.post("/login/connect", password="not the password").status_code == 422
    assert identities(app) == []
    assert browser.post("/login/connect", password=PASSWORD).location == "/"
    assert identities(app) == [("ada", EMAIL)]
    assert arrive(Merchant(app), google).location == "/"


def test_with_a_second_factor_the_password_alone_connects_nothing(app, google):
    user = _with_second_factor(app)
    browser = Merchant(app)
    arrive(browser, google)
    response = browser.post("/login/connect", password=PASSWORD)
    assert response.location.startswith("/login/code")
    assert identities(app) == []
    assert user


def test_who_has_a_second_factor_is_asked_for_it_here_too(app, google):
    user = _with_second_factor(app)
    _connect(app, user.id)
    browser = Merchant(app)
    assert arrive(browser, google).location.startswith("/login/code")
    assert browser.get("/").status_code == 303


def _with_second_factor(app):
    with app.app_context():
        user = organizations.create_user(EMAIL, PASSWORD, org="Acme")
        secret = second_factor.new_secret()
        who = sessions.find(sessions.start(user))
        second_factor.confirm(who, secret, pyotp.TOTP(secret).now())
        return user


def _connect(app, user_id, subject="ada"):
    with app.app_context(), transaction():
        db.session.add(Identity(user_id=user_id, company="google", subject=subject, email=EMAIL))


@pytest.mark.parametrize("verified", [False, "true", None])
def test_an_address_nobody_vouches_for_opens_nothing(app, google, verified):
    person(app)
    browser = Merchant(app)
    claims = {} if verified is None else {"email_verified": verified}
    google.person("mallory", email=EMAIL, **claims)
    response = back(browser, google.consent(out(browser), "mallory"))
    assert (response.status_code, code(response)) == (400, "sign_in_unverified")
    assert browser.get("/login/connect").location == "/login"
    assert identities(app) == []


def test_a_disabled_person_does_not_get_in(app, google):
    with app.app_context():
        user = organizations.create_user(EMAIL, PASSWORD, org="Acme")
    _connect(app, user.id)
    with app.app_context(), transaction():
        db.session.get_one(User, user.id).disabled_at = clock.now()
    assert code(arrive(Merchant(app), google)) == "sign_in_disabled"


# --- a callback that is not this browser's


def test_a_callback_counts_once_in_the_browser_that_began_it(app, google):
    google.person("ada", email=EMAIL, email_verified=True)
    browser, other = Merchant(app), Merchant(app)
    told = google.consent(out(browser), "ada")
    assert code(back(other, told)) == "sign_in_state"
    assert back(browser, told).status_code == 303
    assert code(back(browser, told)) == "sign_in_state"
    assert code(back(browser, {**told, "state": "x"})) == "sign_in_state"


def test_a_changed_nonce_and_a_refusal_are_pages_for_people(app, google):
    browser = Merchant(app)
    google.person("ada", email=EMAIL, email_verified=True)
    where = re.sub(r"nonce=[^&]+", "nonce=another", out(browser))
    response = back(browser, google.consent(where, "ada"))
    assert (response.status_code, code(response)) == (400, "sign_in_invalid")
    response = back(browser, google.refuse(out(browser)))
    assert code(response) == "sign_in_denied"
    assert "s3cret" not in response.text


def test_a_company_that_is_away_is_said(make_app):
    app = make_app(
        GOOGLE_CLIENT_ID="client", GOOGLE_CLIENT_SECRET="s3cret-of-google",
        GOOGLE_DISCOVERY_URL="http://127.0.0.1:9/openid",
    )  # fmt: skip
    assert Merchant(app).get("/login/with/google").status_code == 503


def test_a_company_that_is_not_set_up_is_not_offered(app, make_app):
    assert "Continue with Google" in Merchant(app).get("/login").text
    assert "GitHub" not in Merchant(app).get("/login").text
    assert Merchant(app).get("/login/with/github").status_code == 404
    assert Merchant(app).get("/login/with/github/callback").status_code == 404
    assert "Continue with" not in Merchant(make_app()).get("/login").text


def test_a_callback_begun_for_one_purpose_counts_for_no_other(app, google):
    """A link that was begun in the owner's browser does not sign a stranger's browser in, and a
    sign-in does not connect anything."""
    owner = person(app)
    google.person("ada", email="other@shop.example", email_verified=True)
    told = google.consent(out(owner, "/account/identities/google", post=True), "ada")
    owner.post("/logout")
    assert code(back(owner, told)) == "sign_in_state"
    assert identities(app) == []


# --- connecting and disconnecting from the account page


def test_connecting_needs_the_password_and_disconnecting_leaves_a_way_in(app, google, later):
    browser = person(app)
    later(660)
    assert "/account/confirm" in browser.post("/account/identities/google").location
    browser.post("/account/confirm", password=PASSWORD)
    google.person("ada", email="private@shop.example", email_verified=False)
    told = google.consent(out(browser, "/account/identities/google", post=True), "ada")
    page = browser.get(back(browser, told).location)
    assert "private@shop.example" in page.text
    assert identities(app) == [("ada", EMAIL)]
    page = browser.follow("/account/identities/google/remove")
    assert identities(app) == []
    assert "Not connected" in page.text


def test_an_identity_signs_in_one_person_only(app, google):
    with app.app_context():
        bob = organizations.create_user("bob@shop.example", PASSWORD, org="Shop")
    _connect(app, bob.id)
    browser = person(app)
    google.person("ada", email=EMAIL, email_verified=True)
    told = google.consent(out(browser, "/account/identities/google", post=True), "ada")
    response = back(browser, told)
    assert (response.status_code, code(response)) == (409, "identity_taken")
    assert identities(app) == [("ada", "bob@shop.example")]


def test_the_last_way_in_stays_and_confirms_who_one_is(app, google, later):
    browser = Merchant(app)
    arrive(browser, google, "new", email="new@shop.example")
    browser.post("/signup/finish", organization="New shop")
    page = browser.follow("/account/identities/google/remove")
    assert "only way in" in page.text
    later(660)
    assert "/account/confirm" in browser.get("/providers/new").location
    page = browser.get("/account/confirm?next=/providers/new")
    assert 'name="password"' not in page.text
    assert google.url in page.headers["Content-Security-Policy"].partition("form-action")[2]
    where = out(browser, "/account/confirm/google?next=/providers/new", post=True)
    google.person("somebody else", email="x@shop.example", email_verified=True)
    assert "/account/confirm" in back(browser, google.consent(where, "somebody else")).location
    assert browser.get("/providers/new").status_code == 303
    where = out(browser, "/account/confirm/google?next=/providers/new", post=True)
    assert back(browser, google.consent(where, "new")).location == "/providers/new"
    assert browser.get("/providers/new").status_code == 200


# --- proving once more who one is


def confirmed_with(browser, google, sub="ada", **claims):
    """Confirm with Google as `sub`; the answer to the callback."""
    google.person(sub, **{"email": EMAIL, "email_verified": True, **claims})
    where = out(browser, "/account/confirm/google?next=/providers/new", post=True)
    return back(browser, google.consent(where, sub))


def is_fresh(browser) -> bool:
    return browser.get("/providers/new").status_code == 200


def test_who_has_a_password_confirms_with_it_alone(app, google, later):
    browser = person(app)
    _connect(app, _id(app))
    later(660)
    assert "Confirm with Google" not in browser.get("/account/confirm").text
    response = browser.post("/account/confirm/google?next=/providers/new")
    assert response.location == "/account/confirm?next=/providers/new", "nor by hand"
    assert not is_fresh(browser)
    browser.post("/account/confirm", password=PASSWORD)
    assert is_fresh(browser)


def test_signing_in_elsewhere_is_not_giving_the_password(app, google):
    browser = person(app)
    _connect(app, _id(app))
    browser.post("/logout")
    assert arrive(browser, google).location == "/"
    assert not is_fresh(browser), "or two clicks would do what confirming refuses"


def test_a_password_that_was_chosen_meanwhile_is_what_counts(app, google, later):
    browser = _without_password(app, google)
    later(660)
    where = out(browser, "/account/confirm/google?next=/providers/new", post=True)
    with app.app_context(), transaction():
        user = db.session.query(User).filter_by(email=EMAIL).one()
        user.password_hash = passwords.hash_password(PASSWORD)
    assert "/account/confirm" in back(browser, google.consent(where, "ada")).location
    assert not is_fresh(browser)


@pytest.mark.parametrize("has_password", [True, False])
def test_with_a_second_factor_the_company_is_half_and_a_code_the_other(
    app, google, later, has_password
):
    browser = person(app) if has_password else _without_password(app, google)
    if has_password:
        _connect(app, _id(app))
    secret = re.search(r'data-secret="totp">(\w+)<', browser.get("/account/second-factor").text)[1]
    browser.post("/account/second-factor", code=_code(secret))
    later(660)
    assert browser.get("/account/confirm/code").location.startswith("/account/confirm")
    assert "Confirm with Google" in browser.get("/account/confirm").text
    where = confirmed_with(browser, google).location
    assert where == "/account/confirm/code?next=/providers/new"
    assert not is_fresh(browser)
    assert browser.post(where, code="000000").status_code == 422
    assert not is_fresh(browser)
    assert browser.post(where, code=_code(secret)).location == "/providers/new"
    assert is_fresh(browser)
    later(660)
    assert confirmed_with(browser, google).location == where
    later(301)
    assert browser.post(where, code=_code(secret)).location.startswith("/account/confirm?")


def test_a_sign_in_there_of_long_ago_confirms_nothing(app, google, later):
    browser = _without_password(app, google)
    later(660)
    long_ago = int(clock.now().timestamp()) - 3600
    response = confirmed_with(browser, google, auth_time=long_ago)
    assert (response.status_code, code(response)) == (400, "sign_in_stale")
    assert "/login/forgot" in response.text, "what to do"
    assert not is_fresh(browser)
    google.person("ada", email=EMAIL, email_verified=True)
    assert confirmed_with(browser, google).location == "/providers/new"


def _without_password(app, google) -> Merchant:
    browser = Merchant(app)
    arrive(browser, google)
    assert browser.post("/signup/finish", organization="Acme").status_code == 303
    return browser


def _id(app) -> str:
    with app.app_context(), reading() as session:
        return session.query(User).filter_by(email=EMAIL).one().id


def _code(secret: str) -> str:
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()))


# --- GitHub


def test_github_signs_in_by_its_number_and_by_a_primary_verified_address_only(make_app):
    with GitHubFake() as github:
        github.app("client", "s3cret-of-github")
        app = make_app(
            GITHUB_CLIENT_ID="client", GITHUB_CLIENT_SECRET="s3cret-of-github",
            GITHUB_BASE_URL=github.url, GITHUB_API_BASE=github.api, SIGNUP="open",
        )  # fmt: skip
        browser = Merchant(app)
        where = out(browser, "/login/with/github")
        asked = parse_qs(urlsplit(where).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert _github(github, browser, where).location.startswith("/signup/finish")
        page = browser.follow("/signup/finish", organization="Hub")
        assert "<h1>Hub</h1>" in page.text


def _github(github, browser, where):
    from tests.fakes.github import address

    github.person("ada", 7, address("ada@hub.example"))
    return back(browser, github.consent(where, "ada"), "/login/with/github/callback")
