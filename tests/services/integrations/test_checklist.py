"""What the page says is set up: made from what is stored, without asking anybody."""

import pytest

import app.registry as registry
from app.extensions import transaction
from app.registry.spec import Field, GatewaySpec, Method, Spec
from app.services import credentials, event_endpoints, integrations
from app.services.credentials import Scope
from tests import world
from tests.flows.conftest import hook_path
from tests.services.integrations.conftest import (
    ALIEN,
    NEW,
    OLD,
    OTHER_ACCOUNT,
    Rotating,
)

BODY_LIMIT = 512 * 1024


def lines(keys) -> dict[str, tuple[str, str]]:
    return {one.name: (one.state, one.code) for one in keys.card().lines}


def line(keys, name: str):
    return next(one for one in keys.card().lines if one.name == name)


def post(keys, body: bytes = b"{}", **headers: str) -> int:
    client = keys.shop.app.test_client()
    return client.post(hook_path(keys.shop), data=body, headers=headers).status_code


def tell(keys, secret: str = world.STRIPE_WEBHOOK_SECRET) -> int:
    """Stripe calls about something of this account that is nothing of ours."""
    about = {"id": "pi_1", "object": "payment_intent", "metadata": {}}
    event = {"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": about}}
    body, headers = keys.stripe.sign(event, secret)
    return post(keys, body, **headers)


def test_nothing_stored_is_one_thing_to_do(shop, stripe):
    keys = Rotating(shop, stripe, Scope("organization", shop.org_id))
    assert lines(keys) == {"keys": ("todo", "none")}
    assert not keys.card().needs_attention


def test_keys_alone_work_but_need_attention(shop, stripe):
    keys = Rotating(shop, stripe, Scope("organization", shop.org_id))
    keys.save(OLD)
    stripe.requests.clear()
    assert lines(keys) == {
        "keys": ("ok", "test"),
        "whose": ("ok", "own"),
        "secret": ("attention", "missing"),
        "endpoint": ("todo", "unseen"),
        "called": ("todo", "never"),
        "refused": ("ok", "none"),
    }
    card = keys.card()
    assert card.is_configured and card.needs_attention
    with shop.inside():
        (listed,) = [one for one in integrations.cards() if one.spec.key == "stripe"]
    assert listed.needs_attention, "the list says so too"
    assert stripe.requests == []


def test_everything_in_order_is_said_to_be(keys, stripe):
    with keys.shop.inside():
        event_endpoints.mend("stripe", keys.scope, actor="ada")
    assert tell(keys, keys.in_use("webhookSecret")) == 200
    stripe.requests.clear()
    assert {state for state, _ in lines(keys).values()} == {"ok"}
    assert line(keys, "endpoint").when and line(keys, "called").when
    assert stripe.requests == [], "nobody is asked for this"


def test_live_keys_are_called_live(shop, stripe):
    keys = Rotating(shop, stripe, Scope("organization", shop.org_id))
    stripe.account("sk_live_51OfTheSameAccount000006", id="acct_A")
    keys.save("sk_live_51OfTheSameAccount000006")
    assert lines(keys)["keys"] == ("ok", "live")


def test_the_operators_keys_are_said_to_be_theirs(make_app, stripe):
    shop = world.open_shop(make_app(STRIPE_API_BASE=stripe.url, STRIPE_SECRET_KEY=OLD))
    keys = Rotating(shop, stripe, Scope("organization", shop.org_id))
    assert lines(keys) == {
        "keys": ("ok", "stored"),
        "whose": ("ok", "environment"),
        "secret": ("attention", "operator"),
    }


# --- refused keys


def test_keys_that_they_refuse_need_attention_until_they_are_taken(keys, stripe):
    stripe.revoke(OLD)
    with keys.shop.inside():
        assert not integrations.verify("stripe").is_ok
    assert lines(keys)["keys"] == ("attention", "refused")
    stripe.account(OLD, id="acct_A")
    with keys.shop.inside():
        assert integrations.verify("stripe").is_ok
    assert lines(keys)["keys"] == ("ok", "test")


