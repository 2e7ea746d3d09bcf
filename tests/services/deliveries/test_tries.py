"""One try: what a receiver's answer does to the delivery, its endpoint and its task."""

from datetime import timedelta

from app.kit import clock
from app.kit.crypto import Sealed
from app.models import DeliveryStatus
from tests.services.deliveries.conftest import hook


def test_any_2xx_is_success(hooked, answering):
    for status in (200, 201, 202, 204, 299):
        answering(status)
        id_ = hooked.tell()
        hooked.try_once()
        done = hooked.delivery(id_)
        assert (done.status, done.attempts, done.last_error) == ("succeeded", 1, None)
        assert done.delivered_at and done.next_attempt_at is None
    assert hooked.unfinished() == []


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
    assert hooked.unfinished() == []


def test_what_waits_when_an_endpoint_is_disabled_is_paused_unsent(hooked, answering, httpserver):
    hooked.tell()
    hooked.change(disabled_at=clock.now())
    hooked.try_once()
    assert hooked.delivery().status == DeliveryStatus.paused
    assert httpserver.log == [] and hooked.attempts() == [] and hooked.unfinished() == []


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
    assert httpserver.log == [] and hooked.unfinished() == []
    hooked.change(secret=good)
    whole = hooked.tell()
    hooked.try_once()
    assert hooked.delivery(whole).status == DeliveryStatus.succeeded
