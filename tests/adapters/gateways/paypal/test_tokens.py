"""Access tokens: one for each set of credentials, in memory, until just before their end."""

import logging
import threading
from datetime import timedelta

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.paypal import PayPalGateway
from app.adapters.gateways.paypal.tokens import EARLY, MOST, Token, Tokens, key_of
from app.kit import clock
from tests.adapters.gateways.rigs.paypal import CLIENT_ID, SECRET, WEBHOOK_ID

PATH = "/v1/oauth2/token"


def fetched(rig) -> int:
    return len(rig.fake.calls("POST", PATH))


def test_a_token_is_asked_for_as_paypal_wants_it_and_used_for_many_calls(rig, captured):
    captured()
    captured()
    (call,) = rig.fake.calls("POST", PATH)
    assert call.headers["Authorization"].startswith("Basic ")
    assert call.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert call.body == b"grant_type=client_credentials"


def test_another_gateway_object_for_the_same_keys_uses_the_same_token(rig, captured):
    captured()
    PayPalGateway(base.Credentials(rig.values(), rig.fake.url)).endpoints.find("https://x")
    assert fetched(rig) == 1


@pytest.mark.parametrize(
    "other", [{"clientSecret": "another"}, {"clientId": "another"}], ids=["secret", "id"]
)
def test_other_keys_have_other_tokens(rig, captured, other):
    captured()
    rig.fake.app(other.get("clientId", CLIENT_ID), other.get("clientSecret", SECRET))
    values = {**rig.values(), **other}
    PayPalGateway(base.Credentials(values, rig.fake.url)).endpoints.find("https://x")
    assert fetched(rig) == 2


@pytest.mark.parametrize(("before_its_end", "asked"), [(61, 1), (60, 2), (1, 2), (-5, 2)])
def test_a_token_is_not_used_in_its_last_minute(rig, captured, time_machine, before_its_end, asked):
    start = clock.now()
    time_machine.move_to(start, tick=False)
    rig.fake.token_life = 600
    captured()
    time_machine.move_to(start + timedelta(seconds=600 - before_its_end), tick=False)
    captured()
    assert fetched(rig) == asked


def test_a_refused_token_is_dropped_and_the_call_made_once_more(rig, captured):
    request, ref, *_ = captured()
    rig.fake.revoke_tokens()
    assert rig.adapter.retrieve_payment(ref).status == "succeeded"
    assert fetched(rig) == 2
    rig.fake.revoke_tokens()
    rig.adapter.complete_payment(ref, request)  # its key and Prefer go with it again
    assert len(rig.fake.charges()) == 1


def test_keys_that_are_refused_for_good_are_not_tried_for_ever(rig, captured):
    _, ref, *_ = captured()
    rig.fake.fail_next("GET /v2/", 401, times=9)
    before = len(rig.fake.requests)
    with pytest.raises(base.Misconfigured):
        rig.adapter.retrieve_payment(ref)
    assert len(rig.fake.requests) - before == 3  # the call, a token, the call
    rig.fake.clear_faults()
    rig.fake.world.apps.clear()
    rig.fake.revoke_tokens()
    with pytest.raises(base.Misconfigured, match="invalid_client"):
        rig.adapter.retrieve_payment(ref)


def test_a_missing_right_is_not_taken_for_a_bad_token(rig, captured):
    _, ref, _, paid = captured()
    rig.fake.app(CLIENT_ID, SECRET, lacks=["payments/refund"])
    refund = base.RefundRequest("ref_1", rig.request("paypal").money, "refund-ref_1")
    with pytest.raises(base.NotPermitted):
        rig.adapter.refund_payment(paid.gateway_payment_id, refund)
    assert fetched(rig) == 1


@pytest.mark.parametrize(
    "body", [{}, {"access_token": "x"}, {"access_token": 1, "expires_in": 9}, b"x", b""]
)
def test_half_an_answer_is_no_token(rig, body):
    rig.fake.fail_next(f"POST {PATH}", 200, body=body, stored=False)
    with pytest.raises(base.Unavailable):
        rig.adapter.create_payment(rig.request("paypal"))
    assert rig.adapter.create_payment(rig.request("paypal")).gateway_ref


def test_tokens_and_secrets_are_not_shown(rig, captured, caplog, capsys):
    with caplog.at_level(logging.DEBUG, logger="app"):
        captured()
        rig.fake.fail_next("POST /v2/checkout/orders$", 422, issue="PAYEE_ACCOUNT_RESTRICTED")
        with pytest.raises(base.Declined):
            rig.adapter.create_payment(rig.request("paypal"))
    (token,) = rig.fake.tokens
    out = capsys.readouterr()
    shown = caplog.text + out.out + out.err + repr(Token(token, clock.now()))
    shown += repr(vars(rig.adapter.client)) + repr(rig.adapter.credentials)
    assert "paypal.refused" in shown
    assert token not in shown
    assert SECRET not in shown.replace(repr(vars(rig.adapter.client)["_secret"]), "")


def test_one_thread_fetches_and_the_others_wait_for_it(rig):
    gate = rig.fake.hold_token = rig.fake.faults.plan_gate(f"POST {PATH}", 1, after=True)
    done = []

    def ask() -> None:
        done.append(rig.adapter.endpoints.find("https://x"))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for one in threads:
        one.start()
    assert gate.entered.wait(10)
    gate.release()
    for one in threads:
        one.join()
    assert (len(done), fetched(rig)) == (12, 1)


def test_who_waited_for_a_failure_does_not_wait_for_another_one_by_one():
    came, everybody_is_here, asked, failed = [], threading.Event(), [], []

    class Counted(Tokens):
        def _place(self, key):
            came.append(1)
            if len(came) == 6:
                everybody_is_here.set()
            return super()._place(key)

    tokens = Counted()

    def fetch() -> Token:
        asked.append(1)
        everybody_is_here.wait(10)
        raise base.Unavailable("no answer")

    def get() -> None:
        try:
            tokens.get("k", fetch)
        except base.Unavailable as error:
            failed.append(error.reason)

    threads = [threading.Thread(target=get) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (len(failed), len(asked)) == (6, 1)
    assert tokens.get("k", lambda: Token("t", clock.after(600))) == "t"


def test_a_newer_token_is_not_dropped_for_an_older_ones_refusal():
    tokens = Tokens()
    tokens.get("k", lambda: Token("new", clock.after(600)))
    tokens.drop("k", "old")
    assert tokens.get("k", lambda: Token("newest", clock.after(600))) == "new"


def test_only_so_many_are_kept():
    tokens = Tokens()
    for number in range(MOST + 5):
        tokens.get(str(number), lambda: Token("t", clock.after(600)))
    assert len(tokens._places) == MOST
    assert timedelta(seconds=60) == EARLY


def test_the_name_of_credentials_does_not_hold_them():
    name = key_of("https://x", CLIENT_ID, SECRET)
    assert len(name) == 64
    assert name != key_of("https://x", CLIENT_ID, SECRET + "1")
    assert WEBHOOK_ID not in name
