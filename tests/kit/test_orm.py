"""Sealed columns and moments on both databases, and what models share."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import db, reading, transaction
from app.kit.crypto import Keyring, Place
from app.kit.orm import EncryptedType, UtcDateTime
from app.models import Order, WebhookEndpoint
from tests import world

DIALECTS = [postgresql.dialect(), sqlite.dialect()]
PLAIN = "EAAAl-plaintext-of-some-gateway"
SEALED = Keyring(["some-key-0123456789-0123456789-0123"]).seal("x", Place("t", "o", "s", "f"))


@pytest.mark.parametrize("dialect", DIALECTS, ids=["postgresql", "sqlite"])
@pytest.mark.parametrize(
    "value",
    [PLAIN, "", b"bytes", 1, {"a": 1}, SEALED.envelope],
    ids=["plain", "empty", "bytes", "number", "mapping", "text of an envelope"],
)
def test_an_encrypted_column_takes_nothing_but_sealed_values(dialect, value):
    with pytest.raises(TypeError) as caught:
        EncryptedType().process_bind_param(value, dialect)
    assert PLAIN not in str(caught.value)


@pytest.mark.parametrize("dialect", DIALECTS, ids=["postgresql", "sqlite"])
def test_an_encrypted_column_stores_envelopes_and_loads_sealed_values(dialect):
    kind = EncryptedType()
    assert kind.process_bind_param(SEALED, dialect) == SEALED.envelope
    assert kind.process_result_value(SEALED.envelope, dialect) == SEALED
    assert kind.process_bind_param(None, dialect) is None
    assert kind.process_result_value(None, dialect) is None


@pytest.mark.parametrize("dialect", DIALECTS, ids=["postgresql", "sqlite"])
def test_an_encrypted_object_keeps_public_values_as_they_are(dialect):
    kind = EncryptedType(mapping=True)
    stored = {"secretKey": SEALED.envelope, "publishableKey": "pk_test_1", "n": 1, "none": None}
    loaded = {**stored, "secretKey": SEALED}
    assert kind.process_bind_param(loaded, dialect) == stored
    assert kind.process_result_value(stored, dialect) == loaded
    assert kind.process_bind_param(None, dialect) is None
    assert kind.process_result_value(None, dialect) is None


def test_plaintext_found_in_an_encrypted_column_is_not_printed(on_both):
    shop = world.open_shop(on_both, webhook_url="http://127.0.0.1:5998/hook")
    with on_both.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE webhook_endpoints SET secret = '{PLAIN}'")
    with shop.inside(), reading() as session:
        endpoint = session.scalars(select(WebhookEndpoint)).one()
    for text in (str(endpoint.secret), repr(endpoint.secret), repr(endpoint), f"{endpoint}"):
        assert PLAIN not in text
    assert endpoint.secret.kid is None


def test_plaintext_is_refused_before_a_statement_could_print_it():
    endpoint = WebhookEndpoint(secret=SEALED, previous_secret=None)
    with pytest.raises(TypeError) as caught:
        endpoint.secret = PLAIN
    assert PLAIN not in str(caught.value)
    assert endpoint.secret == SEALED
    with pytest.raises(TypeError):
        WebhookEndpoint(secret=PLAIN)


def test_a_moment_comes_back_in_utc(on_both):
    shop = world.open_shop(on_both)
    order = shop.order()
    moment = datetime(2030, 1, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=5)))
    with shop.inside(), transaction():
        db.session.get_one(Order, order["orderId"]).paid_at = moment
    with shop.inside(), reading() as session:
        found = session.get_one(Order, order["orderId"]).paid_at
    assert found == moment
    assert found.tzinfo is UTC


@pytest.mark.parametrize("dialect", DIALECTS, ids=["postgresql", "sqlite"])
def test_a_moment_without_a_zone_is_not_stored(dialect):
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2030, 1, 1), dialect)  # noqa: DTZ001
    assert UtcDateTime().process_bind_param(None, dialect) is None
    assert UtcDateTime().process_result_value(None, dialect) is None


def test_a_model_has_an_id_before_it_is_stored_and_knows_its_columns():
    order = Order(item_name="Premium Credits")
    assert order.id.startswith("ord_")
    assert repr(order) == f"<Order {order.id}>"
    assert Order(id="ord_1").id == "ord_1"
    with pytest.raises(TypeError, match="Order has no colour"):
        Order(colour="red")
