"""A company with one place for an address: the page and the command line say whose is in it."""

import pytest

from tests import world
from tests.adapters.gateways.rigs.easypay import ACCOUNT, KEY
from tests.fakes.easypay import EasypayFake
from tests.flows.easypay_shop import open_easypay_shop
from tests.merchant import person

OTHER = "https://old-shop.example/easypay"


@pytest.fixture
def fake():
    with EasypayFake() as fake:
        fake.account(ACCOUNT, KEY).config["generic"] = OTHER
        yield fake


@pytest.fixture
def shop(make_app, fake) -> world.Shop:
    return open_easypay_shop(make_app(EASYPAY_API_BASE=fake.api), fake)


def test_the_page_shows_the_other_address_and_what_the_button_would_do(shop, fake):
    browser = person(shop.app)
    tested = browser.post("/integrations/easypay/test")
    assert tested.status_code == 200 and f"Notifications go to {OTHER}" in tested.text
    seen = browser.post("/integrations/easypay/endpoint/check")
    assert 'data-state="elsewhere"' in seen.text and f"<code>{OTHER}</code>" in seen.text
    assert "Another address had the only place" in browser.get("/integrations/easypay").text
    assert fake.accounts[ACCOUNT].config["generic"] == OTHER

    mended = browser.post("/integrations/easypay/endpoint")
    assert 'data-state="fine"' in mended.text
    assert fake.accounts[ACCOUNT].config["generic"] == shop.hook


def test_the_command_line_says_so_too(shop):
    runner = shop.app.test_cli_runner()
    words = ["webhook-endpoints", "check", "easypay", "--org", "acme"]
    seen = runner.invoke(args=words)
    assert seen.exit_code == 1 and f"there now: {OTHER}" in seen.output
    assert runner.invoke(args=["webhook-endpoints", "repair", *words[2:]]).exit_code == 0
    assert runner.invoke(args=words).exit_code == 0