def test_new_keys_are_not_the_refused_ones(keys, stripe):
    stripe.revoke(OLD)
    with keys.shop.inside():
        integrations.verify("stripe")
    keys.save(NEW, OTHER_ACCOUNT)
    assert lines(keys)["keys"] == ("ok", "test")


def test_silence_or_a_missing_right_is_no_refusal(keys, stripe):
    stripe.fail_next("GET /v1/account", status=503, times=2)
    with keys.shop.inside():
        integrations.verify("stripe")
    stripe.account(OLD, id="acct_A", lacks=["account:read"])
    with keys.shop.inside():
        integrations.verify("stripe")
    assert lines(keys)["keys"] == ("ok", "test")


# --- the endpoint


@pytest.mark.parametrize(
    ("damage", "state"),
    [({"status": "disabled"}, "disabled"), ({"enabled_events": ["charge.refunded"]}, "incomplete")],
)
def test_the_last_look_at_the_endpoint_is_remembered(keys, stripe, damage, state):
    with keys.shop.inside():
        event_endpoints.mend("stripe", keys.scope, actor="ada")
        stripe.tamper(stripe.webhook_endpoints()[0]["id"], **damage)
        assert lines(keys)["endpoint"] == ("ok", "fine"), "nobody has looked since"
        event_endpoints.check("stripe", keys.scope)
        assert lines(keys)["endpoint"] == ("attention", state)
        event_endpoints.mend("stripe", keys.scope, actor="ada")
    assert lines(keys)["endpoint"] == ("ok", "fine")


def test_a_secret_typed_in_after_the_look_asks_for_another(shop, stripe):
    keys = Rotating(shop, stripe, Scope("organization", shop.org_id))
    keys.save(OLD)
    with shop.inside():
        event_endpoints.mend("stripe", keys.scope, actor="ada")
        integrations.save("stripe", {}, removed=["webhookSecret"], actor="ada")
        event_endpoints.check("stripe", keys.scope)
    assert lines(keys)["endpoint"] == ("attention", "no_secret")
    keys.save("", webhookSecret="whsec_typed_in_by_hand_01")
    assert lines(keys)["endpoint"] == ("todo", "unseen")


@pytest.mark.parametrize(("key", "code"), [(NEW, "fine"), (ALIEN, "unseen")])
def test_what_was_seen_at_one_account_says_nothing_of_another(keys, key, code):
    with keys.shop.inside():
        event_endpoints.mend("stripe", keys.scope, actor="ada")
    keys.save(key, OTHER_ACCOUNT)
    assert lines(keys)["endpoint"][1] == code


def test_a_gateway_without_an_api_for_endpoints_lacks_the_look_alone(keys, monkeypatch):
    import dataclasses

    spec = registry.SERVICES["stripe"]
    by_hand = dataclasses.replace(spec.gateway, registers=False)
    monkeypatch.setitem(registry.SERVICES, "stripe", dataclasses.replace(spec, gateway=by_hand))
    assert lines(keys)["endpoint"] == ("todo", "by_hand")
    tell(keys)
    assert lines(keys)["endpoint"] == ("ok", "calls")


def test_a_made_up_gateway_has_its_lines(keys, monkeypatch):
    field = Field("key", "Key", ("TOY_KEY",), "secret", required=True)
    gateway = GatewaySpec("toy:Toy", "Toy", (Method("pigeon", "Pigeon"),), creates_at="pay")
    monkeypatch.setitem(registry.SERVICES, "toy", Spec("toy", "Toy", "Payments", (field,), gateway))
    with keys.shop.inside():
        with transaction():
            credentials.save("toy", keys.scope, {"key": "coo-coo-coo-coo"}, actor="ada")
        found = {one.name: one.code for one in integrations.card("toy").lines}
    assert found == {
        "keys": "stored",
        "whose": "own",
        "endpoint": "by_hand",
        "called": "never",
        "refused": "none",
    }


