"""Whatever happens to held money, in whatever order, and whatever gets lost on the way: the books,
our rows, the sandbox's own ledger and plain arithmetic say the same."""

from collections import Counter

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import get_state_machine_test

from app.adapters.gateways.sandbox import SandboxGateway
from app.jobs.drain import Drainer
from tests import world
from tests.flows.escrow_walk.border import Border
from tests.flows.escrow_walk.walk import START, Walk

# A walk that meets nothing proves nothing.
SOON_MET = {"clocks stopped", "fetched back", "refused: escrow_busy", "resumed"}
MET = SOON_MET | {
    "could not be fetched",
    "released: date",
    "refunds that fetch from 1",
    "refunds that fetch from 2",
    "refused: chargeback_open",
    *(
        f"{kind}: {end}"
        for kind in ("transfer", "reverse", "refund")
        for end in ("heard", "found", "answer lost", "question lost", "refused")
    ),
    *(f"{kind}: said not to be made" for kind in ("release", "reversal", "refund")),
}


def walk(app, monkeypatch, examples: int, number: int = 0) -> Counter[str]:
    """That many walks of one app; how often each thing was met."""
    border, met = Border(), Counter()
    monkeypatch.setattr(SandboxGateway, "sellers", border.sellers)
    monkeypatch.setattr(SandboxGateway, "ledger", border.ledger)
    shop, drainer = world.open_shop(app), Drainer(app, threads=1)
    with time_machine.travel(START, tick=False) as clock_of_walks:
        shared = {"shop": shop, "border": border, "drainer": drainer, "met": met, "sellers": []}
        machine = type("Walk", (Walk,), {**shared, "clock": clock_of_walks})
        test = get_state_machine_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=8,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )
        seed(number)(test)()
    drainer.close()
    return met


@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", range(4))
def test_fifty_walks_end_as_the_model_says(make_app, sqlite_url, monkeypatch, number):
    met = walk(make_app(sqlite_url), monkeypatch, 50, number)
    assert SOON_MET - set(met) == set()


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("number", range(4, 24))
def test_ten_thousand_walks_end_as_the_model_says(make_app, sqlite_url, monkeypatch, number):
    """Twenty times five hundred."""
    met = walk(make_app(sqlite_url), monkeypatch, 500, number)
    assert MET - set(met) == set()
