"""A provider's server: counts what it is told, and answers as a test wants."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["CUT", "Call", "Receiver"]

CUT = 0  # taken in, and then the connection breaks: what the sender must take for a failure


@dataclass(frozen=True)
class Call:
    """One POST as it came in."""

    id: str
    body: bytes
    at: float = field(default_factory=time.time)


class Receiver:
    """Answers each POST with the status that `answer` says, 204 unless told otherwise."""

    def __init__(self, answer: Callable[[Call], int] = lambda call: 204) -> None:
        self.answer = answer
        self.calls: list[Call] = []
        self.taken: Counter[str] = Counter()  # by id, what was answered with 2xx or cut off
        self.changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take(Call(self.headers["webhook-id"], body))
                if status == CUT:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_) -> None:
                pass  # the sender was killed

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.server.shutdown()
        self.server.server_close()

    def take(self, call: Call) -> int:
        with self.changed:
            self.calls.append(call)
            self.changed.notify_all()
        status = self.answer(call)
        with self.changed:
            if status == CUT or 200 <= status < 300:
                self.taken[call.id] += 1
            self.changed.notify_all()
        return status

    def wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until something about the calls is true; False when it never was."""
        with self.changed:
            return self.changed.wait_for(condition, seconds)

    def wait_for_calls(self, count: int, seconds: float = 30) -> bool:
        return self.wait(lambda: len(self.calls) >= count, seconds)

    def wait_for_ids(self, count: int, seconds: float = 30) -> bool:
        """Wait until that many different events were taken in."""
        return self.wait(lambda: len(self.taken) >= count, seconds)
