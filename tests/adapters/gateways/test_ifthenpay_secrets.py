"""Keys stand in addresses, queries and bodies there, and come out nowhere: not in what is logged,
not in what an error says, whatever goes wrong."""

import contextlib
import io
import logging
import traceback
from urllib.parse import quote

import pytest

from app.adapters.gateways import base, wire
from app.kit import logs
from app.kit.money import Money
from tests.adapters.gateways.ifthenpay_keys import URL, opened, order
from tests.fakes.ifthenpay import IfthenpayFake

KEYS = {
    "antiPhishingKey": "CanaryOfPhishing0001",
    "mbKey": "CAN-100001",
    "mbwayKey": "CAN-200002",
    "ccKey": "CAN-300003",
    "backofficeKey": "4444-0004-0004-0004",
}
CENT = base.RefundRequest("ref_1", Money(1, "EUR"), "refund-ref_1")
CALLS = {
    "multibanco": lambda adapter: adapter.create_payment(order("multibanco")),
    "push": lambda adapter: adapter.create_payment(order("mbway")),
    "card": lambda adapter: adapter.create_payment(order("card")),
    "status": lambda adapter: adapter.retrieve_payment("mbway:r1:order:2000"),
    "list": lambda adapter: adapter.retrieve_payment("card:r1:order:2000"),
    "give up": lambda adapter: adapter.cancel_payment("mbway:r1:order:2000"),
    "find": lambda adapter: adapter.find_payment(order("mbway")),
    "refund": lambda adapter: adapter.refund_payment("r1", CENT),
    "register": lambda adapter: adapter.endpoints.create(URL),
    "test": lambda adapter: adapter.verify(),
}  # fmt: skip
ECHO = " ".join([*KEYS.values(), *(quote(one, safe="") for one in KEYS.values())])
SAID = {"Message": ECHO, "message": ECHO, "Status": "-7", "status": 500, "Code": "0"}
FAULTS = {
    "dropped": lambda fake: fake.drop_before_commit("* /", times=9),
    "repeats keys": lambda fake: fake.fail_next("* /", status=200, body=SAID, times=9),
    "repeats keys as text": lambda fake: fake.fail_next(
        "* /", status=200, body=ECHO.encode(), times=9
    ),
    "400": lambda fake: fake.fail_next("* /", status=400, body=SAID, times=9),
    "401": lambda fake: fake.fail_next("* /", status=401, body=SAID, times=9),
    "403": lambda fake: fake.fail_next("* /", status=403, body=SAID, times=9),
    "404": lambda fake: fake.fail_next("* /", status=404, body=SAID, times=9),
    "429": lambda fake: fake.fail_next("* /", status=429, body=SAID, times=9),
    "500": lambda fake: fake.fail_next("* /", status=500, body=SAID, stored=False, times=9),
    "sent on": lambda fake: fake.fail_next(
        "* /", status=302, headers={"Location": f"/x?key={ECHO}"}, times=9
    ),
    "no headers": lambda fake: fake.fail_next(
        "* /", status=500, stored=False, headers={"X\r\nno colon here": "x"}, times=9
    ),
    "nobody there": lambda fake: fake.stop(),
}


def shapes(key: str) -> set[str]:
    return {key, key[::-1], key.encode().hex(), quote(key, safe="")}


@pytest.fixture
def logged():
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        logs.configure("debug", "json")
        yield said
    logs.configure("error", "text")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_no_key_comes_out_whatever_goes_wrong(fault, call, logged, monkeypatch):
    monkeypatch.setattr(wire, "READ", 0.3)  # the half answer below is waited for to its end
    with IfthenpayFake() as fake:
        adapter = opened(fake, **KEYS)
        FAULTS[fault](fake)
        try:
            CALLS[call](adapter)
            said = ""
        except base.GatewayError as error:
            logging.getLogger("x").exception("went wrong")
            said = error.reason + repr(error) + "".join(traceback.format_exception(error))
        said += logged.getvalue() + repr(adapter.credentials) + repr(adapter.client._api)
    found = [key for key in KEYS.values() for shape in shapes(key) if shape in said]
    assert found == []


@pytest.mark.parametrize("call", CALLS)
def test_no_key_comes_out_when_all_is_well(call, logged):
    with IfthenpayFake() as fake:
        account = fake.account
        account.mb, account.mbway, account.card = KEYS["mbKey"], KEYS["mbwayKey"], KEYS["ccKey"]
        account.backoffice = KEYS["backofficeKey"]
        with contextlib.suppress(base.GatewayError):
            made = CALLS[call](opened(fake, **KEYS))
            assert not [key for key in KEYS.values() if key in repr(made)]
    assert not [key for key in KEYS.values() if key in logged.getvalue()]


def test_the_previous_anti_phishing_key_is_left_out_as_well():
    with IfthenpayFake() as fake:
        adapter = opened(fake, **KEYS, **{"antiPhishingKey.previous": "CanaryBefore0005"})
        fake.fail_next("POST *", status=200, body={"Status": "-1", "Message": "CanaryBefore0005!"})
        with pytest.raises(base.Declined) as refused:
            adapter.create_payment(order("card"))
        assert refused.value.reason == "Ifthenpay refused the payment: …!"
