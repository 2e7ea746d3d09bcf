"""One try: what a receiver's answer does to the delivery, its endpoint and its task."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug import Response

from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.crypto import Sealed
from app.kit.errors import Conflict, NotFound
from app.models import DeliveryStatus, Task
from app.services import deliveries, events, tasks
from app.services.deliveries import outbox
from app.services.deliveries.outcome import record
from app.services.deliveries.outgoing import begin
from app.services.tasks import LeaseLost
from tests import world
from tests.services.deliveries.conftest import Hooked, hook


def unfinished(hooked: Hooked) -> list[Task]:
    with hooked.shop.inside(), reading() as session:
        return list(session.scalars(select(Task)).all())


def test_any_2xx_is_success(hooked, answering):
    for status in (200, 201, 202, 204, 299):
        answering(status)
        id_ = hooked.tell()
        hooked.try_once()
        done = hooked.delivery(id_)
        assert (done.status, done.attempts, done.last_error) == ("succeeded", 1, None)
        assert done.delivered_at and done.next_attempt_at is None
    assert unfinished(hooked) == []


def test_anything_else_is_tried_again(hooked, answering, httpserver, frozen):
    for status in (301, 302, 303, 307, 308, 400, 401, 404, 429, 500, 503):
        answering(status, {"Location": httpserver.url_for("/elsewhere")})
        id_ = hooked.tell()
        hooked.try_once()
        failed = hooked.delivery(id_)
        assert (failed.status, failed.last_status_code) == (DeliveryStatus.pending, status)
        assert failed.last_error == "E_STATUS" and failed.next_attempt_at
    assert {request.path for request, _ in httpserver.log} == {"/hook"}  # never followed


def test_410_disables_the_endpoint_and_pauses_what_follows(hooked, answering, httpserver):
    answering(410)
    before = hooked.tell(), hooked.tell()
    hooked.try_once_each()
    assert "410" in hooked.endpoint().disabled_reason
    after = hooked.tell()
    assert {hooked.delivery(one).status for one in (*before, after)} == {DeliveryStatus.paused}
    assert unfinished(hooked) == []


def test_what_waits_when_an_endpoint_is_disabled_is_paused_unsent(hooked, answering, httpserver):
    hooked.tell()
    hooked.change(disabled_at=clock.now())
    hooked.try_once()
    assert hooked.delivery().status == DeliveryStatus.paused
    assert httpserver.log == [] and hooked.attempts() == [] and unfinished(hooked) == []


def test_five_days_of_failing_disable_and_one_success_forgives(hooked, answering, time_machine):
    start = clock.now()
    answering(500)
    hooked.tell()
    hooked.try_once()
    assert hooked.endpoint().failures == 1
    answering(204)
    time_machine.move_to(start + timedelta(days=4), tick=True)
    hooked.try_once()
    assert (hooked.endpoint().failures, hooked.endpoint().failing_since) == (0, None)

    answering(500)
    hooked.tell()
    hooked.try_once()
    time_machine.move_to(start + timedelta(days=8, hours=23), tick=True)
    hooked.try_once()
    assert hooked.endpoint().disabled_at is None
    time_machine.move_to(start + timedelta(days=9, hours=1), tick=True)
    hooked.try_once()
    assert "five days" in hooked.endpoint().disabled_reason
    assert hooked.delivery_statuses() == ["paused", "succeeded"]


def test_nobody_at_home_is_a_code_and_not_a_detail(make_app, httpserver):
    hooked = hook(make_app(), httpserver)
    hooked.change(url="http://127.0.0.1:1/hook")
    hooked.tell()
    hooked.try_once()
    (attempt,) = hooked.attempts()
    assert (attempt.error, attempt.status_code) == ("E_CONNECT", None)
    assert attempt.response_body is None and attempt.response_headers in (None, {})


# --- what is kept


def test_an_attempt_is_there_before_anything_is_sent(hooked, httpserver):
    seen = []

    def look(_request):
        (attempt,) = hooked.attempts()
        seen.append((attempt.number, attempt.ended_at))
        return Response(status=204)

    httpserver.expect_request("/hook").respond_with_handler(look)
    hooked.tell()
    hooked.try_once()
    httpserver.check_assertions()
    assert seen == [(1, None)]
    assert hooked.attempts()[0].ended_at


def test_a_crash_shows_as_an_attempt_without_an_end(hooked, answering, monkeypatch, later):
    answering(204)
    hooked.tell()

    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("app.services.deliveries.outbox.post", die)
        hooked.try_once()
    assert hooked.nothing_due()
    later(tasks.LEASE + 1)
    hooked.try_once()
    first, second = hooked.attempts()
    assert (first.number, first.ended_at) == (1, None)
    assert (second.number, second.status_code) == (2, 204)
    assert (hooked.delivery().status, hooked.delivery().attempts) == ("succeeded", 2)


def test_no_connection_and_no_transaction_is_held_while_we_wait(hooked, httpserver):
    held = []

    def look(_request):
        with hooked.shop.app.app_context():
            held.append(db.engine.pool.checkedout())
        return Response(status=500 if len(held) == 1 else 204)

    httpserver.expect_request("/hook").respond_with_handler(look)
    for _ in range(3):
        hooked.tell()
    world.run_serially(hooked.shop.app)
    assert held == [0, 0, 0]


def test_a_post_inside_a_transaction_is_refused(hooked):
    with hooked.shop.inside(), transaction(), pytest.raises(RuntimeError, match="transaction"):
        outbox.post("http://127.0.0.1:1/", {}, b"")


def test_a_body_of_any_bytes_is_kept_as_text(hooked, answering):
    bodies = [b"\x00\x01", b"\xff\xfe caf\xe9", "\U0001f600".encode(), b"\xed\xa0\x80"]
    for body in bodies:
        answering(200, body=body)
        hooked.tell()
        hooked.try_once()
    kept = {attempt.response_body for attempt in hooked.attempts()}
    assert kept == {one.decode("utf-8", "replace").replace("\x00", "\ufffd") for one in bodies}


def test_of_a_long_answer_the_beginning_is_kept(hooked, answering):
    headers = {f"X-{number}": "x" * 1000 for number in range(20)}
    answering(500, headers, body=b"a" * 200_000)
    hooked.tell()
    hooked.try_once()
    (attempt,) = hooked.attempts()
    assert attempt.response_body == "a" * 16_384
    kept = attempt.response_headers
    assert 5_000 < sum(len(name) + len(value) for name, value in kept.items()) <= 8_192
    assert all(name == name.lower() for name in kept)


def test_a_header_of_nul_and_latin_1_can_be_stored(hooked, httpserver):
    def answer(_request):
        return Response(status=500, headers={"X-Odd": "caf\xe9 \x7f"})

    httpserver.expect_request("/hook").respond_with_handler(answer)
    hooked.tell()
    hooked.try_once()
    assert hooked.attempts()[0].response_headers["x-odd"].startswith("caf")


# --- whose it is


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
    assert unfinished(hooked) == []


def test_a_delivery_cancelled_during_its_post_is_not_tried_again(hooked, httpserver):
    id_ = hooked.tell()

    def answer(_request):
        hooked.change_delivery(id_, status=DeliveryStatus.cancelled)
        return Response(status=500)

    httpserver.expect_request("/hook").respond_with_handler(answer)
    hooked.try_once()
    assert hooked.delivery().status == DeliveryStatus.cancelled
    assert unfinished(hooked) == []


def test_the_result_and_the_tasks_end_share_one_commit(hooked, answering, monkeypatch):
    answering(204)
    hooked.tell()

    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("app.services.deliveries.outcome._note", fail)
    with pytest.raises(ZeroDivisionError):
        hooked.try_once()
    assert hooked.attempts()[0].ended_at is None
    assert len(unfinished(hooked)) == 1


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
    assert unfinished(hooked)[0].dead_at


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


# --- secrets that do not open


def test_a_secret_that_does_not_open_fails_its_delivery_and_nothing_else(
    hooked, answering, httpserver
):
    answering(204)
    good = hooked.endpoint().secret
    hooked.change(secret=Sealed(good.envelope[:-4] + "AAAA"))
    broken = hooked.tell()
    hooked.try_once()
    failed = hooked.delivery(broken)
    assert (failed.status, failed.last_error) == (DeliveryStatus.failed, "E_SECRET")
    assert httpserver.log == [] and unfinished(hooked) == []
    hooked.change(secret=good)
    whole = hooked.tell()
    hooked.try_once()
    assert hooked.delivery(whole).status == DeliveryStatus.succeeded


# --- by hand


def test_redelivering_tries_once_more_and_only_once(hooked, answering, httpserver, later):
    answering(204)
    id_ = hooked.tell()
    hooked.try_once()
    answering(500)
    with hooked.shop.inside():
        deliveries.redeliver(id_)
        with pytest.raises(Conflict):
            deliveries.redeliver(id_)
    hooked.try_once()
    assert hooked.delivery().status == DeliveryStatus.failed
    later(100_000)
    assert hooked.nothing_due()
    assert [one.trigger for one in hooked.attempts()] == ["schedule", "manual"]
    assert len({request.headers["webhook-id"] for request, _ in httpserver.log}) == 1


def test_nothing_is_redelivered_to_a_disabled_endpoint_or_for_strangers(hooked, on_both, answering):
    answering(410)
    id_ = hooked.tell()
    hooked.try_once()
    with hooked.shop.inside(), pytest.raises(Conflict):
        deliveries.redeliver(id_)
    with world.open_shop(on_both, org="Globex").inside(), pytest.raises(NotFound):
        deliveries.redeliver(id_)


def test_each_endpoint_that_wants_an_event_gets_its_own_delivery(hooked, httpserver, answering):
    answering(204)
    from app.models import Event, WebhookEndpoint
    from app.services import providers

    with hooked.shop.inside(), transaction():
        providers.add_endpoint(hooked.shop.provider_id, httpserver.url_for("/hook"), ())
    with hooked.shop.inside(), transaction():
        event = Event(provider_id=hooked.shop.provider_id, type="ping", payload="{}")
        db.session.add(event)
        for endpoint in db.session.scalars(select(WebhookEndpoint)).all():
            events.deliver_to(endpoint, event)
    world.run_tasks(hooked.shop.app)
    assert len(httpserver.log) == 2
    signatures = {request.headers["webhook-signature"] for request, _ in httpserver.log}
    assert len(signatures) == 2  # each with the endpoint's own secret
