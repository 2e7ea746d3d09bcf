"""Test connection, and what we make of PayPal when it is unwell."""

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.paypal import PayPalGateway
from app.adapters.gateways.paypal import client as clients
from tests.adapters.gateways.rigs.paypal import CLIENT_ID, SECRET
from tests.fakes.paypal import PayPalFake

ORDERS = "/v2/checkout/orders"


@pytest.fixture
def hosts(monkeypatch):
    """PayPal's two hosts, each with an app of its own."""
    with PayPalFake() as live, PayPalFake() as sandbox:
        live.app("AliveClient", "live secret", app_id="APP-LIVE")
        sandbox.app("AsandboxClient", "sandbox secret", app_id="APP-SANDBOX")
        monkeypatch.setitem(clients.HOSTS, "live", live.url)
        monkeypatch.setitem(clients.HOSTS, "sandbox", sandbox.url)
        yield live, sandbox


def opened(client_id: str, secret: str, environment: str, base_url=None) -> PayPalGateway:
    values = {"clientId": client_id, "clientSecret": secret, "environment": environment}
    return PayPalGateway(base.Credentials(values, base_url))


def test_account_and_mode_are_named(hosts):
    found = opened("AliveClient", "live secret", "live").verify()
    assert (found.account, found.test_mode, found.remarks) == ("APP-LIVE", False, ())
    found = opened("AsandboxClient", "sandbox secret", "sandbox").verify()
    assert (found.account, found.test_mode) == ("APP-SANDBOX", True)


@pytest.mark.parametrize(
    ("keys", "environment", "said"),
    [
        (
            ("AsandboxClient", "sandbox secret"),
            "live",
            "these keys are of PayPal's sandbox, and the environment is set to live",
        ),
        (
            ("AliveClient", "live secret"),
            "sandbox",
            "these keys are of live mode, and the environment is set to sandbox",
        ),
    ],
)
def test_keys_of_the_other_mode_are_named(hosts, keys, environment, said):
    with pytest.raises(base.Misconfigured) as refused:
        opened(*keys, environment).verify()
    assert refused.value.reason == said


def test_keys_that_neither_knows_are_just_refused(hosts):
    with pytest.raises(base.Misconfigured, match="does not accept this client id and secret"):
        opened("AliveClient", "a typo", "live").verify()


def test_where_the_other_host_is_silent_the_refusal_stands(hosts):
    live, sandbox = hosts
    sandbox.fail_next("POST /v1/oauth2/token", 500, stored=False)
    with pytest.raises(base.Misconfigured, match="does not accept"):
        opened("AsandboxClient", "sandbox secret", "live").verify()


def test_a_moved_host_has_no_other(hosts):
    live, sandbox = hosts
    with pytest.raises(base.Misconfigured, match="does not accept"):
        opened("AsandboxClient", "sandbox secret", "live", live.url).verify()
    assert (len(live.requests), len(sandbox.requests)) == (1, 0)


def test_it_proves_the_keys_of_now_and_not_a_token_of_before(rig, captured):
    captured()
    rig.fake.app(CLIENT_ID, "another secret by now")
    with pytest.raises(base.Misconfigured):
        rig.adapter.verify()


def test_missing_rights_are_remarks(rig):
    rig.fake.app(CLIENT_ID, SECRET, lacks=["payments/refund", "applications/webhooks"])
    assert rig.adapter.verify().remarks == (
        "the app may not refund",
        "the app may not manage webhooks",
    )


def test_it_moves_nothing(rig):
    rig.adapter.verify()
    assert [(one.method, one.path) for one in rig.fake.requests] == [("POST", "/v1/oauth2/token")]


# --- PayPal is unwell


CALLS = {
    "create": ("POST", f"{ORDERS}$"),
    "retrieve": ("GET", f"{ORDERS}/*"),
    "capture": ("POST", f"{ORDERS}/*/capture$"),
    "refund": ("POST", "/v2/payments/captures/*/refund$"),
}


def call(rig, captured, name: str):
    """One call of each kind, prepared before anything is wrong."""
    if name == "create":
        return lambda: rig.adapter.create_payment(rig.request("paypal"))
    request, ref, _, paid = captured()
    refund = base.RefundRequest("ref_1", request.money, "refund-ref_1")
    return {
        "retrieve": lambda: rig.adapter.retrieve_payment(ref),
        "capture": lambda: rig.adapter.complete_payment(ref, request),
        "refund": lambda: rig.adapter.refund_payment(paid.gateway_payment_id, refund),
    }[name]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("status", "raised"),
    [
        (401, base.Misconfigured),
        (403, base.NotPermitted),
        (429, base.Busy),
        (500, base.Unavailable),
        (503, base.Unavailable),
        (302, base.Unavailable),
    ],
)
def test_what_a_status_means(rig, captured, name, status, raised):
    ask = call(rig, captured, name)
    rig.fake.fail_next(" ".join(CALLS[name]), status, times=2, stored=False)
    with pytest.raises(raised) as refused:
        ask()
    assert type(refused.value) is raised
    rig.fake.clear_faults()
    assert ask()


@pytest.mark.parametrize("name", CALLS)
def test_a_dropped_call_is_made_again_under_its_key(rig, captured, name):
    ask = call(rig, captured, name)
    rig.fake.drop_after_commit(" ".join(CALLS[name]))
    assert ask()
    assert len(rig.fake.charges()) <= 1
    assert len(rig.fake.all_refunds()) <= 1


@pytest.mark.parametrize("name", ["create", "capture", "refund"])
def test_a_refused_creation_is_definite(rig, captured, name):
    ask = call(rig, captured, name)
    rig.fake.fail_next(" ".join(CALLS[name]), 400, issue="INVALID_PARAMETER_VALUE", stored=False)
    if name == "create":
        with pytest.raises(base.Declined):
            ask()
    elif name == "refund":
        with pytest.raises(base.Impossible):
            ask()
    else:  # it was captured before
        assert ask().status == "succeeded"


def test_vendor_errors_without_details_are_put_into_words(rig):
    for body in ({}, {"details": []}, {"details": ["x"]}, {"details": {}}, {"message": "No."}):
        rig.fake.fail_next(f"POST {ORDERS}$", 422, body=body, stored=False)
        with pytest.raises(base.Declined, match=r"^PayPal: "):
            rig.adapter.create_payment(rig.request("paypal"))


def test_the_publishable_key_is_the_client_id(rig):
    assert rig.adapter.get_publishable_key() == CLIENT_ID
