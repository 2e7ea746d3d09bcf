"""The callers: a bounded number of keep-alive requests from some threads; prints one JSON line."""

import http.client
import json
import statistics
import sys
import threading
import time


def run(plan: dict) -> dict:
    """`plan`: port, path, callers, requests, headers, and a body in which %d becomes a number."""
    times: list[float] = []
    failed: list[int] = []
    numbers = iter(range(plan["requests"]))
    lock = threading.Lock()

    def call() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=30)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                break
            body = plan["body"].replace("%d", f"{plan['mark']}-{number}")
            begun = time.perf_counter()
            connection.request("POST", plan["path"], body, plan["headers"])
            answer = connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - begun)
            if answer.status != 200:
                failed.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(plan["callers"])]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    cuts = statistics.quantiles(times, n=100)
    return {
        "rps": len(times) / seconds,
        "p50": statistics.median(times) * 1000,
        "p99": cuts[98] * 1000,
        "failed": failed[:3],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(json.loads(sys.stdin.read()))))
