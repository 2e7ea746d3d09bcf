"""No sealed column is forgotten, and each says rightly what its values are bound to."""

import pyotp

from app.extensions import db
from app.kit import clock
from app.kit.orm import EncryptedType
from app.models import User
from app.services import (
    doctor,
    organizations,
    sealing,
    second_factor,
    sessions,
    webhook_endpoints,
)
from app.services.credentials import Scope
from app.services.sealing import places
from tests import world


def sealed_in_the_models():
    return {
        (table.name, column.key, column.type.mapping)
        for table in db.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, EncryptedType)
    }


def test_every_sealed_column_of_the_models_is_on_the_list():
    listed = [
        (*column.name.split("."), column.attribute.type.mapping) for column in sealing.COLUMNS
    ]
    assert len(listed) == len(set(listed))
    assert set(listed) == sealed_in_the_models()


def test_an_object_names_its_fields_itself():
    for column in sealing.COLUMNS:
        assert (column.field is None) is column.attribute.type.mapping, column.name


def second_factor_on(shop):
    with shop.app.app_context():
        user = organizations.create_user("ada@example.com", "a quiet afternoon in May", org="Acme")
        secret = second_factor.new_secret()
        code = pyotp.TOTP(secret).at(int(clock.now().timestamp()))
        second_factor.confirm(sessions.find(sessions.start(user)), secret, code)


def test_what_the_services_seal_opens_at_the_place_the_list_says(on_both):
    shop = world.open_shop(on_both, webhook_url="http://127.0.0.1:9/hook")
    shop.pay(shop.order())
    for scope in (Scope("organization", shop.org_id), Scope("provider", shop.provider_id)):
        world.connect_stripe(shop, scope=scope)
    world.connect_stripe(shop, webhookSecret="whsec_the_next_of_these")
    second_factor_on(shop)
    with shop.inside():
        (endpoint,) = webhook_endpoints.list_of(shop.provider_id)
        webhook_endpoints.replace_secret(shop.provider_id, endpoint.id, actor="ana")
        found = sealing.verify()
        assert found.closed == []
        filled = {
            column.name
            for column in sealing.COLUMNS
            for rows in places.batches(column, db.select(column.model))
            if any(column.values(row) for (row,) in rows)
        }
        assert filled == {column.name for column in sealing.COLUMNS}
        assert found.opened == sum(sealing.kids().values())


def test_reading_in_batches_reads_every_row_once(on_both, monkeypatch):
    monkeypatch.setattr(places, "BATCH", 2)
    with on_both.app_context():
        made = {
            organizations.create_user(f"{number}@example.com", "a quiet afternoon", org="Acme").id
            for number in range(5)
        }
        users = next(one for one in sealing.COLUMNS if one.model is User)
        sizes = [len(rows) for rows in places.batches(users, db.select(User))]
        read = [row.id for rows in places.batches(users, db.select(User)) for (row,) in rows]
    assert sizes == [2, 2, 1]
    assert sorted(read) == sorted(made)


def test_a_record_sealed_with_a_key_that_is_gone_stops_nobody(on_both, make_app):
    shop = world.open_shop(on_both)
    shop.pay(shop.order())
    with on_both.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
    app = make_app(url, INTEGRATION_ENCRYPTION_KEY="another-key-5d4c3b2a190807f6e5d4")
    with app.app_context():
        assert doctor.unknown_keys() == set()
        assert len(sealing.verify().closed) == 1
