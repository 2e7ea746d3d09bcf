"""Development's own page: a provider's server, and what it received."""

import json
import re

import pytest

from app.blueprints import demo as door
from app.kit import clock, signing
from app.services import demo

EVENT = {
    "event": "payment_succeeded",
    "eventId": "evt_01DEMO",
    "orderId": "ord_1",
    "amount": 5,
    "currency": "USD",
}


@pytest.fixture
def known(monkeypatch):
    found = {"webhookSecret": "whsec_" + "QUJD" * 8, "apiKey": "provider_x"}
    monkeypatch.setattr(demo, "remembered", lambda: found)
    monkeypatch.setattr(door, "_received", door.deque(maxlen=50))
    return found


@pytest.fixture
def development(make_app, known):
    return make_app(APP_ENV="development").test_client()


def deliver(client, known, event):
    body, now = json.dumps(event).encode(), int(clock.now().timestamp())
    headers = {
        "webhook-id": event["eventId"],
        "webhook-timestamp": str(now),
        "webhook-signature": signing.sign(event["eventId"], now, body, [known["webhookSecret"]]),
    }
    return client.post("/demo/webhook", data=body, headers=headers)


def test_a_webhook_is_shown_under_its_own_id(development, known):
    assert deliver(development, known, EVENT).status_code == 204
    assert re.findall(r'data-id="([^"]*)"', development.get("/demo").text) == ["evt_01DEMO"]


def test_a_test_event_is_logged_and_shown_without_an_amount(development, known, monkeypatch):
    told = []
    monkeypatch.setattr(door.log, "info", lambda event, **words: told.append(words))
    ping = {"event": "ping", "eventId": "evt_01PING", "amount": None, "orderId": None}
    assert deliver(development, known, ping | {"currency": None}).status_code == 204
    assert not {"order", "amount"} & set(told[0]), told
    assert deliver(development, known, EVENT).status_code == 204
    assert (told[1]["order"], told[1]["amount"]) == ("ord_1", "5 USD")
    page = development.get("/demo").text
    assert (
        "5 USD" in page
        and "None" not in page.partition('data-id="evt_01PING"')[2].partition("<pre")[0]
    )


def test_what_we_did_not_sign_is_not_shown(development, known):
    other = {**known, "webhookSecret": "whsec_" + "QUJE" * 8}
    assert deliver(development, other, EVENT).status_code == 401
    assert "data-id" not in development.get("/demo").text


@pytest.mark.parametrize(
    "query", ["endpoint=x", "_external=1", "_anchor=x", "_scheme=x", "self=1", "values=1"]
)
def test_a_question_in_the_address_breaks_nothing(development, query):
    response = development.get(f"/demo?{query}&lang=pt-PT")
    assert response.status_code == 200
    assert 'hx-get="/demo?lang=pt-PT"' in response.text


def test_the_page_is_there_in_development_alone(client):
    assert client.get("/demo").status_code == 404
