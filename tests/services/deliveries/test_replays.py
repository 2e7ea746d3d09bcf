"""What was given up is sent once more: so much at a time, and no further than it helps."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound, Refused
from app.models import AuditEntry, Delivery, DeliveryStatus, Event, Replay, WebhookEndpoint
from app.services import deliveries
from app.services.deliveries import replays
from tests import world


def given_up(hooked, count: int) -> list[str]:
    """Deliveries that were given up; their ids, oldest first."""
    with hooked.shop.inside(), transaction():
        endpoint = db.session.scalars(select(WebhookEndpoint)).one()
        made = []
        for _ in range(count):
            event = Event(provider_id=hooked.shop.provider_id, type="ping", payload="{}")
            delivery = Delivery(event_id=event.id, endpoint_id=endpoint.id)
            delivery.status, delivery.last_error = DeliveryStatus.failed, "E_TIMEOUT"
            db.session.add_all([event, delivery])
            made.append(delivery.id)
    return sorted(made)


def start(hooked, hours: float = 1) -> str:
    with hooked.shop.inside():
        since = clock.now() - timedelta(hours=hours)
        return replays.start(hooked.endpoint().id, since, actor="ada@example.com")


def progress(hooked, id_: str) -> replays.Progress:
    with hooked.shop.inside():
        return replays.get(id_)


def under_way(hooked) -> int:
    return hooked.delivery_statuses().count("pending")


def run(hooked, id_: str, later) -> None:
    """Let time pass until the replay has ended."""
    for _ in range(20):
        world.run_serially(hooked.shop.app)
        if progress(hooked, id_).replay.ended_at:
            return
        later(replays.EVERY + 1)
    raise AssertionError("it does not end")


def test_it_sends_a_portion_at_a_time_until_all_is_taken(hooked, answering, later):
    answering(204)
    given_up(hooked, replays.PORTION + 3)
    id_ = start(hooked)
    with hooked.shop.inside():
        replays.go_on(id_)
        assert under_way(hooked) == replays.PORTION
        replays.go_on(id_)
        assert under_way(hooked) == replays.PORTION, "the next waits for the one before"
    assert (progress(hooked, id_).sent, progress(hooked, id_).replay.total) == (25, 28)
    run(hooked, id_, later)
    found = progress(hooked, id_)
    assert (found.replay.status, found.delivered, found.failed) == ("finished", 28, 0)
    assert hooked.delivery_statuses() == ["succeeded"] * 28
    assert {one.trigger for one in hooked.attempts()} == {"replay"}


def test_portions_are_seconds_apart(hooked, answering, frozen):
    answering(204)
    given_up(hooked, replays.PORTION + 1)
    frozen(10)
    id_ = start(hooked)
    for seconds, sent in ((0, 25), (replays.EVERY - 1, 25), (1, 26)):
        frozen(seconds)
        world.run_serially(hooked.shop.app)
        assert progress(hooked, id_).sent == sent


def test_each_is_tried_once_and_one_that_fails_again_stays_given_up(
    hooked, answering, later, httpserver
):
    given_up(hooked, 2)
    answering(500)
    id_ = start(hooked)
    run(hooked, id_, later)
    found = progress(hooked, id_)
    assert (found.replay.status, found.delivered, found.failed) == ("finished", 0, 2)
    assert len(httpserver.log) == 2
    later(100_000)
    assert hooked.nothing_due()


def test_it_stops_when_nothing_of_a_portion_is_taken(hooked, answering, later, httpserver):
    given_up(hooked, 2 * replays.PORTION)
    answering(500)
    id_ = start(hooked)
    run(hooked, id_, later)
    assert progress(hooked, id_).replay.status == "stopped"
    assert len(httpserver.log) == replays.PORTION


def test_it_stops_when_the_endpoint_is_switched_off(hooked, answering, later, httpserver):
    given_up(hooked, 2 * replays.PORTION)
    answering(410)
    id_ = start(hooked)
    run(hooked, id_, later)
    assert progress(hooked, id_).replay.status == "stopped"
    assert len(httpserver.log) == 1


def test_a_cancelled_one_sends_nothing_more(hooked, answering, later, httpserver):
    answering(204)
    given_up(hooked, replays.PORTION + 5)
    id_ = start(hooked)
    with hooked.shop.inside():
        replays.go_on(id_)
        replays.cancel(id_, actor="ada@example.com")
        replays.cancel(id_, actor="ada@example.com")
    run(hooked, id_, later)
    later(60)
    world.run_serially(hooked.shop.app)
    assert len(httpserver.log) == replays.PORTION, "what was under way goes on"
    assert progress(hooked, id_).replay.status == "cancelled"
    with hooked.shop.inside(), reading() as session:
        actions = [one.action for one in session.scalars(select(AuditEntry)).all()]
    assert actions.count("webhook_endpoint.replayed") == 1
    assert actions.count("webhook_endpoint.replay_cancelled") == 1


def test_only_what_was_given_up_since_then_is_sent(hooked, answering, later, httpserver):
    answering(204)
    given_up(hooked, 1)
    later(7200)
    (recent,) = given_up(hooked, 1)
    delivered = hooked.tell()
    world.run_serially(hooked.shop.app)
    httpserver.clear_log()
    id_ = start(hooked)
    run(hooked, id_, later)
    assert len(httpserver.log) == 1
    assert hooked.delivery(recent).replay_id == id_
    assert hooked.delivery(delivered).replay_id is None


def test_what_is_given_up_after_it_began_is_not_part_of_it(hooked, answering, later):
    answering(204)
    given_up(hooked, 1)
    later(1)
    id_ = start(hooked)
    later(1)
    (after,) = given_up(hooked, 1)
    run(hooked, id_, later)
    assert hooked.delivery(after).status == "failed"


def test_one_at_a_time_and_none_for_nothing(hooked, answering):
    with pytest.raises(Conflict, match="Nothing"):
        start(hooked)
    given_up(hooked, 1)
    start(hooked)
    with pytest.raises(Conflict, match="running"):
        start(hooked)


@pytest.mark.parametrize("hours", [-1, 14 * 24 + 1])
def test_it_reaches_back_14_days_and_not_ahead(hooked, hours):
    given_up(hooked, 1)
    with pytest.raises(Refused) as refused:
        start(hooked, hours)
    assert refused.value.details["field"] == "since"


def test_too_much_at_once_is_refused(hooked, monkeypatch):
    monkeypatch.setattr(replays, "MOST", 3)
    given_up(hooked, 4)
    with pytest.raises(Refused, match="begin later"):
        start(hooked)


def test_none_begins_while_the_endpoint_is_off(hooked):
    given_up(hooked, 1)
    hooked.change(disabled_at=clock.now())
    with pytest.raises(Conflict, match="disabled"):
        start(hooked)


def test_another_organizations_endpoint_and_replay_are_missing(hooked, on_both):
    given_up(hooked, 1)
    id_, endpoint = start(hooked), hooked.endpoint().id
    with world.open_shop(on_both, org="Globex").inside():
        for call in (
            lambda: replays.start(endpoint, clock.now(), actor="x"),
            lambda: replays.get(id_),
            lambda: replays.cancel(id_, actor="x"),
        ):
            with pytest.raises(NotFound):
                call()
        assert replays.latest(endpoint) is None


def test_one_whose_task_was_given_up_has_stopped(hooked):
    given_up(hooked, 1)
    id_ = start(hooked)
    with hooked.shop.inside(), transaction():
        replays.abandon(id_)
    assert progress(hooked, id_).replay.status == "stopped"
    start(hooked)


def test_one_that_is_sent_by_hand_meanwhile_is_not_sent_twice(hooked, answering, later, httpserver):
    answering(204)
    first, _ = given_up(hooked, 2)
    id_ = start(hooked)
    with hooked.shop.inside():
        deliveries.redeliver(first)
    run(hooked, id_, later)
    assert len(httpserver.log) == 2
    with hooked.shop.inside(), reading() as session:
        assert session.scalars(select(Replay)).one().total == 2
