"""Everything that opens ends up with the first key, however often it is killed."""

import pytest
from sqlalchemy import select

from app.extensions import db, transaction
from app.kit.crypto import Keyring, Place, Sealed
from app.models import IntegrationConfig, ProviderCredentials, WebhookEndpoint
from app.services import sealing
from tests.services.sealing.planted import (
    FIRST,
    OLD,
    OLDEST,
    SECRETS,
    SMALL,
    kid,
    kids_stored,
    rotate,
)

HUNDRED = 100


class Killed(BaseException):
    """Stands for SIGKILL between two steps."""


def everything(app):
    with app.app_context(), db.engine.connect() as connection:
        return [
            connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id").all()
            for table in sorted({column.model.__tablename__ for column in sealing.COLUMNS})
        ]


def test_every_value_is_sealed_with_the_first_key_and_is_what_it_was(planted, small_batches):
    planted.plant(HUNDRED)
    before = kids_stored(planted.shop.app)
    assert set(before) == {kid(one) for one in SECRETS}
    heard = []

    done = rotate(planted.shop.app, lambda where, count: heard.append((where, count)))

    planted.check()
    assert done.resealed == before[kid(OLD)] + before[kid(OLDEST)] > HUNDRED / 2
    assert (done.kid, done.closed, done.is_complete) == (kid(FIRST), [], True)
    assert sum(count for _, count in heard) == done.resealed
    assert {where for where, _ in heard} == {column.name for column in sealing.COLUMNS}
    assert max(count for _, count in heard) <= 2 * SMALL  # two values lie in some rows


def test_a_second_run_changes_nothing(planted):
    planted.plant(HUNDRED)
    rotate(planted.shop.app)
    before = everything(planted.shop.app)
    assert rotate(planted.shop.app).resealed == 0
    assert everything(planted.shop.app) == before


def test_rotating_is_nobodys_change(planted):
    planted.plant(10)

    def moments():
        with planted.shop.app.app_context(), db.engine.connect() as connection:
            return [
                connection.exec_driver_sql(
                    f"SELECT id, updated_at FROM {column.model.__tablename__} ORDER BY id"
                ).all()
                for column in sealing.COLUMNS
            ]

    before = moments()
    rotate(planted.shop.app)
    assert moments() == before


def test_killed_and_run_again_it_ends_the_same(planted, small_batches):
    planted.plant(2 * HUNDRED)

    def killed(where, count):
        raise Killed

    for _ in range(5):
        left = (
            sum(kids_stored(planted.shop.app).values()) - kids_stored(planted.shop.app)[kid(FIRST)]
        )
        with pytest.raises(Killed):
            rotate(planted.shop.app, killed)
        assert 0 < kids_stored(planted.shop.app)[kid(OLD)] < left
    rotate(planted.shop.app)
    planted.check()


LOST = f"enc:v1:00000000:{'A' * 60}"


def test_what_does_not_open_stays_as_it_is_and_is_named(planted):
    planted.plant(50)
    endpoints = [one for one in planted.spots if one.model is WebhookEndpoint]
    configs = [one for one in planted.spots if one.model is ProviderCredentials]
    moved = Keyring([OLD]).seal("x", Place("users", "usr_1", "totp", "totp"))
    broken = {
        endpoints[0].row_id: ("secret", Sealed(LOST), "no key with id 00000000"),
        endpoints[2].row_id: ("secret", Sealed("damaged"), "not an enc:v1: value"),
        endpoints[4].row_id: ("previous_secret", moved, "does not open with key"),
    }
    with planted.shop.inside(), transaction():
        for row_id, (column, value, _) in broken.items():
            setattr(db.session.get(WebhookEndpoint, row_id), column, value)
        row = db.session.get(ProviderCredentials, configs[0].row_id)
        row.config = {**row.config, "webhookSecret": Sealed(LOST)}
        owner = f"provider:{row.provider_id}"

    done = rotate(planted.shop.app)

    named = {
        f"webhook_endpoints {row_id} {column}: {reason}"
        for row_id, (column, _, reason) in broken.items()
    } | {f"provider_credentials {owner} webhookSecret: no key with id 00000000"}
    assert len(done.closed) == len(named)
    assert all(any(where.startswith(one) for where in done.closed) for one in named)
    assert not done.is_complete
    with planted.shop.inside(), transaction():
        for row_id, (column, value, _) in broken.items():
            assert getattr(db.session.get(WebhookEndpoint, row_id), column) == value
        row = db.session.get(ProviderCredentials, configs[0].row_id)
        assert row.config["webhookSecret"] == Sealed(LOST)
        assert row.config["secretKey"].kid == kid(FIRST), "its neighbour opens"
        assert row.config["publishableKey"] == "pk_test_1"
    left = {key: count for key, count in kids_stored(planted.shop.app).items() if key != kid(FIRST)}
    assert left == {"00000000": 2, kid(OLD): 1}
    assert {key.kid: key.values for key in done.older} == {kid(OLD): 1, kid(OLDEST): 0}


def test_an_object_another_hand_wrote_is_swapped_too(planted):
    """Its text has blanks and letters that ours would not have."""
    app, org = planted.shop.app, planted.shop.org_id
    place = Place("integration_config", org, "stripe", "secretKey")
    sealed = Keyring([OLD]).seal("sk_test_1", place).envelope
    with planted.shop.inside(), transaction():
        db.session.add(IntegrationConfig(org_id=org, service="stripe", config={}))
    text = f'{{ "label" : "loja à mão",  "secretKey":"{sealed}" }}'
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE integration_config SET config = '{text}'")

    assert rotate(app).resealed == 1

    with planted.shop.inside(), transaction():
        config = db.session.scalars(select(IntegrationConfig.config)).one()
    assert config["label"] == "loja à mão"
    assert Keyring([FIRST]).open(config["secretKey"], place) == "sk_test_1"


def test_keys_are_told_by_the_variables_they_stand_in(planted):
    planted.plant(20)
    older = {key.kid: key for key in rotate(planted.shop.app).older}
    name = "INTEGRATION_ENCRYPTION_KEY_PREVIOUS"
    assert older[kid(OLD)].variables == [f"entry 1 of {name}"]
    assert older[kid(OLDEST)].variables == [f"entry 2 of {name}"]
    assert [key.values for key in older.values()] == [0, 0]
