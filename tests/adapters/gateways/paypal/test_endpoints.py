"""Our address at PayPal: registered, taken over, mended; its id is what calls are verified for."""

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.paypal import PayPalGateway
from app.adapters.gateways.paypal.events import EVENTS
from tests.adapters.gateways.rigs.paypal import CLIENT_ID, SECRET, WEBHOOK_ID

URL = "https://pay.example.com/api/webhooks/paypal/0123456789abcdef0123456789abcdef"
LISTED = [one for one in EVENTS if one != "PAYMENT.CAPTURE.DECLINED"]


def opened(rig, webhook_id: str = ""):
    values = {**rig.values(), "webhookId": webhook_id}
    return PayPalGateway(base.Credentials(values, rig.fake.url)).endpoints


def names(rig, webhook_id: str) -> list[str]:
    (found,) = [one for one in rig.fake.registered() if one["id"] == webhook_id]
    return [one["name"] for one in found["event_types"]]


def test_an_address_is_registered_for_the_events_paypal_lists(rig):
    assert opened(rig).find(URL) is None
    made = opened(rig).create(URL)
    assert made.secret == made.id
    assert names(rig, made.id) == LISTED, "PayPal knows no DECLINED beside DENIED here"
    found = opened(rig, made.id).find(URL)
    assert (found.id, found.url, found.is_enabled, found.missing) == (made.id, URL, True, ())


def test_both_names_of_a_refused_capture_are_asked_for_where_paypal_has_both(rig):
    rig.fake.webhooks.known.append("PAYMENT.CAPTURE.DECLINED")
    made = opened(rig).create(URL)
    assert names(rig, made.id) == list(EVENTS)


def test_a_registration_of_this_address_is_taken_over_and_completed(rig):
    rig.fake.webhooks.add(
        rig.fake.world.apps[CLIENT_ID], "OLD1", URL, ["PAYMENT.CAPTURE.COMPLETED"]
    )
    assert opened(rig).create(URL) == base.CreatedEndpoint("OLD1", "OLD1")
    assert names(rig, "OLD1") == LISTED


def test_one_with_another_id_than_ours_is_not_ours(rig):
    rig.fake.register(CLIENT_ID, "THEIRS1", URL)
    assert opened(rig, WEBHOOK_ID).find(URL) is None
    assert opened(rig, "THEIRS1").find(URL).id == "THEIRS1"
    assert opened(rig).find(URL).id == "THEIRS1"


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        (["*"], ()),
        (LISTED, ()),
        (["PAYMENT.CAPTURE.COMPLETED"], tuple(LISTED[:3] + LISTED[4:])),
        ([], tuple(LISTED)),
    ],
)
def test_events_that_are_not_told_are_named_and_repaired(rig, told, missing):
    rig.fake.webhooks.add(rig.fake.world.apps[CLIENT_ID], "OLD1", URL, told)
    assert opened(rig, "OLD1").find(URL).missing == missing
    opened(rig, "OLD1").repair("OLD1")
    assert names(rig, "OLD1") == LISTED
    assert opened(rig, "OLD1").find(URL).missing == ()


def test_repairing_what_is_gone_is_missing_and_deleting_it_is_fine(rig):
    with pytest.raises(base.Missing):
        opened(rig).repair("GONE1")
    opened(rig).delete("GONE1")


def test_only_other_registrations_of_this_address_are_taken_away(rig):
    app = rig.fake.world.apps[CLIENT_ID]
    for webhook_id, url in (("A1", URL), ("B1", URL), ("C1", URL + "x")):
        rig.fake.webhooks.add(app, webhook_id, url, ["*"])
    opened(rig).keep_only(URL, "B1")
    assert [one["id"] for one in rig.fake.registered()] == [WEBHOOK_ID, "B1", "C1"]


def test_an_address_without_https_is_refused_with_what_to_do(rig):
    with pytest.raises(base.Impossible, match="PUBLIC_BASE_URL"):
        opened(rig).create("http://127.0.0.1:5999/api/webhooks/paypal")
    assert rig.fake.requests == []


def test_what_paypal_refuses_is_said(rig):
    app = rig.fake.world.apps[CLIENT_ID]
    for number in range(9):
        rig.fake.webhooks.add(app, f"W{number}", f"https://x.example/{number}", ["*"])
    with pytest.raises(base.Impossible, match="as many webhooks"):
        opened(rig).create(URL)
    rig.fake.app(CLIENT_ID, SECRET, lacks=["applications/webhooks"])
    with pytest.raises(base.NotPermitted):
        opened(rig).find(URL)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"", b'{"webhooks":{}}'])
def test_half_a_list_is_no_list(rig, body):
    rig.fake.fail_next("GET /v1/notifications/webhooks$", 200, body=body, stored=False)
    with pytest.raises(base.Unavailable):
        opened(rig).find(URL)


def test_other_apps_webhooks_are_out_of_sight(rig):
    rig.fake.app("another", "app")
    rig.fake.register("another", "THEIRS1", URL)
    assert opened(rig).find(URL) is None
