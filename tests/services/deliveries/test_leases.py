"""Whose a delivery is, when two workers have it or one breaks."""

import pytest
from werkzeug import Response

from app.extensions import transaction
from app.models import DeliveryStatus
from app.services import deliveries, tasks
from app.services.deliveries import outbox
from app.services.deliveries.outcome import record
from app.services.deliveries.outgoing import begin
from app.services.tasks import LeaseLost
from tests import world
from tests.services.deliveries.conftest import hook


def test_a_second_worker_sends_again_and_the_first_one_changes_nothing(
    hooked, answering, httpserver, later
):
    """The first one's POST outlasts its lease; the second one's answer is what counts."""
    answering(204)
    hooked.tell()
    with hooked.shop.inside():
        (slow,) = tasks.claim(1)
        sent = begin(slow)
    later(tasks.LEASE + 1)
    hooked.try_once()
    with hooked.shop.inside(), pytest.raises(LeaseLost):
        record(slow, sent, outbox.Result(500, "E_STATUS", 61_000))

    ((request, _),) = httpserver.log
    assert request.headers["webhook-id"] == sent.headers["webhook-id"]
    done = hooked.delivery()
    assert (done.status, done.attempts, done.last_status_code) == ("succeeded", 2, 204)
    assert hooked.endpoint().failures == 0
    assert [(one.number, one.status_code) for one in hooked.attempts()] == [(1, None), (2, 204)]
    assert hooked.unfinished() == []


def test_a_delivery_cancelled_during_its_post_is_not_tried_again(hooked, httpserver):
    id_ = hooked.tell()

    def answer(_request):
        hooked.change_delivery(id_, status=DeliveryStatus.cancelled)
        return Response(status=500)

    httpserver.expect_request("/hook").respond_with_handler(answer)
    hooked.try_once()
    assert hooked.delivery().status == DeliveryStatus.cancelled
    assert hooked.unfinished() == []


def test_the_result_and_the_tasks_end_share_one_commit(hooked, answering, monkeypatch):
    answering(204)
    hooked.tell()

    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("app.services.deliveries.outcome._note", fail)
    with pytest.raises(ZeroDivisionError):
        hooked.try_once()
    assert hooked.attempts()[0].ended_at is None
    assert len(hooked.unfinished()) == 1


def test_a_delivery_that_always_raises_is_given_up_with_its_task(hooked, monkeypatch, later):
    """Something of ours is broken; no receiver is called for ever because of it."""
    posts = []

    def fail(*_):
        posts.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr("app.services.deliveries.outbox.post", fail)
    hooked.tell()
    for _ in range(tasks.GIVE_UP):
        world.run_tasks(hooked.shop.app)
        later(3601)
    world.run_tasks(hooked.shop.app)
    assert len(posts) == tasks.GIVE_UP
    given_up = hooked.delivery()
    assert (given_up.status, given_up.last_error) == (DeliveryStatus.failed, "E_INTERNAL")
    assert hooked.unfinished()[0].dead_at


def test_a_task_for_another_organizations_delivery_sends_nothing(on_both, httpserver, answering):
    answering(204)
    mine, theirs = hook(on_both, httpserver), world.open_shop(on_both, org="Globex")
    id_ = mine.tell()
    with theirs.inside(), transaction():
        tasks.add("deliveries.send", {"delivery": id_})
    with on_both.app_context():
        (stray,) = [one for one in tasks.claim(10) if one.org_id == theirs.org_id]
    with theirs.inside():
        deliveries.send(stray)
    assert httpserver.log == []
    assert mine.delivery().status == DeliveryStatus.pending
