"""The task table: leased by one at a time, in lanes, until done or given up."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select

from app.extensions import db, reading, transaction
from app.jobs import HANDLERS
from app.kit import clock
from app.kit.tenancy import NoOrganization, as_org, current_org
from app.models import Event, Task
from app.services import organizations, tasks
from app.services.tasks import Again, LeaseLost
from tests import world


@pytest.fixture
def org(on_both):
    with on_both.app_context():
        yield organizations.ensure("Acme").id


@pytest.fixture
def ours(org):
    with as_org(org):
        yield org


@pytest.fixture
def handlers(monkeypatch):
    """Handlers of this test alone, by name."""
    made = {}
    monkeypatch.setattr("app.jobs.drain.HANDLERS", made)
    return made


def add(name="demo", **options):
    with transaction():
        tasks.add(name, {"order": "ord_1"}, **options)


def add_many(count, org_id, *, lane=None, age=0):
    """Rows straight into the table; a thousand objects would take longer than the test."""
    due = clock.now() - timedelta(seconds=age)
    rows = [
        {"org_id": org_id, "name": "demo", "args": {}, "lane": lane, "due_at": due, "attempts": 0}
        for _ in range(count)
    ]
    with db.engine.begin() as connection:
        connection.execute(insert(Task.__table__), rows)


def rows():
    with reading() as session:
        return session.scalars(select(Task).order_by(Task.id)).all()


def only():
    (row,) = rows()
    return row


# --- who gets it


def claim_in_a_crowd(app, how_many: int) -> Counter:
    """Everybody claims until nothing is left; how often each task was got."""
    got, lock, start = Counter(), threading.Lock(), threading.Barrier(how_many)

    def work():
        start.wait()
        with app.app_context():
            while claimed := tasks.claim(32):
                with lock:
                    got.update(one.id for one in claimed)

    crowd = [threading.Thread(target=work) for _ in range(how_many)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    return got


def test_twenty_claimers_get_each_of_4000_tasks_exactly_once(app):
    with app.app_context():
        org_id = organizations.ensure("Acme").id
        add_many(4000, org_id)
    got = claim_in_a_crowd(app, 20)
    assert len(got) == 4000
    assert set(got.values()) == {1}


def test_claimers_get_each_task_exactly_once_on_sqlite_too(make_app, sqlite_url):
    app = make_app(sqlite_url)
    with app.app_context():
        org_id = organizations.ensure("Acme").id
        add_many(400, org_id)
    got = claim_in_a_crowd(app, 6)
    assert len(got) == 400
    assert set(got.values()) == {1}


def test_what_is_not_due_yet_is_nobodys(ours, later):
    add(due=clock.after(60))
    assert tasks.claim(10) == []
    later(61)
    assert len(tasks.claim(10)) == 1


def test_the_next_due_moment_skips_what_somebody_holds(ours):
    assert tasks.next_due() is None
    soon = clock.after(60)
    add()
    add(due=soon)
    assert tasks.next_due() <= clock.now()
    tasks.claim(1)
    assert abs(tasks.next_due() - soon) < timedelta(milliseconds=1)


# --- leases


def test_a_lease_that_ran_out_is_somebody_elses(ours, later):
    add()
    (first,) = tasks.claim(10)
    later(tasks.LEASE - 1)
    assert tasks.claim(10) == []
    later(2)
    (second,) = tasks.claim(10)
    assert (second.id, second.attempts) == (first.id, 2)


def test_whoever_comes_late_changes_nothing(ours, later):
    add()
    (slow,) = tasks.claim(10)
    later(tasks.LEASE + 1)
    (holder,) = tasks.claim(10)
    before = only()

    for refused in (
        lambda: tasks.finish(slow, None),
        lambda: tasks.finish(slow, Again(clock.after(5))),
        lambda: tasks.fail(slow, ValueError("late")),
    ):
        with pytest.raises(LeaseLost):
            refused()

    now = only()
    assert (now.lease_token, now.due_at, now.last_error) == (holder.token, before.due_at, None)
    tasks.finish(holder, None)
    assert rows() == []


def test_again_runs_it_at_that_moment_with_all_its_tries(ours, later):
    add()
    (task,) = tasks.claim(1)
    tasks.finish(task, Again(clock.after(300)))
    assert tasks.claim(1) == []
    later(301)
    (again,) = tasks.claim(1)
    assert again.attempts == 1


# --- lanes


def test_two_at_a_time_go_towards_one_destination(ours):
    add_many(10, ours, lane="a")
    add_many(10, ours, lane="b")
    add_many(10, ours)
    claimed = Counter(one.lane for one in tasks.claim(32))
    assert claimed == {"a": 2, "b": 2, None: 10}


def test_what_runs_already_counts(ours):
    add_many(5, ours, lane="a")
    assert len(tasks.claim(32, busy={"a": 1})) == 1
    assert tasks.claim(32, busy={"a": 2}) == []


def test_a_thousand_old_tasks_of_a_dead_destination_starve_nobody(ours):
    add_many(1000, ours, lane="dead", age=3600)
    add_many(1000, ours, lane="dying", age=1800)
    add_many(20, ours)
    claimed = Counter(one.lane for one in tasks.claim(16))
    assert claimed == {"dead": 2, "dying": 2, None: 12}


def test_a_lane_whose_tasks_end_at_once_leaves_room_for_the_next(ours):
    """Nothing runs when somebody looks, so no lane is full but by what the look itself takes."""
    add_many(40, ours, lane="busy", age=3600)
    add_many(10, ours, lane="other")
    for _ in range(5):
        claimed = tasks.claim(4)
        assert Counter(one.lane for one in claimed) == {"busy": 2, "other": 2}
        for one in claimed:
            tasks.finish(one, None)


# --- keys


def test_of_one_key_there_is_one_unfinished_task(ours):
    add(key="orders.expire:1")
    add(key="orders.expire:1")
    add(key="orders.expire:2")
    assert len(rows()) == 2
    for task in tasks.claim(10):
        tasks.finish(task, None)
    add(key="orders.expire:1")
    assert len(rows()) == 1


def test_a_given_up_task_frees_its_key(ours, later):
    add(key="orders.expire:1")
    exhaust(later)
    add(key="orders.expire:1")
    assert [row.key for row in rows()] == [None, "orders.expire:1"]


# --- failing


def exhaust(later) -> list[float]:
    """Fail the one task until it is given up; the waits in between."""
    waits = []
    while True:
        (task,) = tasks.claim(1)
        before = clock.now()
        if tasks.fail(task, ValueError("no")):
            return waits
        waits.append((only().due_at - before).total_seconds())
        later(waits[-1] + 1)


def test_a_failing_task_is_tried_later_and_later_and_then_no_more(ours, later):
    add()
    waits = exhaust(later)
    assert [round(one) for one in waits[:8]] == [1, 5, 15, 60, 300, 900, 3600, 3600]
    assert len(waits) == tasks.GIVE_UP - 1
    dead = only()
    assert dead.dead_at and dead.last_error == "ValueError: no"
    later(10 * 86_400)
    assert tasks.claim(10) == []
    assert tasks.next_due() is None


def given_up(later, on_giving_up) -> Task:
    """The one task, once its tries are used up."""
    while True:
        (task,) = tasks.claim(1)
        if tasks.fail(task, ValueError("no"), on_giving_up):
            return only()
        later(tasks.BACKOFF[-1] + 1)


def test_whoever_is_told_that_it_is_given_up_may_have_it_tried_anew(ours, later):
    add()
    later_on = clock.after(3 * 86_400)
    task = given_up(later, lambda _task: Again(later_on))
    assert (task.dead_at, task.attempts, task.due_at) == (None, 0, later_on)
    assert task.last_error == "ValueError: no"


def test_it_is_given_up_even_if_whoever_is_told_crashes(ours, later):
    def crash(_task):
        db.session.add(Event(provider_id="prv_1", type="ping", payload="{}"))
        raise LookupError

    add()
    assert given_up(later, crash).dead_at
    with reading() as session:
        assert session.scalars(select(Event)).all() == []


def run_to_the_end(app, later) -> int:
    """Run, and move the clock on, until nothing will ever be due; how many runs there were."""
    runs = 0
    with app.app_context():
        while (due := tasks.next_due()) is not None:
            later(max(0.0, (due - clock.now()).total_seconds()) + 0.01)
            runs += world.run_tasks(app)
            assert runs < 50
    return runs


def test_a_name_nobody_knows_ends_as_given_up(ours, on_both, later):
    add("no.such.task")
    assert run_to_the_end(on_both, later) == tasks.GIVE_UP
    dead = only()
    assert dead.dead_at and "no.such.task" in dead.last_error


def test_a_task_that_takes_its_worker_down_is_given_up_too(ours, on_both, handlers, later):
    """Nobody is left to say that it failed: the lease alone runs out."""
    ran = []
    handlers["demo"] = ran.append
    add()
    for _ in range(tasks.GIVE_UP):
        assert len(tasks.claim(1)) == 1
        later(tasks.LEASE + 1)
    world.run_tasks(on_both)
    assert ran == []
    assert only().dead_at and "NoWorkerSurvives" in only().last_error


def test_an_error_is_kept_short_without_secrets_and_storable(ours):
    add()
    (task,) = tasks.claim(1)
    tasks.fail(task, ValueError("whsec_" + "A" * 40 + "\x00" + "x" * 1000))
    kept = only().last_error
    assert "whsec_" not in kept and "[secret]" in kept
    assert "\x00" not in kept and len(kept) <= 500


# --- for whom


def test_a_task_runs_in_its_own_organization(on_both, handlers):
    seen = []
    handlers["demo"] = lambda task: seen.append((task.org_id, current_org()))
    with on_both.app_context():
        for name in ("Acme", "Globex"):
            with as_org(organizations.ensure(name).id):
                add()
    world.run_tasks(on_both)
    assert len({org for org, _ in seen}) == 2
    assert all(org == current for org, current in seen)


def test_without_an_organization_no_task_is_left(org):
    with transaction(), pytest.raises(NoOrganization):
        tasks.add("demo", {})
    assert rows() == []


def test_a_task_for_no_organization_at_all_cannot_be_stored(org):
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), transaction():
        db.session.add(Task(org_id="org_nobody", name="demo", due_at=clock.now()))
        db.session.flush()


def test_a_task_that_is_rolled_back_was_never_left(ours):
    with pytest.raises(ZeroDivisionError), transaction():
        tasks.add("demo", {})
        raise ZeroDivisionError
    assert rows() == []


# --- in one commit


def test_the_end_of_a_task_and_its_result_stand_or_fall_together(ours):
    """`complete` is a part, so what the handler writes beside it shares its commit."""
    add()
    (task,) = tasks.claim(1)
    with pytest.raises(ZeroDivisionError), transaction():
        tasks.complete(task)
        raise ZeroDivisionError
    assert only().lease_token == task.token
    with transaction():
        db.session.execute(delete(Task), execution_options={"synchronize_session": False})
    with pytest.raises(LeaseLost), transaction():
        db.session.add(Event(provider_id="prv_1", type="ping", payload="{}"))
        tasks.complete(task)
    with reading() as session:
        assert session.scalars(select(Event)).all() == []


def test_every_handler_that_ends_its_own_task_is_known():
    from app.jobs import GIVING_UP
    from app.jobs.drain import CLOSES_ITSELF

    assert set(HANDLERS) >= CLOSES_ITSELF | set(GIVING_UP)
