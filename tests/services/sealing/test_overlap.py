"""While a new key is rolled out, processes with other first keys share the database."""

import random
import threading

import pytest

from app.extensions import reading, transaction
from app.services import credentials, sealing
from app.services.credentials import Scope
from tests import world
from tests.services.sealing.planted import FIRST, OLD, kid, kids_stored

OLD_ALONE = {"INTEGRATION_ENCRYPTION_KEY": OLD}
ANNOUNCED = {**OLD_ALONE, "INTEGRATION_ENCRYPTION_KEY_PREVIOUS": FIRST}
PROMOTED = {"INTEGRATION_ENCRYPTION_KEY": FIRST, "INTEGRATION_ENCRYPTION_KEY_PREVIOUS": OLD}
ALONE = {"INTEGRATION_ENCRYPTION_KEY": FIRST}


@pytest.fixture(params=["postgresql", "sqlite"])
def deploy(request, make_app, database_url):
    """Start one more process with these keys, on one database."""
    sqlite = request.param == "sqlite"
    url = request.getfixturevalue("sqlite_url") if sqlite else database_url
    return lambda keys: make_app(url, **keys)


class Process:
    """One of two that save and open the same five providers' credentials."""

    def __init__(self, app, shop, scopes, written):
        self.app, self.shop, self.scopes, self.written = app, shop, scopes, written
        self.reads, self.writes, self.errors = 0, 0, []

    def work(self, times, seed):
        drawn = random.Random(seed)
        try:
            with world.Shop(self.app, self.shop.org_id, "", "", None).inside():
                for number in range(times):
                    self.act(drawn.choice(self.scopes), drawn, f"sk_test_{seed}_{number}_0123")
        except BaseException as error:
            self.errors.append(error)

    def act(self, scope, drawn, new):
        if drawn.random() < 0.5:
            self.written[scope].add(new)  # before: the other one may see it at once
            with transaction():
                credentials.save("stripe", scope, {"secretKey": new}, actor="ana")
            self.writes += 1
        else:
            with reading():
                found = credentials.open_stored(credentials.stored("stripe", scope))
            assert found["secretKey"] in self.written[scope]
            self.reads += 1


@pytest.mark.parametrize(
    "pair", [(OLD_ALONE, ANNOUNCED), (ANNOUNCED, PROMOTED)], ids=["announced", "promoted"]
)
def test_two_processes_read_and_write_mixed_without_an_error(make_app, pair):
    apps = [make_app(**keys) for keys in pair]
    shop = world.open_shop(apps[0])
    providers = [world.open_shop(apps[0], name=f"Shop {number}") for number in range(5)]
    scopes = [Scope("provider", one.provider_id) for one in providers]
    written = {scope: {world.STRIPE_KEY} for scope in scopes}
    for scope in scopes:
        world.connect_stripe(shop, scope=scope)
    two = [Process(app, shop, scopes, written) for app in apps]

    threads = [threading.Thread(target=one.work, args=(500, at)) for at, one in enumerate(two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [one.errors for one in two] == [[], []]
    assert sum(one.reads + one.writes for one in two) == 1000
    assert min(min(one.reads, one.writes) for one in two) > 200


def test_the_whole_way_to_a_new_key(deploy):
    old = deploy(OLD_ALONE)
    shop = world.open_shop(old, webhook_url="http://127.0.0.1:9/hook")
    world.connect_stripe(shop)
    announced, promoted = deploy(ANNOUNCED), deploy(PROMOTED)

    with promoted.app_context():
        assert sealing.rotate(lambda where, count: None).is_complete
    assert set(kids_stored(old)) == {kid(FIRST)}
    with announced.app_context():
        assert sealing.verify().closed == [], "who was not restarted yet opens it all the same"
    with deploy(ALONE).app_context():
        assert sealing.verify().closed == []


def test_what_a_late_process_sealed_with_the_old_key_is_told_and_done_by_the_next_run(deploy):
    late, promoted = deploy(ANNOUNCED), deploy(PROMOTED)
    shop = world.open_shop(late, webhook_url="http://127.0.0.1:9/hook")

    def save_behind(where, count):
        world.connect_stripe(shop)  # its table was looked through already

    with promoted.app_context():
        done = sealing.rotate(save_behind)
        assert done.closed == []
        assert not done.is_complete
        assert [(key.kid, key.values) for key in done.older] == [(kid(OLD), 2)]
        assert sealing.rotate(lambda where, count: None).is_complete
    assert set(kids_stored(promoted)) == {kid(FIRST)}
