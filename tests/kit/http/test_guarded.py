import socket
import threading

import pytest

from app.kit.http import guarded
from app.kit.http.addresses import AddressPolicy
from tests.kit.http import hostile
from tests.kit.http.hostile import (
    SHORT,
    Listener,
    Receiver,
    client,
    refused,
    replying,
    resolving,
)

NOBODY = AddressPolicy()


def test_a_post_arrives_whole_and_the_answer_comes_back():
    with Receiver() as receiver:
        url = receiver.url.replace("127.0.0.1", "hooks.example.test")
        sender = client(resolver=resolving_to(receiver))
        answer = sender.post(url + "?a=1", {"webhook-id": "msg_1"}, b'{"a":1}')
    head, body = receiver.requests[0].split(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert (answer.status, answer.body, answer.truncated) == (200, b"ok", False)
    assert answer.headers == {"content-length": "2"}
    assert lines[0] == b"POST /hook?a=1 HTTP/1.1"
    assert f"Host: hooks.example.test:{receiver.port}".encode() in lines
    assert {b"webhook-id: msg_1", b"Accept-Encoding: identity"} <= set(lines)
    assert body == b'{"a":1}'


def resolving_to(receiver, *before):
    resolve = resolving()

    def at_port(host, port, **_):
        resolve.lookups += 1
        at_port.lookups = resolve.lookups
        return [hostile.answer("127.0.0.1", one) for one in (*before, receiver.port)]

    return at_port


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "[::]",
        "0",
    ],
)
def test_no_spelling_of_a_forbidden_address_is_dialled(host):
    with Listener() as listener:
        refused(client(NOBODY), f"http://{host}:{listener.port}/", "E_BLOCKED")
        assert listener.knocks() == 0


def test_a_listener_does_count_who_knocks():
    with Listener() as listener:
        refused(client(), f"http://127.0.0.1:{listener.port}/", "E_TIMEOUT")
        assert listener.knocks() == 1


@pytest.mark.parametrize("other", ["10.0.0.1", "::1", "64:ff9b::7f00:1", "fe80::1%lo", "::"])
@pytest.mark.parametrize("order", [1, -1])
def test_one_forbidden_answer_keeps_us_from_all_of_them(other, order):
    with Listener() as listener:
        sender = client(resolver=resolving(*["127.0.0.1", other][::order]))
        refused(sender, f"http://mixed.example.test:{listener.port}/", "E_BLOCKED")
        assert listener.knocks() == 0


def test_a_name_that_changes_its_mind_is_blocked_at_the_next_dial():
    answers = iter(["127.0.0.1", "127.0.0.2"])
    hosts = []

    def flip(host, port, **_):
        hosts.append(host)
        return [hostile.answer(next(answers), port)]

    with Receiver(replying(b"HTTP/1.0 200 OK\r\n\r\n")) as receiver:
        url = f"http://rebind.example.test:{receiver.port}/"
        sender = client(resolver=flip)
        assert sender.get(url, {}).status == 200
        refused(sender, url, "E_BLOCKED")
        assert receiver.accepts == 1
    assert hosts == ["rebind.example.test"] * 2


def test_a_redirect_is_an_answer_and_nothing_more():
    with Listener() as listener:
        inside = f"http://127.0.0.1:{listener.port}/secret"
        head = f"HTTP/1.1 302 Found\r\nLocation: {inside}\r\nContent-Length: 0\r\n\r\n"
        with Receiver(replying(head.encode())) as receiver:
            answer = client().post(receiver.url, {}, b"{}")
        assert (answer.status, answer.headers["location"]) == (302, inside)
        assert listener.knocks() == 0


@pytest.mark.parametrize("url", ["http://u:p@127.0.0.1/", "file:///etc/passwd", "http://a\\b/"])
def test_a_url_that_could_be_misread_is_not_sent(url):
    refused(client(), url, "E_BLOCKED")


def test_plain_http_is_refused_when_only_https_is_allowed():
    with Listener() as listener:
        sender = client(https_only=True)
        refused(sender, f"http://127.0.0.1:{listener.port}/", "E_BLOCKED")
        assert listener.knocks() == 0


def test_proxies_of_the_environment_are_ignored(monkeypatch):
    with Listener() as proxy, Receiver() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert client().get(receiver.url, {}).status == 200
        assert proxy.knocks() == 0


def test_the_next_address_is_tried_when_the_first_refuses():
    with Listener() as closed:
        port = closed.port
    with Receiver() as receiver:
        sender = client(resolver=resolving_to(receiver, port))
        assert sender.get("http://two.example.test/", {}).status == 200
    refused(client(), f"http://127.0.0.1:{port}/", "E_CONNECT")


@pytest.mark.parametrize(
    "failure", [socket.gaierror(-2, "unknown"), UnicodeError("label"), None], ids=repr
)
def test_a_name_without_an_address(failure):
    def resolve(*_, **__):
        if failure:
            raise failure
        return []

    refused(client(resolver=resolve), "http://none.example.test/", "E_DNS")


def test_slow_name_servers_hold_neither_us_nor_more_threads_than_allowed(monkeypatch):
    monkeypatch.setattr("app.kit.http.dial.LOOKUPS", 2)
    answered, lookups = threading.Event(), []

    def resolve(host, port, **_):
        lookups.append(host)
        answered.wait(5)
        return []

    sender = client(resolver=resolve)
    for number in range(3):
        refused(sender, f"http://slow{number}.example.test/", "E_DNS")
    answered.set()
    assert len(lookups) == 2


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET /", {}),
        ("GET\r\nX: y", {}),
        ("GET", {"Host": "other"}),
        ("GET", {"content-length": "5"}),
        ("GET", {"Transfer-Encoding": "chunked"}),
        ("GET", {"X": "a\r\nY: b"}),
        ("GET", {"X": "a\n b"}),
        ("GET", {"X: y\r\nZ": "a"}),
        ("GET", {"X": "€"}),
    ],
)
def test_a_request_that_says_more_than_it_should_is_the_callers_mistake(method, headers):
    with Listener() as listener:
        with pytest.raises(ValueError, match=r"not a method|cannot be sent"):
            client().send(method, f"http://127.0.0.1:{listener.port}/", headers=headers)
        assert listener.knocks() == 0


def test_the_short_limits_are_the_real_ones_made_short():
    assert guarded.Limits() == guarded.Limits(3.0, 3.0, 10.0, 15.0, 65536, 8192)
    assert SHORT.body == 65536
