"""Who saves while keys are rotated wins, and keeps nobody waiting."""

import threading

from sqlalchemy import select

from app.extensions import db, transaction
from app.kit.crypto import Keyring
from app.kit.tenancy import as_org
from app.models import ProviderCredentials, WebhookEndpoint
from app.services import credentials, sealing
from app.services.credentials import Scope
from app.services.sealing import rotation
from tests.services.sealing.merchants import Merchants
from tests.services.sealing.planted import OLD, rotate

HUNDRED = 100


def test_four_merchants_lose_nothing_meanwhile(planted, small_batches):
    planted.plant(3 * HUNDRED)
    with Merchants(planted) as merchants:
        done = rotate(planted.shop.app)
    assert merchants.saved >= 40
    assert done.closed == []
    planted.check()


def saved_between(monkeypatch, save):
    """Somebody saves after a batch was read and before it is written, once."""
    real, times = rotation._swap, []

    def swap(column, rows):
        if any(row.fresh for row in rows) and not times:
            times.append(1)
            save()
        return real(column, rows)

    monkeypatch.setattr(rotation, "_swap", swap)


def test_who_saves_between_reading_and_writing_wins(planted, monkeypatch):
    planted.plant(30)
    (spot, *_) = [one for one in planted.spots if one.model is ProviderCredentials]
    provider_id = spot.place.owner.removeprefix("provider:")
    only = [one for one in sealing.COLUMNS if one.model is ProviderCredentials]
    monkeypatch.setattr(rotation, "COLUMNS", only)

    def save():
        with as_org(planted.shop.org_id), transaction():
            values = {"secretKey": "sk_test_saved_meanwhile"}
            credentials.save("stripe", Scope("provider", provider_id), values, actor="ana")

    saved_between(monkeypatch, save)
    rotate(planted.shop.app)
    monkeypatch.undo()
    rotate(planted.shop.app)
    spot.plain = "sk_test_saved_meanwhile"
    planted.check()


def test_a_row_that_is_deleted_meanwhile_is_not_missed(planted, monkeypatch):
    planted.plant(20)
    gone = {one.row_id for one in planted.spots if one.model is WebhookEndpoint}
    column = next(one for one in sealing.COLUMNS if one.model is WebhookEndpoint)
    monkeypatch.setattr(rotation, "COLUMNS", [column])

    def delete():
        with as_org(planted.shop.org_id), transaction():
            for row in db.session.scalars(select(WebhookEndpoint)):
                db.session.delete(row)

    saved_between(monkeypatch, delete)
    assert rotate(planted.shop.app).resealed == 0
    monkeypatch.undo()
    rotate(planted.shop.app)
    planted.spots = [one for one in planted.spots if one.row_id not in gone]
    planted.check()


def test_a_row_that_somebody_holds_keeps_no_other_waiting(on_postgresql, monkeypatch):
    planted = on_postgresql.plant(60)
    (held, other) = [
        one for one in planted.spots if one.model is WebhookEndpoint and one.column == "secret"
    ][:2]
    holds, others_done = threading.Event(), threading.Event()

    def hold():
        with planted.shop.inside(), transaction():
            query = select(WebhookEndpoint).where(WebhookEndpoint.id == held.row_id)
            row = db.session.scalars(query.with_for_update()).one()
            holds.set()
            assert others_done.wait(20)
            row.secret = Keyring([OLD]).seal("saved while it was held", held.place)
            held.plain = "saved while it was held"

    real = rotation._swap

    def swap(column, rows):
        missed = real(column, rows)
        if column.model is WebhookEndpoint:
            others_done.set()
        return missed

    monkeypatch.setattr(rotation, "_swap", swap)
    thread = threading.Thread(target=hold)
    thread.start()
    assert holds.wait(20)
    rotate(planted.shop.app)
    thread.join(20)
    assert others_done.is_set()
    planted.check()