@pytest.mark.parametrize("service", ["sandbox", "resend"])
def test_what_nothing_can_go_wrong_with_has_no_lines(keys, service):
    with keys.shop.inside():
        assert integrations.card(service).lines == []


@pytest.mark.parametrize(
    ("driver", "code"), [("nowpayments", "with_payments"), ("btcpay", "unseen")]
)
def test_which_company_is_chosen_decides_what_is_said_of_our_address(shop, driver, code):
    typed = {
        "apiKey": "a-key-of-theirs",
        "driver": driver,
        "storeId": "S1",
        "serverUrl": "https://b.example",
    }
    with shop.inside():
        integrations.save("crypto", typed, actor="ada")
        card = integrations.card("crypto")
    assert {one.name: one.code for one in card.lines}["endpoint"] == code
    assert card.can_register is (driver == "btcpay")


# --- calls of theirs


def test_a_believed_call_is_noted_also_when_it_is_about_nothing_of_ours(keys):
    assert tell(keys) == 200
    assert lines(keys)["called"] == ("ok", "yes")


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (lambda keys: tell(keys, "whsec_of_somebody_else"), 400, "unproved"),
        (lambda keys: post(keys, b"x" * (BODY_LIMIT + 1)), 413, "too_large"),
    ],
)
def test_a_refused_call_needs_attention_for_some_days(keys, later, call, status, code):
    assert call(keys) == status
    found = line(keys, "refused")
    assert (found.state, found.code, found.status) == ("attention", code, status)
    assert keys.card().needs_attention
    later(3 * 24 * 3600 + 60)
    assert lines(keys)["refused"] == ("ok", "none")


def test_a_call_that_nothing_can_prove_is_noted_too(shop, stripe):
    keys = Rotating(shop, stripe, Scope("organization", shop.org_id))
    keys.save(OLD)
    assert tell(keys) == 503
    assert lines(keys)["refused"] == ("attention", "no_secret")


@pytest.mark.parametrize("by", ["a believed call", "another secret"])
def test_a_refusal_is_over(keys, by):
    tell(keys)
    tell(keys, "whsec_of_somebody_else")
    assert lines(keys)["refused"][0] == "attention"
    if by == "a believed call":
        assert tell(keys) == 200, "noted though another was noted in the same minute"
    else:
        keys.save("", webhookSecret="whsec_the_right_one_at_last")
    assert lines(keys)["refused"] == ("ok", "none")


def test_a_flood_of_forged_calls_is_written_down_once_a_minute(on_both_keys, later):
    from tests.flows.test_costs import counting

    keys = on_both_keys
    assert tell(keys, "whsec_forged") == 400
    first = line(keys, "refused").when
    with counting(keys.shop.app) as counts:
        for _ in range(20):
            assert tell(keys, "whsec_forged") == 400
    assert {one.split()[0] for one in counts["statements"]} <= {"SELECT", "BEGIN"}
    assert line(keys, "refused").when == first
    later(61)
    tell(keys, "whsec_forged")
    assert line(keys, "refused").when > first


def test_a_stream_of_right_calls_is_written_down_once_a_minute(keys):
    from tests.flows.test_costs import counting

    tell(keys)
    with counting(keys.shop.app) as counts:
        for _ in range(20):
            assert tell(keys) == 200
    assert [one for one in counts["statements"] if one.startswith("UPDATE")] == []


def test_an_address_nobody_has_is_noted_nowhere(keys):
    client = keys.shop.app.test_client()
    assert client.post("/api/webhooks/stripe/" + "0" * 32, data=b"{}").status_code == 404
    assert client.post("/api/webhooks/stripe", data=b"{}").status_code == 503
    assert lines(keys)["refused"] == ("ok", "none")
