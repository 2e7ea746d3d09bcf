import itertools
import threading

import pytest

from app.kit.http import guarded
from app.kit.http.addresses import parse_url
from app.kit.http.pool import IdlePool
from tests.kit.http import hostile
from tests.kit.http.hostile import Receiver, client, replying, resolving


class Idle:
    """What the pool needs to know of a connection."""

    is_connected, closed = True, False

    def close(self):
        self.closed = True


def test_a_pool_lends_each_connection_once_and_only_to_its_origin():
    pool, idle = IdlePool(), Idle()
    pool.keep(parse_url("https://a.example/x"), idle)
    assert pool.take(parse_url("http://a.example/x")) is None
    assert pool.take(parse_url("https://a.example:8443/x")) is None
    assert pool.take(parse_url("https://a.example/y")) is idle
    assert pool.take(parse_url("https://a.example/x")) is None


def test_a_pool_closes_what_is_old_dead_or_too_many():
    target = parse_url("https://a.example/")
    old, dead, first, second = (Idle() for _ in range(4))
    pool = IdlePool(lifetime=0)
    pool.keep(target, old)
    pool.keep(parse_url("https://b.example/"), Idle())
    assert old.closed
    pool = IdlePool(size=1)
    dead.is_connected = False
    pool.keep(target, dead)
    assert pool.take(target) is None
    assert dead.closed
    pool.keep(target, first)
    pool.keep(target, second)
    assert (first.closed, second.closed) == (False, True)


def test_connections_are_used_again():
    with Receiver() as receiver:
        resolver = resolving("127.0.0.1")
        sender = client(resolver=resolver)
        for _ in range(5):
            assert sender.post(receiver.url, {}, b"{}").body == b"ok"
        assert (receiver.accepts, resolver.lookups, len(receiver.requests)) == (1, 1, 5)


def test_a_connection_that_the_receiver_closed_is_not_used_again():
    closed = threading.Event()

    def once(connection, receiver):
        replying(hostile.OK)(connection, receiver)
        connection.close()
        closed.set()

    with Receiver(once) as receiver:
        sender = client()
        for _ in range(2):
            assert sender.get(receiver.url, {}).status == 200
            assert closed.wait(5)
        assert receiver.accepts == 2


def test_a_forked_worker_opens_its_own_connections(monkeypatch):
    with Receiver() as receiver:
        sender = client()
        for child in (1, 1, 2):
            monkeypatch.setattr(guarded.os, "getpid", lambda pid=child: pid)
            assert sender.get(receiver.url, {}).status == 200
        assert receiver.accepts == 2


def test_threads_share_a_client_and_get_their_own_answers():
    def echo(connection, receiver):
        while request := receiver.read(connection):
            body = request.split(b"\r\n\r\n")[1]
            connection.sendall(hostile.HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    wrong, numbers = [], itertools.count()
    with pytest.MonkeyPatch.context() as patch, Receiver(echo) as receiver:
        patch.setattr(hostile, "polite", echo)
        sender = client(limits=guarded.Limits())

        def work():
            for _ in range(20):
                body = str(next(numbers)).encode()
                if sender.post(receiver.url, {}, body).body != body:
                    wrong.append(body)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert wrong == []
    assert len(receiver.requests) == 160
    assert receiver.accepts <= 8
