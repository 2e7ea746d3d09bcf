"""What is written down of a try, before it and after it."""

import pytest
from werkzeug import Response

from app.extensions import db, transaction
from app.services import tasks
from app.services.deliveries import outbox
from tests import world


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
