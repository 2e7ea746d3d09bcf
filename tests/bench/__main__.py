"""`make bench`: us and a bare Flask app, interleaved, on the same PostgreSQL and the same stub.

Prints the ratios and ends with 1 when one of the gated ones is missed. About two minutes.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import processes
from tests.bench.product import Product
from tests.bench.report import Report
from tests.servers import postgres

KEY = "gh_bench_0123456789abcdef0123456789abcdef"
ROUNDS = 5
REQUESTS = 400


def fire(port: int, path: str, callers: int, requests: int, body: str, **headers: str) -> dict:
    """Load from another process, so that its CPU is not counted."""
    plan = {
        "port": port,
        "path": path,
        "callers": callers,
        "requests": requests,
        "body": body,
        "mark": time.time_ns(),
        "headers": {"Content-Type": "application/json", **headers},
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=True,
        cwd=processes.ROOT,
    )
    result = json.loads(done.stdout)
    if result["failed"]:
        raise SystemExit(f"{path} answered {result['failed']}")
    return result


def measured(pids: list[int], requests: int, call) -> dict:
    """A load's figures with the CPU milliseconds a request cost the given processes."""
    before = processes.cpu_seconds(*pids)
    result = call()
    spent = processes.cpu_seconds(*pids) - before
    return {**result, "cpu_ms": spent / requests * 1000}


def compare(report: Report, name: str, gate: float | None, floor, ours) -> None:
    """Interleaved rounds of both; the median of the paired CPU ratios is the result."""
    floor(), ours()  # warm
    pairs = [(floor(), ours()) for _ in range(ROUNDS)]
    cpu = statistics.median(one["cpu_ms"] / other["cpu_ms"] for one, other in pairs)
    report.row(
        name,
        floor=statistics.median(one["cpu_ms"] for one, _ in pairs),
        ours=statistics.median(one["cpu_ms"] for _, one in pairs),
        ratio=cpu,
        rps=statistics.median(other["rps"] / one["rps"] for one, other in pairs),
        gate=gate,
    )


def main() -> int:
    report = Report()
    with postgres.start(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        server.create_database("floor")
        server.create_database("product")
        _throughput(report, server, Path(folder))
    return report.finish()


def _throughput(report: Report, server, folder: Path) -> None:
    stub_port, slow_port = processes.free_port(), processes.free_port()
    floor_port, our_port = processes.free_port(), processes.free_port()
    stub = [sys.executable, "-m", "tests.bench.stub"]
    floor_env = {
        "DATABASE_URL": server.url("floor"),
        "STRIPE_API_BASE": f"http://127.0.0.1:{stub_port}",
    }
    subprocess.run(
        [sys.executable, "-c", f"from tests.bench.floor import prepare; prepare({KEY!r})"],
        env={**__import__("os").environ, **floor_env},
        cwd=processes.ROOT,
        check=True,
    )
    product = Product(server.url("product"), folder, f"http://127.0.0.1:{stub_port}")
    floor_body = json.dumps({"apiKey": KEY, "amount": 25, "itemName": "Ticket", "externalId": "%d"})
    our_body = json.dumps({"amount": 25, "itemName": "Ticket", "externalId": "%d"})
    auth = {"Authorization": f"Bearer {product.api_key}"}
    floor_app, our_app = "tests.bench.floor:app", "wsgi:app"
    with (
        processes.running([*stub, str(stub_port), "0"], {}, stub_port),
        processes.running([*stub, str(slow_port), "80"], {}, slow_port),
        processes.running(
            processes.gunicorn(floor_app, floor_port, 2, 4), floor_env, floor_port
        ) as floor,
        processes.running(
            processes.gunicorn(our_app, our_port, 2, 4), product.environ, our_port
        ) as ours,
    ):
        database = server.pid
        compare(
            report,
            "create, gateway answers at once",
            0.77,
            lambda: measured(
                [floor.pid, database],
                REQUESTS,
                lambda: fire(floor_port, "/create", 8, REQUESTS, floor_body),
            ),
            lambda: measured(
                [ours.pid, database],
                REQUESTS,
                lambda: fire(our_port, "/api/create-payment-intent", 8, REQUESTS, our_body, **auth),
            ),
        )
        calls = product.inbound_calls(ROUNDS * 2 + 2, REQUESTS)
        compare(
            report,
            "inbound webhook: verified, stored, task left",
            0.80,
            lambda: measured(
                [floor.pid, database],
                REQUESTS,
                lambda: fire(floor_port, "/store", 8, REQUESTS, floor_body),
            ),
            lambda: measured([ours.pid, database], REQUESTS, lambda: next(calls)(our_port)),
        )
        report.note(
            "memory per web worker, MiB (PSS): floor, ours",
            [processes.pss_mib(floor.pid), processes.pss_mib(ours.pid)],
        )
    slow_env = {"STRIPE_API_BASE": f"http://127.0.0.1:{slow_port}"}
    with (
        processes.running([*stub, str(slow_port), "80"], {}, slow_port),
        processes.running(
            processes.gunicorn(floor_app, floor_port, 2, 16), {**floor_env, **slow_env}, floor_port
        ),
        processes.running(
            processes.gunicorn(our_app, our_port, 2, 16), {**product.environ, **slow_env}, our_port
        ),
    ):

        def floor_slow(callers: int, requests: int) -> dict:
            return fire(floor_port, "/create", callers, requests, floor_body)

        def our_slow(callers: int, requests: int) -> dict:
            return fire(our_port, "/api/create-payment-intent", callers, requests, our_body, **auth)

        floor_slow(64, 300), our_slow(64, 300)
        pairs = [(floor_slow(64, 600), our_slow(64, 600)) for _ in range(3)]
        report.plain(
            "create, gateway takes 80 ms, 64 callers: requests a second",
            statistics.median(one["rps"] for one, _ in pairs),
            statistics.median(one["rps"] for _, one in pairs),
            statistics.median(other["rps"] / one["rps"] for one, other in pairs),
            0.85,
        )
        one, other = floor_slow(1, 60), our_slow(1, 60)
        report.note(
            "latency beside an 80 ms gateway, one caller, p50 ms: floor, ours",
            [one["p50"], other["p50"]],
        )
        report.note("the same, p99 ms: floor, ours", [one["p99"], other["p99"]])


if __name__ == "__main__":
    sys.exit(main())
