"""A customer's letter that did not arrive is in the order's story: once, and only if proven."""

import json
import re

import pytest
from sqlalchemy import select

from app.extensions import reading
from app.kit.tenancy import as_org
from app.models import TimelineEntry
from app.services import integrations
from tests.fakes.resend import signed
from tests.merchant import person
from tests.world import open_shop

SECRET, OTHER = "whsec_Z2F0ZWhvdXNl", "whsec_b3RoZXI="
VALUES = {"apiKey": "re_canary_0003", "fromEmail": "a@acme.example", "webhookSecret": SECRET}


@pytest.fixture
def shop(app):
    return open_shop(app)


@pytest.fixture
def address(shop):
    """Where Resend calls this organization."""
    return address_of(shop)


def address_of(shop, secret=SECRET):
    with shop.inside():
        integrations.save("resend", {**VALUES, "webhookSecret": secret}, actor="test")
        return re.sub("^https?://[^/]+", "", integrations.card("resend").inbound_url)


def report(order, type_="email.bounced", **tags):
    about = {"order": order["orderId"], "letter": "mail_1", "kind": "receipt", **tags}
    data = {"tags": about, "bounce": {"message": "no such mailbox"}}
    return json.dumps({"type": type_, "data": data}).encode()


def call(shop, address, body, secret=SECRET, **headers):
    headers = {**signed(body, secret), **headers}
    return shop.app.test_client().post(address, data=body, headers=headers)


def told(shop):
    with shop.app.app_context(), as_org(shop.org_id), reading() as session:
        query = select(TimelineEntry).where(TimelineEntry.kind == "mail.failed")
        return [one.data for one in session.scalars(query)]


def test_a_bounce_is_told_once_in_the_orders_story(shop, address):
    order = shop.order(5)
    answers = [call(shop, address, report(order)) for _ in range(2)]
    assert [one.json["outcome"] for one in answers] == ["stored", "seen"]
    assert told(shop) == [
        {"what": "bounced", "letter": "mail_1", "about": "receipt", "reason": "no such mailbox"}
    ]
    page = person(shop.app).get(f"/orders/{order['orderId']}").text
    assert "A letter did not reach the customer: no such mailbox." in page


def test_what_is_not_signed_with_the_stored_secret_is_refused(shop, address):
    body = report(shop.order(5))
    assert call(shop, address, body, OTHER).status_code == 400
    assert call(shop, address, body, **{"svix-timestamp": "1"}).status_code == 400
    assert shop.app.test_client().post(address, data=body).status_code == 400
    assert shop.app.test_client().get(address).status_code == 405
    assert told(shop) == []


def test_an_address_without_a_secret_takes_nothing(shop):
    where = address_of(shop, secret="")
    assert call(shop, where, report(shop.order(5))).status_code == 503


def test_a_good_end_is_no_news(shop, address):
    answer = call(shop, address, report(shop.order(5), "email.delivered"))
    assert (answer.status_code, answer.json["outcome"]) == (200, "ignored")
    assert told(shop) == []


def test_another_organizations_order_is_out_of_reach(shop):
    """Whoever has a secret can sign what they like, about their own orders."""
    other = open_shop(shop.app, org="Umbrella", name="Other")
    order = shop.order(5)
    answer = call(shop, address_of(other), report(order, org=shop.org_id))
    assert answer.json["outcome"] == "unmatched"
    assert (told(shop), told(other)) == ([], [])


def test_the_installations_own_address_tells_the_organization_it_sent_for(make_app):
    shop = open_shop(make_app(RESEND_API_KEY="re_1", RESEND_FROM="a@house.example",
                              RESEND_WEBHOOK_SECRET=SECRET))  # fmt: skip
    order = shop.order(5)
    body = report(order, org=shop.org_id)
    assert call(shop, "/api/webhooks/resend", body).json["outcome"] == "stored"
    assert len(told(shop)) == 1
    lost = report(order, org="org_nobody", letter="mail_2")
    assert call(shop, "/api/webhooks/resend", lost).json["outcome"] == "unmatched"


def test_a_service_that_calls_nobody_has_no_address(app):
    assert app.test_client().post("/api/webhooks/smtp", data=b"{}").status_code == 404


def test_the_api_key_is_sealed_and_the_address_shown(shop, address):
    page = person(shop.app).get("/integrations/resend").text
    assert address in page
    assert "re_canary_0003" not in page
    assert "Create or repair" not in page
