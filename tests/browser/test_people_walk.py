"""People in a real browser: invited, forgetful, signing in elsewhere."""

import re
import threading
import time

import pytest
from playwright.sync_api import expect

from app.services import mail
from tests.browser.test_merchant_walk import sign_up
from tests.browser.whole import faults
from tests.fakes.github import GitHubFake
from tests.merchant import PASSWORD
from tests.world import run_tasks

NEW = "seven herons over the mill"
DOORS = ("/login", "/signup", "/login/forgot", "/login/reset/x", "/login/with/github/callback")


@pytest.fixture(scope="module")
def github():
    with GitHubFake() as fake:
        fake.app("client", "s3cret-of-github")
        fake.person("ada", 7)
        yield fake


@pytest.fixture
def served_as(github):
    return {
        "SIGNUP": "open",
        "GITHUB_CLIENT_ID": "client",
        "GITHUB_CLIENT_SECRET": "s3cret-of-github",
        "GITHUB_BASE_URL": github.url,
        "GITHUB_API_BASE": github.api,
    }


def link(app, to: str, kind: str) -> str:
    """A letter's link, once the worker beside the app, or we, have sent it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        run_tasks(app)
        with app.app_context():
            letters = [one for one in mail.outbox() if one["To"] == to]
        for letter in letters:
            text = letter.get_body(("plain",)).get_content()
            if found := re.search(rf"https?://\S+/{kind}/\S+", text):
                return found[0]
        threading.Event().wait(0.05)
    raise AssertionError(f"no letter with /{kind}/ came for {to}")


def prove_address(app, watched) -> None:
    """Open the link that came with signing up."""
    watched.page.goto(link(app, "ada@example.com", "account/address"))
    watched.page.get_by_role("button", name="Confirm the address").click()
    watched.page.wait_for_url(f"{watched.base}/account")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_somebody_is_invited_joins_forgets_the_password_and_gets_back_in(
    served, open_page, javascript
):
    owner = open_page(java_script_enabled=javascript)
    sign_up(owner.page, owner.base)
    prove_address(served.app, owner)
    owner.page.get_by_role("link", name="Members").click()
    owner.page.get_by_label("E-mail").fill("grace@example.com")
    owner.page.get_by_label("Role", exact=True).select_option("viewer")
    owner.page.get_by_role("button", name="Invite", exact=True).click()
    guest = open_page(java_script_enabled=javascript)
    guest.page.goto(link(served.app, "grace@example.com", "invitation"))
    guest.page.get_by_label("New password").fill(PASSWORD)
    guest.page.get_by_role("button", name="Create account and join").click()
    guest.page.wait_for_url(f"{guest.base}/")
    expect(guest.page.get_by_text("Acme Tickets").first).to_be_visible()
    guest.page.get_by_role("button", name="Sign out").click()
    guest.page.get_by_role("link", name="Forgotten your password?").click()
    guest.page.get_by_label("E-mail").fill("grace@example.com")
    guest.page.get_by_role("button", name="Send the link").click()
    guest.page.goto(link(served.app, "grace@example.com", "reset"))
    guest.page.get_by_label("New password").fill(NEW)
    guest.page.get_by_role("button", name="Use this password").click()
    guest.page.get_by_label("E-mail").fill("grace@example.com")
    guest.page.get_by_label("Password").fill(NEW)
    guest.page.get_by_role("button", name="Sign in").click()
    guest.page.wait_for_url(f"{guest.base}/")
    owner.assert_clean()
    guest.assert_clean()


def test_a_company_is_connected_by_a_form_and_signs_in_by_a_link(served, open_page, github):
    """The browser itself holds the redirect after the form to the page's policy."""
    first = open_page()
    sign_up(first.page, first.base)
    first.page.goto(f"{first.base}/account")
    first.page.get_by_role("button", name="Connect GitHub").click()
    first.page.get_by_role("button", name="Authorize").click()
    first.page.wait_for_url(f"{first.base}/account")
    expect(first.page.locator("[data-id=github]")).to_contain_text("ada@example.com")
    second = open_page()
    second.page.goto(f"{second.base}/login")
    second.page.get_by_role("link", name="Continue with GitHub").click()
    second.page.get_by_role("button", name="Authorize").click()
    second.page.wait_for_url(f"{second.base}/")
    for one in (first, second):
        one.assert_clean(github.url)


def test_axe_finds_nothing_at_the_doors(served, open_page):
    first = open_page()
    sign_up(first.page, first.base)
    prove_address(served.app, first)
    first.page.goto(f"{first.base}/settings/members")
    first.page.get_by_label("E-mail").fill("grace@example.com")
    first.page.get_by_role("button", name="Invite", exact=True).click()
    invitation = link(served.app, "grace@example.com", "invitation")
    found = {}
    for scheme, width, locale in [("light", 375, "pt-PT"), ("dark", 1280, "en")]:
        look = {
            "color_scheme": scheme,
            "viewport": {"width": width, "height": 800},
            "locale": locale,
        }
        page = open_page(**look).page
        for path in (*DOORS, invitation.removeprefix(first.base)):
            page.goto(first.base + path)
            if wrong := faults(page):
                found[path, scheme] = wrong
    assert found == {}
