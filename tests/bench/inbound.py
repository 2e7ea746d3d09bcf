"""Sends prepared events from eight callers; prints one JSON line."""

import http.client
import json
import sys
import threading
import time
from pathlib import Path


def main(port: int, path: Path) -> None:
    events = iter(json.loads(path.read_text()))
    lock = threading.Lock()
    codes: list[int] = []

    def call() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with lock:
                event = next(events, None)
            if event is None:
                break
            headers = {"Content-Type": "application/json", "Stripe-Signature": event[1]}
            connection.request("POST", "/api/webhooks/stripe", event[0], headers)
            answer = connection.getresponse()
            answer.read()
            codes.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(8)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if set(codes) != {200}:
        raise SystemExit(f"answers: {set(codes)}")
    sys.stdout.write(json.dumps({"rps": len(codes) / (time.perf_counter() - begun)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
