"""Threads that share a step: each gets its own answer, none pays for another's."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.extensions import db
from app.kit.tenancy import as_org, current_org
from app.models import DeliveryStatus
from app.services import tasks
from app.services.deliveries import outbox
from app.services.deliveries.outcome import record
from app.services.deliveries.outgoing import begin
from app.services.deliveries.together import Together
from app.services.tasks import LeaseLost
from tests.faults.worker import eventually

SOON = 10


def crowd(app, together, items, org="org_1"):
    """Call it with every item, each in its own thread."""

    def call(item):
        with app.app_context(), as_org(org):
            return together(item)

    with ThreadPoolExecutor(len(items)) as pool:
        futures = [pool.submit(call, item) for item in items]
    return [future.result() for future in futures]


def test_everybody_gets_the_answer_to_their_own_question(app):
    together = Together(lambda items: [item * 2 for item in items])
    found = crowd(app, together, range(20))
    assert found == [item * 2 for item in range(20)]


def test_those_who_come_while_one_runs_are_served_at_once_after_it(app):
    batches, entered, leave = [], threading.Event(), threading.Event()

    def step(items):
        batches.append(len(items))
        if len(batches) == 1:
            entered.set()
            leave.wait(SOON)
        return items

    together = Together(step)

    def call(item):
        with app.app_context(), as_org("org_1"):
            return together(item)

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(call, 0)
        assert entered.wait(SOON)
        rest = [pool.submit(call, item) for item in range(1, 8)]
        with app.app_context():
            queue = together._queues[id(db.engine), "org_1"]
        assert eventually(lambda: len(queue.waiting) == 7)
        leave.set()
        assert [one.result(SOON) for one in [first, *rest]] == list(range(8))
    assert batches == [1, 7]


def test_organizations_never_share_a_step(app):
    seen = []

    def step(items):
        seen.append((current_org(), set(items)))
        return items

    together = Together(step)
    for org in ("org_1", "org_2"):
        crowd(app, together, [org] * 8, org)
    assert {org for org, _ in seen} == {"org_1", "org_2"}
    assert all(items == {org} for org, items in seen)


def test_a_step_that_raises_raises_for_all_it_served_and_for_nobody_later(app):
    def step(items):
        if "bad" in items:
            raise ValueError("no")
        return items

    together = Together(step)
    with app.app_context(), as_org("org_1"):
        with pytest.raises(ValueError, match="no"):
            together("bad")
        assert together("good") == "good"


def test_whose_lease_is_lost_is_told_and_the_others_are_recorded(hooked, later):
    for _ in range(3):
        hooked.tell()
    with hooked.shop.inside():
        lost = [*tasks.claim(1)]
        sent = [(task, begin(task)) for task in lost]
        later(tasks.LEASE + 1)
        sent += [(task, begin(task)) for task in tasks.claim(10, busy={})][:2]
    ok = outbox.Result(204, None, 5)
    outcomes = []

    def finish(task, outgoing):
        with hooked.shop.inside():
            try:
                record(task, outgoing, ok)
            except LeaseLost:
                outcomes.append("lost")
            else:
                outcomes.append("recorded")

    with ThreadPoolExecutor(3) as pool:
        for task, outgoing in sent:
            pool.submit(finish, task, outgoing)
    assert sorted(outcomes) == ["lost", "recorded", "recorded"]


def test_a_hundred_deliveries_in_sixteen_threads_are_each_sent_once(hooked, answering, httpserver):
    from app.jobs.drain import Drainer

    answering(204)
    ids = {hooked.tell() for _ in range(100)}
    drainer = Drainer(hooked.shop.app, threads=16)
    try:
        assert drainer.drain(60) == 100
    finally:
        drainer.close()
    assert len(httpserver.log) == 100
    assert {hooked.delivery(id_).status for id_ in ids} == {DeliveryStatus.succeeded}
    assert [one.number for one in hooked.attempts()] == [1] * 100
