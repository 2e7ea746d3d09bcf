import gzip
import socket

import pytest

from app.kit.http.guarded import Limits, SendError
from tests.kit.http.hostile import (
    HEAD,
    OK,
    Receiver,
    client,
    deaf,
    dripping,
    flooding,
    refused,
    replying,
)

CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SLOW = {
    "status line": dripping(b"", HEAD * 3),
    "header": dripping(HEAD, b"X-Slow: " + b"x" * 50 + b"\r\nContent-Length: 0\r\n\r\n"),
    "body": dripping(HEAD + b"Content-Length: 60\r\n\r\n", b"x" * 60),
    "chunk": dripping(CHUNKED, b"1\r\nx\r\n" * 10 + b"0\r\n\r\n"),
    "endless body": dripping(HEAD + b"\r\n", b"x" * 60),
    "interim answers": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + OK),
    "deaf": deaf,
}


@pytest.mark.parametrize("attack", SLOW)
def test_nobody_holds_us_longer_than_the_total_time(attack):
    with Receiver(SLOW[attack]) as receiver:
        sender = client()
        refused(sender, receiver.url, "E_TIMEOUT")
        assert sender.get(receiver.url, {}).status == 200


def test_a_receiver_that_never_reads_does_not_hold_us():
    with Receiver(deaf) as receiver, pytest.raises(SendError, match="E_TIMEOUT"):
        client().post(receiver.url, {}, bytes(32 << 20))


BROKEN = {
    "10,000 headers": replying(HEAD + b"X: y\r\n" * 10_000 + b"\r\n"),
    "one endless header": flooding(HEAD + b"X: ", b"y" * 65536),
    "headers without end": flooding(HEAD, b"X: " + b"y" * 4000 + b"\r\n"),
    "continue without end": flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "trailers without end": flooding(CHUNKED + b"0\r\n", b"X: y\r\n" * 1000),
    "chunk of size -1": flooding(CHUNKED + b"-1\r\n", b"x" * 65536),
    "chunk of size -5": replying(CHUNKED + b"-5\r\nxxxxx\r\n0\r\n\r\n"),
    "chunk extensions": flooding(CHUNKED, b"1;" + b"e" * 60_000 + b"\r\nx\r\n"),
    "no chunk size": replying(CHUNKED + b"zz\r\n"),
    "hung up at once": replying(b""),
    "hung up in the status": replying(b"HTTP/1."),
    "hung up in the body": replying(HEAD + b"Content-Length: 10\r\n\r\nhalf"),
    "hung up in a chunk": replying(CHUNKED + b"a\r\nhalf"),
    "not http": replying(b"220 mail.example.test ESMTP\r\n"),
    "not text": replying(bytes(range(128, 256)) * 10),
    "switching protocols": replying(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
}


@pytest.mark.parametrize("attack", BROKEN)
def test_a_broken_answer_is_an_error_and_the_client_lives_on(attack):
    with Receiver(BROKEN[attack]) as receiver:
        sender = client(limits=Limits(total=10))
        refused(sender, receiver.url, "E_HTTP")
        assert sender.get(receiver.url, {}).body == b"ok"


ENDLESS = {
    "1 GiB": flooding(HEAD + b"Content-Length: 1073741824\r\n\r\n", bytes(65536)),
    "no length": flooding(HEAD + b"\r\n", bytes(65536)),
    "one chunk": flooding(CHUNKED + b"40000000\r\n", bytes(65536)),
    "chunks of one byte": flooding(CHUNKED, b"1\r\n\0\r\n" * 1000),
}


@pytest.mark.parametrize("attack", ENDLESS)
def test_an_endless_body_is_read_to_the_cap(attack):
    with Receiver(ENDLESS[attack]) as receiver:
        sender = client(limits=Limits(total=10))
        answer = sender.get(receiver.url, {})
        assert (answer.status, answer.body, answer.truncated) == (200, bytes(65536), True)
        assert sender.get(receiver.url, {}).body == b"ok"
        assert receiver.accepts == 2


@pytest.mark.parametrize("length", [65535, 65536, 65537])
def test_the_cap_is_exact(length):
    bodies = (b"Content-Length: %d\r\n\r\n" % length + bytes(length), b"\r\n" + bytes(length))
    for body in (*bodies, b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % length + bytes(length)):
        end = b"\r\n0\r\n\r\n" if body.startswith(b"T") else b""
        with Receiver(replying(HEAD + body + end)) as receiver:
            answer = client().get(receiver.url, {})
        assert len(answer.body) == min(length, 65536)
        assert answer.truncated == (length > 65536)


def test_a_gzip_bomb_stays_packed():
    bomb = gzip.compress(bytes(10 << 20))
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    with Receiver(replying(head + bomb)) as receiver:
        answer = client().get(receiver.url, {})
    assert answer.body == bomb
    assert answer.headers["content-encoding"] == "gzip"


def test_bytes_that_are_not_text_pass_through():
    with Receiver(replying(HEAD + b"X-Odd: \xff\x00\xe9\r\n\r\n\xff\xfe\x00")) as receiver:
        answer = client().get(receiver.url, {})
    assert answer.body == b"\xff\xfe\x00"
    assert answer.headers["x-odd"] == "ÿ?é"


def test_large_headers_are_kept_up_to_the_cap():
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 500) for number in range(60))
    with Receiver(replying(HEAD + b"Retry-After: 5\r\n" + lines + b"\r\n")) as receiver:
        answer = client().get(receiver.url, {})
    assert answer.headers["retry-after"] == "5"
    assert sum(len(name) + len(value) for name, value in answer.headers.items()) <= 8192


def test_an_answer_before_the_body_was_read_counts():
    def impatient(connection, receiver):
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    with Receiver(impatient) as receiver:
        sender = client(limits=Limits(total=10))
        assert sender.post(receiver.url, {}, bytes(1 << 20)).status == 413
        assert sender.get(receiver.url, {}).status == 200
