"""Square's webhook subscriptions: found in any state, put right in place, never doubled."""

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.square import SquareGateway
from app.adapters.gateways.square.events import EVENTS
from tests.adapters.gateways.rigs.square import TOKEN, VALUES

URL = "https://pay.example.com/api/webhooks/square/0123456789abcdef0123456789abcdef"
PATH = "/v2/webhooks/subscriptions"


def endpoints(rig, key: str = ""):
    values = {**VALUES, "webhookSignatureKey": key}
    return SquareGateway(base.Credentials(values, rig.fake.url)).endpoints


def row(rig, made) -> dict:
    return rig.fake.subscriptions.rows[made.id]


def test_a_new_one_is_told_of_everything_and_gives_its_key(rig):
    assert endpoints(rig).find(URL) is None
    made = endpoints(rig).create(URL)
    found = row(rig, made)
    assert made.secret == found["signature_key"]
    assert made.secret not in repr(made)
    assert (found["notification_url"], found["enabled"]) == (URL, True)
    assert (found["event_types"], found["api_version"]) == (list(EVENTS), "2025-08-20")
    state = endpoints(rig, made.secret).find(URL)
    assert state == base.EndpointState(made.id, URL, True)


@pytest.mark.parametrize("key", ["", "another-key"])
def test_a_key_that_is_not_the_stored_one_is_noticed(rig, key):
    endpoints(rig).create(URL)
    assert endpoints(rig, key).find(URL).has_stored_secret is False


def test_only_the_key_of_today_counts_as_stored(rig):
    made = endpoints(rig).create(URL)
    values = {**VALUES, "webhookSignatureKey": "new", "webhookSignatureKey.previous": made.secret}
    adapter = SquareGateway(base.Credentials(values, rig.fake.url))
    assert adapter.endpoints.find(URL).has_stored_secret is False


def test_one_that_is_there_is_put_right_and_kept_with_its_key(rig):
    made = endpoints(rig).create(URL)
    row(rig, made).update(enabled=False, event_types=["payment.created"])
    again = endpoints(rig).create(URL)
    assert again == made
    assert len(rig.fake.subscriptions.rows) == 1
    assert endpoints(rig, made.secret).find(URL) == base.EndpointState(made.id, URL, True)


def test_a_disabled_one_is_found_though_square_leaves_it_out(rig):
    made = endpoints(rig).create(URL)
    row(rig, made)["enabled"] = False
    assert endpoints(rig, made.secret).find(URL).is_enabled is False
    endpoints(rig).repair(made.id)
    assert row(rig, made)["enabled"] is True


def test_missing_events_are_named_and_others_do_no_harm(rig):
    made = endpoints(rig).create(URL)
    row(rig, made)["event_types"] = ["payment.updated", "order.updated"]
    missing = endpoints(rig, made.secret).find(URL).missing
    assert missing == ("payment.created", "refund.created", "refund.updated")
    endpoints(rig).repair(made.id)
    assert endpoints(rig, made.secret).find(URL).missing == ()


def test_an_answer_that_was_lost_makes_no_second_one(rig):
    rig.fake.drop_after_commit(f"POST {PATH}$")
    made = endpoints(rig).create(URL)
    assert list(rig.fake.subscriptions.rows) == [made.id]


def test_one_that_was_deleted_is_not_brought_back_by_its_key(rig):
    first = endpoints(rig).create(URL)
    endpoints(rig).delete(first.id)
    second = endpoints(rig).create(URL)
    assert list(rig.fake.subscriptions.rows) == [second.id]
    assert second.id != first.id


def test_it_is_found_behind_hundreds_of_others_and_they_are_left_alone(rig):
    for number in range(250):
        sent = {"name": "x", "event_types": ["order.updated"]}
        url = f"https://others.example/{number}"
        rig.fake.subscriptions.make({**sent, "notification_url": url})
    made = endpoints(rig).create(URL)
    assert endpoints(rig, made.secret).find(URL).id == made.id
    endpoints(rig).keep_only(URL, made.id)
    assert len(rig.fake.subscriptions.rows) == 251


def test_doubles_of_our_address_go(rig):
    made = endpoints(rig).create(URL)
    sent = {"name": "x", "event_types": ["payment.updated"], "notification_url": URL}
    rig.fake.subscriptions.make(sent)
    endpoints(rig).keep_only(URL, made.id)
    assert list(rig.fake.subscriptions.rows) == [made.id]


def test_deleting_what_is_gone_is_fine_and_repairing_it_is_not(rig):
    endpoints(rig).delete("wbhk_gone")
    with pytest.raises(base.Missing):
        endpoints(rig).repair("wbhk_gone")


def test_a_token_by_oauth_may_not_and_that_is_said(rig):
    rig.fake.account(TOKEN, lacks=["WEBHOOKS"])
    for ask in (endpoints(rig).find, endpoints(rig).create):
        with pytest.raises(base.NotPermitted, match="sufficient permissions"):
            ask(URL)
