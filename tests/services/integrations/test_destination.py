"""A stored secret is not sent to a server that somebody typed who may not know the secret."""

import pytest

from app.adapters.gateways.crypto import CryptoGateway
from app.adapters.gateways.wire import Reply
from app.extensions import reading, transaction
from app.kit.errors import Refused
from app.services import credentials, integrations
from app.services.credentials import Scope
from tests import world

KEY = "stored-key-of-the-house"
BTCPAY = {"driver": "btcpay", "storeId": "S1", "serverUrl": "https://pay.acme.example"}


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, str]]:
    """Which server got which key."""
    calls = []

    def answer(_method, url, headers, _body):
        calls.append((url.split("/")[2], headers.get("Authorization", "")))
        return Reply(200, {}, b'{"permissions": ["unrestricted"]}')

    monkeypatch.setattr(CryptoGateway, "guarded", staticmethod(answer))
    return calls


@pytest.fixture
def store(make_app):
    shop = world.open_shop(make_app(), gateway="crypto")

    def save(**values):
        with shop.inside(), transaction():
            scope = Scope("organization", shop.org_id)
            credentials.save("crypto", scope, {"apiKey": KEY, **values}, actor="owner")
        return shop

    return save


@pytest.mark.parametrize(
    ("before", "typed"),
    [
        (BTCPAY, {"serverUrl": "https://elsewhere.example"}),
        (BTCPAY, {**BTCPAY, "serverUrl": "https://pay.acme.example.elsewhere.example"}),
        (BTCPAY, {"driver": "nowpayments"}),
        ({}, {**BTCPAY, "serverUrl": "https://elsewhere.example"}),
    ],
)
def test_another_server_takes_the_key_typed_anew(store, sent, before, typed):
    shop = store(**before)
    with shop.inside():
        with pytest.raises(Refused) as refused:
            integrations.save("crypto", typed, actor="admin")
        assert (refused.value.code, refused.value.details["field"]) == ("type_again", "apiKey")
        with reading():
            kept = credentials.stored("crypto", Scope("organization", shop.org_id))
        assert kept.values.get("serverUrl") == before.get("serverUrl")
    assert sent == []


def test_whoever_types_the_key_moves_to_another_server(store, sent):
    shop = store(**BTCPAY)
    with shop.inside():
        there = {"serverUrl": "https://elsewhere.example", "apiKey": "another-key"}
        insists = integrations.Insists(unchecked=True, other_account=True)
        integrations.save("crypto", there, insists=insists, actor="admin")
        with reading():
            kept = credentials.stored("crypto", Scope("organization", shop.org_id))
    assert kept.values["serverUrl"] == "https://elsewhere.example"
    assert not any(KEY in header for host, header in sent if host == "elsewhere.example")


def test_the_same_server_asks_for_nothing(store, sent):
    shop = store(**BTCPAY)
    with shop.inside():
        integrations.save("crypto", {**BTCPAY, "environment": "sandbox"}, actor="admin")
