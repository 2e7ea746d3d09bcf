"""A small threaded HTTP/1.1 server on loopback that the gateway fakes share."""

from __future__ import annotations

import json
import socket
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from tests.fakes.faults import Fault, FaultBoard, FaultSwitches


@dataclass
class Request:
    """One call as it arrived, and what became of it."""

    method: str
    path: str
    query: str
    headers: Message
    body: bytes
    params: Any = None
    account: str | None = None
    status: int | None = None
    replayed: bool = False


@dataclass
class Response:
    """What to answer. ``body`` is JSON unless it is bytes."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """The bytes that go out."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Tests open dozens of connections at once; the default backlog of 5 would refuse some.
    request_queue_size = 256

    def __init__(self, fake: FakeServer) -> None:
        self.fake = fake
        self.open_sockets: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.fake.count_lock:
            self.fake.connections += 1
            self.open_sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self.fake.count_lock:
            self.open_sockets.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is nothing to print about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Buffered writes and no Nagle: otherwise every answer waits for a delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        body = self.rfile.read(length)
        request = Request(self.command, parts.path, parts.query, self.headers, body)
        response = self.server.fake.answer(request)
        if response is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        payload = response.encoded()
        headers = {"Content-Type": "application/json", **response.headers}
        self.send_response(response.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)
        self.wfile.flush()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read the request log instead of stderr."""


class FakeServer(FaultSwitches):
    """Base of every fake: sockets, request log, hooks and faults. Subclasses ``handle``."""

    def __init__(self) -> None:
        self.faults = FaultBoard()
        self.count_lock = threading.Lock()
        self.connections = 0
        self.requests: list[Request] = []
        self.on_request: list[Callable[[str, str], None]] = []
        self.errors: list[BaseException] = []
        self._server = _Server(self)
        self._thread: threading.Thread | None = None
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close every socket and wake every held call."""
        self.faults.stop()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        with self.count_lock:
            sockets = list(self._server.open_sockets)
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.stop()
        # A bug in the fake, or a hook's assertion, must not pass for a gateway's fault.
        if kind is None and self.errors:
            raise AssertionError(f"{len(self.errors)} error(s) in the fake") from self.errors[0]

    def handle(self, request: Request) -> Response:
        """Answer one call; the gateway's own behaviour."""
        raise NotImplementedError

    def fault_response(self, request: Request, fault: Fault) -> Response:
        """The gateway's error body for a planned failure."""
        body = fault.options["body"]
        if body is None:
            body = {"error": f"planned fault {fault.options['status']}"}
        return Response(fault.options["status"], body, dict(fault.options["headers"]))

    def work_started(self, request: Request) -> Fault | None:
        """Called by ``handle`` once a call is accepted: waits at gates, tells of a failure."""
        held = self.faults.take("hold", request.method, request.path)
        if held is not None:
            held.options["gate"].wait()
        return self.faults.take("fail", request.method, request.path, stored=True)

    def calls(self, method: str, path: str) -> list[Request]:
        """The recorded calls with this method and path prefix (``$`` and ``*`` as in faults)."""
        wanted = Fault("", f"{method} {path}", 1)
        return [one for one in list(self.requests) if wanted.matches(one.method, one.path)]

    def answer(self, request: Request) -> Response | None:
        """Run one call through hooks, faults and the gateway; None means hang up."""
        with self.count_lock:
            self.requests.append(request)
        try:
            for hook in list(self.on_request):
                hook(request.method, request.path)
            response = self._with_faults(request)
        except Exception as error:
            traceback.print_exc()
            self.errors.append(error)
            response = Response(500, {"error": {"type": "api_error", "message": repr(error)}})
        if response is not None:
            request.status = response.status
        return response

    def _with_faults(self, request: Request) -> Response | None:
        where = (request.method, request.path)
        self._sleep(self.faults.take("slow", *where))
        if self.faults.take("drop_before", *where):
            return None
        failure = self.faults.take("fail", *where, stored=False)
        if failure is not None:
            return self.fault_response(request, failure)
        response = self.handle(request)
        held = self.faults.take("hold_after", *where)
        if held is not None:
            held.options["gate"].wait()
        self._sleep(self.faults.take("slow_after", *where))
        if self.faults.take("drop_after", *where):
            return None
        return response

    def _sleep(self, fault: Fault | None) -> None:
        if fault is not None:
            self.faults.stopping.wait(fault.options["seconds"])
