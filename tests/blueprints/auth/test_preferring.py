"""Language, time zone and shortcuts of one person, in every browser they sign in with."""

import pytest

from app.models import Role
from tests import world
from tests.merchant import Merchant, person

PLACE = "/account/preferences"


def prefer(browser, **fields):
    wanted = {"locale": "", "timezone": "", "shortcuts": "y", **fields}
    return browser.follow(PLACE, **{k: v for k, v in wanted.items() if v is not None})


def test_the_language_is_kept_for_the_next_browser_as_well(app):
    browser = person(app)
    assert "Guardado." in prefer(browser, locale="pt_PT").text
    other = Merchant(app)
    other.sign_in("owner@acme.example")
    assert 'lang="pt-PT"' in other.get("/").text
    assert 'lang="en"' in other.get("/?lang=en").text, "a look in another one is possible"
    assert 'lang="en"' in other.get("/account").text, "and stays for this session"


def test_what_was_chosen_at_the_door_stays_without_a_preference(app):
    person(app)
    other = Merchant(app)
    other.get("/login?lang=pt-PT")
    other.sign_in("owner@acme.example", lang="pt-PT")
    assert 'lang="pt-PT"' in other.get("/?lang=pt-PT").text
    assert 'lang="pt-PT"' in other.get("/account").text


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Europe/Lisbon", "Jul 1, 2027, 1:30"), ("America/New_York", "Jun 30, 2027, 8:30")],
)
def test_times_are_shown_in_the_persons_zone(app, time_machine, zone, shown):
    time_machine.move_to("2027-07-01T00:30:00+00:00", tick=False)
    shop = world.open_shop(app)
    shop.order(20)
    browser = person(app)
    assert "12:30\u202fAM UTC" in browser.get("/orders").text
    prefer(browser, timezone=zone)
    page = browser.get("/orders").text
    page = page.replace("\u202f", " ")
    assert shown in page and f'title="{zone.replace("_", " ")}"' in page and " UTC<" not in page


def test_shortcuts_can_be_switched_off(app):
    browser = person(app, Role.viewer)
    page = browser.get("/").text
    assert "js/keys.js" in page and 'id="keys"' in page and 'data-keys="g o"' in page
    assert "<kbd>l</kbd>" not in page, "what a viewer may not open has none"
    prefer(browser, shortcuts=None)
    page = browser.get("/").text
    assert "js/keys.js" not in page and 'id="keys"' not in page


def test_a_zone_that_there_is_not_is_said(app):
    browser = person(app)
    response = browser.post(PLACE, locale="", timezone="Europe/Atlantis", shortcuts="y")
    assert response.status_code == 422
