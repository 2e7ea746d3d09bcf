"""Days and moments where the person is: in lists, filters, figures and forms."""

import re
from datetime import UTC, date, datetime

import pytest
from flask import g
from flask_babel import force_locale

from app.blueprints import moments
from tests import orders, world
from tests.merchant import person

# Where it is the first of July here, it is still June in New York and late in the morning in Japan.
NOW = datetime(2026, 7, 1, 2, 30, 15, tzinfo=UTC)
EVENING = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # July in Lisbon


@pytest.fixture
def asked(app, time_machine):
    time_machine.move_to(NOW, tick=False)
    with app.test_request_context():
        yield


def chosen(app, zone):
    browser = person(app)
    browser.post("/account/preferences", locale="", timezone=zone, shortcuts="y")
    return browser


@pytest.mark.parametrize(
    ("zone", "today", "begins"),
    [
        (None, date(2026, 7, 1), "2026-07-01T00:00:00+00:00"),
        ("America/New_York", date(2026, 6, 30), "2026-07-01T04:00:00+00:00"),
        ("Asia/Tokyo", date(2026, 7, 1), "2026-06-30T15:00:00+00:00"),
        ("Europe/Atlantis", date(2026, 7, 1), "2026-07-01T00:00:00+00:00"),
    ],
)
def test_today_and_its_midnight_are_those_of_the_person(asked, zone, today, begins):
    g.timezone_hint = zone
    assert moments.today() == today
    assert moments.midnight(date(2026, 7, 1)).isoformat() == begins


def test_no_day_is_out_of_bounds(asked):
    g.timezone_hint = "Asia/Tokyo"
    assert moments.midnight(date.min) < moments.midnight(date(2026, 1, 1))
    assert moments.midnight(date.max) > moments.midnight(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("locale", "exact", "said"),
    [
        ("en", False, "Jun 30, 2026, 10:30 PM"),
        ("en", True, "Jun 30, 2026, 10:30:15 PM"),
        ("pt_PT", False, "30/06/2026, 22:30"),
    ],
)
def test_a_moment_is_said_in_the_persons_zone_and_language(asked, locale, exact, said):
    g.timezone_hint = "America/New_York"
    with force_locale(locale):
        assert moments.when(NOW, exact=exact).replace("\u202f", " ") == said


@pytest.mark.parametrize(("zone", "found"), [("UTC", 0), ("Europe/Lisbon", 1)])
def test_an_order_of_the_evening_is_of_the_day_it_was_where_the_person_is(
    app, time_machine, zone, found
):
    time_machine.move_to(EVENING, tick=False)
    shop = world.open_shop(app)
    shop.order(20, itemName="A chair")
    time_machine.move_to(NOW, tick=False)
    browser = chosen(app, zone)
    for query in ("since=2026-07-01", "days=1", "since=2026-07-01&until=2026-07-01"):
        assert browser.get(f"/orders?{query}").text.count("A chair") == found, query
    assert browser.get("/orders?until=2026-06-30").text.count("A chair") == 1 - found
    assert f"Days in {zone}." in browser.get("/orders").text


@pytest.mark.parametrize(("zone", "label"), [("UTC", "Jun 30"), ("Europe/Lisbon", "Jul 1")])
def test_the_figures_have_the_persons_days(app, time_machine, zone, label):
    time_machine.move_to(NOW, tick=False)
    shop = world.open_shop(app)
    orders.add_several(shop, {"status": "paid", "paid_at": EVENING, "amount_minor": 4200})
    page = chosen(app, zone).get("/?days=7").text
    assert re.search(r"<title>([^:<]+): (?!\D*0\.00)", page)[1] in {label, _other_way(label)}
    assert f"Day ({zone})" in page


def _other_way(label: str) -> str:
    month, day = label.split()
    return f"{day} {month}"


def test_the_log_of_deliveries_has_the_persons_days(app, time_machine, httpserver):
    time_machine.move_to(EVENING, tick=False)
    shop = world.open_shop(app, webhook_url=httpserver.url_for("/hook"))
    shop.cancel(shop.order(20))
    time_machine.move_to(NOW, tick=False)
    browser = chosen(app, "Europe/Lisbon")
    assert "dlv_" in browser.get("/deliveries?since=2026-07-01").text
    assert "dlv_" not in browser.get("/deliveries?until=2026-06-30").text
    assert "Days in Europe/Lisbon." in browser.get("/deliveries").text


def test_an_export_offers_the_persons_zone_first(app, time_machine):
    time_machine.move_to(NOW, tick=False)
    world.open_shop(app).order(20)
    page = chosen(app, "America/New_York").get("/orders/export").text
    assert re.search(r'<option selected value="([^"]+)"', page)[1] == "America/New_York"
