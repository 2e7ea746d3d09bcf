"""Sending once more, from the pages: one delivery, or all that an endpoint did not take."""

import re

import pytest
from sqlalchemy import update

from app.extensions import db, transaction
from app.kit import clock
from app.models import Delivery, Role, WebhookEndpoint
from app.services.deliveries import replays
from tests import world
from tests.blueprints.providers.test_deliveries import answer, told
from tests.merchant import person


@pytest.fixture
def shop(app, httpserver):
    answer(httpserver, 204)
    return world.open_shop(app, webhook_url=httpserver.url_for("/hook"))


@pytest.fixture
def browser(app, shop):
    return person(app, Role.member)


def give_up(shop, count: int) -> None:
    for _ in range(count):
        told(shop)
    with shop.inside(), transaction():
        db.session.execute(update(Delivery).values(status="failed", last_error="E_TIMEOUT"))


@pytest.fixture
def page(shop, browser) -> str:
    """The address of the page for the endpoint."""
    found = browser.get("/providers/bitloader").text
    return re.search(r'href="(/providers/bitloader/endpoints/whe_\w+/replay)"', found)[1]


def test_one_is_sent_once_more_and_not_while_it_is_on_its_way(shop, browser, httpserver):
    id_ = told(shop)
    assert "on its way once more" in browser.follow(f"/deliveries/{id_}/redeliver").text
    again = browser.follow(f"/deliveries/{id_}/redeliver").text
    assert "It is on its way already." in again
    assert f"/deliveries/{id_}/redeliver" not in again
    world.run_serially(shop.app)
    assert len(httpserver.log) == 2
    assert "by hand" in browser.get(f"/deliveries/{id_}").text


def test_nothing_is_sent_where_the_endpoint_is_off_and_it_is_said_why(shop, browser, page):
    id_ = told(shop)
    give_up(shop, 1)
    with shop.inside(), transaction():
        db.session.execute(update(WebhookEndpoint).values(disabled_at=clock.now()))
    assert "switched off" in browser.follow(f"/deliveries/{id_}/redeliver").text
    assert browser.post(page, since="2026-01-01T00:00").status_code in {409, 422}
    assert 'type="datetime-local"' not in browser.get(page).text


def test_all_is_sent_once_more_with_progress_that_a_reload_shows(
    app, shop, browser, page, httpserver, later
):
    give_up(shop, 2)
    httpserver.clear_log()
    since = re.search(r'name="since"[^>]*value="([^"]+)"', browser.get(page).text)[1]
    running = browser.follow(page, since=since).text
    assert 'data-state="running"' in running and "0 of 2 sent" in running
    assert 'http-equiv="refresh"' in running and "hx-trigger" in running
    world.run_serially(app)
    assert "2 of 2 sent: 2 delivered, 0 given up again." in browser.get(page).text
    later(replays.EVERY + 1)
    world.run_serially(app)
    done = browser.get(page).text
    assert 'data-state="finished"' in done and "http-equiv" not in done
    assert len(httpserver.log) == 2


def test_it_can_be_cancelled_and_begun_anew(app, shop, browser, page):
    give_up(shop, 1)
    since = re.search(r'name="since"[^>]*value="([^"]+)"', browser.get(page).text)[1]
    assert browser.post(page, since=since).status_code == 303
    refused = browser.post(page, since=since)
    assert refused.status_code == 409 and "already" in refused.text
    assert 'data-state="cancelled"' in browser.follow(f"{page}/cancel").text
    assert browser.post(page, since=since).status_code == 303


@pytest.mark.parametrize("since", ["", "yesterday", "2020-01-01T00:00", "9999-01-01T00:00"])
def test_a_moment_that_makes_no_sense_is_said_at_the_field(shop, browser, page, since):
    response = browser.post(page, since=since)
    assert response.status_code == 422
    assert 'id="since-error"' in response.text


def test_where_nothing_was_given_up_nothing_begins(shop, browser, page):
    since = re.search(r'name="since"[^>]*value="([^"]+)"', browser.get(page).text)[1]
    response = browser.post(page, since=since)
    assert response.status_code == 409
    assert "Nothing was given up since then." in response.text


def test_whoever_may_only_look_sees_no_button(app, shop, page):
    id_, viewer = told(shop), person(app, Role.viewer)
    assert "/redeliver" not in viewer.get(f"/deliveries/{id_}").text
    assert "<form" not in viewer.get(page).text.partition("<main")[2].partition("</main")[0]
