"""How a provider's endpoints do, and sending one of them once more what it did not take."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.extensions import db, reading, transaction
from app.kit import clock
from app.models import AuditEntry, Delivery, Replay, Task, WebhookEndpoint
from tests import world
from tests.blueprints.api.conftest import MISMATCH, is_refused, is_replay_of

ENDPOINTS = "/api/webhook-endpoints"
MISSING = (404, "No such endpoint", "not_found")
ONCE = {"Idempotency-Key": "once"}


@pytest.fixture
def told_shop(on_both, httpserver):
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    return world.open_shop(on_both, webhook_url=httpserver.url_for("/hook"))


@pytest.fixture
def given_up(told_shop):
    """A shop whose two deliveries were given up."""
    for _ in range(2):
        told_shop.cancel(told_shop.order(5))
    with told_shop.inside(), transaction():
        db.session.execute(update(Delivery).values(status="failed", next_attempt_at=None))
        db.session.execute(
            update(Task)
            .where(Task.name == "deliveries.send")
            .values(due_at=clock.now() + timedelta(days=2))
        )
    return told_shop


def endpoint_of(shop) -> dict:
    (one,) = shop.get(ENDPOINTS).json["endpoints"]
    return one


def path_of(shop) -> str:
    return f"{ENDPOINTS}/{endpoint_of(shop)['endpointId']}/replays"


def an_hour_ago() -> dict[str, str]:
    return {"since": clock.iso(clock.now() - timedelta(hours=1))}


def count(shop, model) -> int:
    with shop.inside(), reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_an_endpoint_says_how_it_does(told_shop, httpserver):
    told_shop.pay(told_shop.order(5))
    world.run_serially(told_shop.app)
    told_shop.cancel(told_shop.order(6))
    one = endpoint_of(told_shop)
    assert one["endpointId"].startswith("whe_")
    assert one["url"] == httpserver.url_for("/hook")
    assert "payment_succeeded" in one["events"]
    assert (one["triedLastDay"], one["deliveredLastDay"], one["waiting"]) == (1, 1, 1)
    assert (one["failures"], one["failingSince"], one["disabledAt"]) == (0, None, None)
    assert one["lastSuccessAt"] is not None
    assert one["lastReplay"] is None
    assert "secret" not in str(one).lower()


def test_one_that_is_switched_off_says_why(told_shop):
    with told_shop.inside(), transaction():
        values = {"disabled_at": clock.now(), "disabled_reason": "the receiver answered 410 Gone"}
        db.session.execute(update(WebhookEndpoint).values(**values))
    one = endpoint_of(told_shop)
    assert one["disabledAt"] is not None
    assert one["disabledReason"] == "the receiver answered 410 Gone"


def test_a_replay_is_started_watched_and_done(given_up, later, httpserver):
    path = path_of(given_up)
    started = given_up.post(path, an_hour_ago())
    assert started.status_code == 200
    assert (started.json["status"], started.json["total"]) == ("running", 2)
    assert (started.json["delivered"], started.json["waiting"]) == (0, 0)
    for _ in range(3):
        world.run_serially(given_up.app)
        later(6)
    done = given_up.get(f"{path}/{started.json['replayId']}").json
    assert (done["status"], done["delivered"], done["failed"]) == ("finished", 2, 0)
    assert done["endedAt"] is not None
    assert len(httpserver.log) == 2
    assert endpoint_of(given_up)["lastReplay"] == done


def test_a_cancelled_one_stays_so_however_often_it_is_cancelled(given_up, httpserver):
    path = path_of(given_up)
    one = f"{path}/{given_up.post(path, an_hour_ago()).json['replayId']}"
    first = given_up.post(f"{one}/cancel")
    assert (first.status_code, first.json["status"]) == (200, "cancelled")
    assert given_up.post(f"{one}/cancel").json == first.json
    world.run_serially(given_up.app)
    assert httpserver.log == []


def test_the_same_key_starts_one_and_gives_the_same_answer(given_up):
    path, body = path_of(given_up), an_hour_ago()
    first = given_up.post(path, body, **ONCE)
    assert first.status_code == 200
    is_replay_of(first, given_up.post(path, body, **ONCE))
    given_up.post(f"{path}/{first.json['replayId']}/cancel")
    is_replay_of(first, given_up.post(path, body, **ONCE))
    is_refused(given_up.post(path, {"since": "2026-01-01"}, **ONCE), *MISMATCH)
    assert count(given_up, Replay) == 1


def test_a_refused_start_leaves_the_key_free(told_shop, given_up):
    path, body = path_of(given_up), an_hour_ago()
    running = given_up.post(path, body).json["replayId"]
    is_refused(
        given_up.post(path, body, **ONCE),
        409,
        "A replay for this endpoint is running",
        "replay_running",
    )
    given_up.post(f"{path}/{running}/cancel")
    assert given_up.post(path, body, **ONCE).status_code == 200
    assert count(given_up, Replay) == 2


def test_where_nothing_was_given_up_there_is_nothing_to_send(told_shop):
    is_refused(
        told_shop.post(path_of(told_shop), an_hour_ago()),
        409,
        "Nothing was given up since then",
        "nothing_to_replay",
    )


def test_nothing_is_sent_once_more_to_an_endpoint_that_is_off(given_up):
    path = path_of(given_up)
    with given_up.inside(), transaction():
        db.session.execute(update(WebhookEndpoint).values(disabled_at=clock.now()))
    is_refused(
        given_up.post(path, an_hour_ago()), 409, "The endpoint is disabled", "endpoint_disabled"
    )


@pytest.mark.parametrize("since", [None, "", "yesterday", 1, ["2026-01-01"], "2026-01-01T00:61"])
def test_a_moment_that_is_none_is_refused(given_up, since):
    is_refused(
        given_up.post(path_of(given_up), {"since": since}),
        400,
        'Invalid field: "since"',
        "invalid_field",
        field="since",
    )
    assert count(given_up, Replay) == 0


@pytest.mark.parametrize("since", ["2001-01-01T00:00:00Z", "2999-01-01"])
def test_a_moment_too_far_off_is_refused(given_up, since):
    is_refused(
        given_up.post(path_of(given_up), {"since": since}),
        400,
        "A replay reaches back 14 days at most",
        "invalid_since",
        field="since",
    )


def test_another_providers_endpoints_and_replays_are_missing(given_up, httpserver):
    path, body = path_of(given_up), an_hour_ago()
    one = f"{path}/{given_up.post(path, body).json['replayId']}"
    for other in (
        world.open_shop(given_up.app, name="GBPay", webhook_url=httpserver.url_for("/theirs")),
        world.open_shop(given_up.app, org="Globex", webhook_url=httpserver.url_for("/theirs")),
    ):
        assert [each["url"] for each in other.get(ENDPOINTS).json["endpoints"]] == [
            httpserver.url_for("/theirs")
        ]
        is_refused(other.post(path, body), *MISSING)
        is_refused(other.get(one), *MISSING)
        is_refused(other.post(f"{one}/cancel"), *MISSING)
        at_theirs = one.replace(path, path_of(other))
        is_refused(other.get(at_theirs), 404, "No such replay", "not_found")
        is_refused(other.post(f"{at_theirs}/cancel"), 404, "No such replay", "not_found")
    assert given_up.get(one).json["status"] == "running"


def test_the_audit_log_says_with_which_key_it_was_started(given_up):
    given_up.post(path_of(given_up), an_hour_ago())
    with given_up.inside(), reading() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "webhook_endpoint.replayed")
        ).one()
    assert entry.actor.startswith("Bitloader (key_")
