"""The list of orders with a thousand of them and with a million, in one run: what a page costs may
not grow with what there is. Prints medians and their ratios, and ends with 1 above the gate.

`python -m tests.bench.orders`, about five minutes; the first argument is another large number.
"""

import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from app import create_app
from app.extensions import use_migrations
from tests import orders, world
from tests.conftest import environment
from tests.merchant import Merchant, person
from tests.servers import postgres

FEW, MANY = 1_000, 1_000_000
ROUNDS = 15
GATE = 1.3
# Each fills a page of either, so that as much is written.
PAGES = {
    "the list": "/orders",
    "one status": "/orders?status=failed",
    "company and days": "/orders?gateway=stripe&days=30",
    "company and amount": "/orders?gateway=stripe&least=5&most=11",
    "how an item begins": "/orders?q=chair",
    "how an address begins": "/orders?q=a",
    "nothing matches": "/orders?q=no+such+thing",
}


def opened(url: str, folder: Path, number: int) -> Merchant:
    """Somebody in front of an installation of their own, with so many orders."""
    from flask_migrate import upgrade

    folder.mkdir()
    app = create_app(environment(url, folder))
    use_migrations(app)
    with app.app_context():
        upgrade()
    orders.fill(world.open_shop(app), number)
    return person(app)


def seconds(browser: Merchant, path: str) -> float:
    started = time.perf_counter()
    response = browser.get(path)
    taken = time.perf_counter() - started
    assert response.status_code == 200, path
    return taken


def next_page(browser: Merchant) -> str:
    """The address of the second page, which is another one for each."""
    return re.search(r'href="(/orders\?before=[^"]+)"', browser.get("/orders").text)[1]


def compare(few: Merchant, many: Merchant) -> list[str]:
    """Print each page's ratio; the names of those above the gate."""
    missed = []
    pages = {name: (path, path) for name, path in PAGES.items()}
    pages["the next page"] = (next_page(few), next_page(many))
    for name, (small, large) in pages.items():
        seconds(few, small), seconds(many, large)  # what is compiled once is compiled
        pairs = [(seconds(few, small), seconds(many, large)) for _ in range(ROUNDS)]
        floor, ours = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
        ratio = ours / floor
        sys.stdout.write(f"{name}: {floor:.1f} ms, {ours:.1f} ms   ratio {ratio:.2f}\n")
        if ratio > GATE:
            missed.append(name)
    return missed


def main(number: int) -> int:
    with postgres.start(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        browsers = []
        for name, how_many in (("few", FEW), ("many", number)):
            server.create_database(name)
            browsers.append(opened(server.url(name), Path(folder) / name, how_many))
        sys.stdout.write(f"{FEW} orders, {number} orders; gate {GATE}\n")
        missed = compare(*browsers)
    if missed:
        sys.stdout.write(f"missed: {'; '.join(missed)}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY))
