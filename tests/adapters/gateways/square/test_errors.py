"""What Square refuses or fails to say, in our words; what is not known is never a failure."""

import pytest

from app.adapters.gateways import base
from app.kit.money import Money
from tests.adapters.gateways.rigs.square import TOKEN

LINKS = "POST /v2/online-checkout/payment-links$"


def refused(code: str, detail: str = "Square's words", **more) -> dict:
    error = {"category": "INVALID_REQUEST_ERROR", "code": code, "detail": detail, **more}
    return {"errors": [error]}


def create(rig):
    return rig.adapter.create_payment(rig.request("card"))


def refund(minor: int = 500) -> base.RefundRequest:
    return base.RefundRequest("ref_1", Money(minor, "USD"), "refund-ref_1")


def paid(rig) -> tuple[str, str]:
    ref = create(rig).gateway_ref
    rig.pay(ref)
    return ref, rig.adapter.retrieve_payment(ref).gateway_payment_id


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "VALUE_TOO_LOW", base.Declined),
        (400, "AMOUNT_TOO_HIGH", base.Declined),
        (400, "INVALID_EMAIL_ADDRESS", base.Declined),
        (400, "BAD_REQUEST", base.Declined),
        (402, "GENERIC_DECLINE", base.Declined),
        (400, "INVALID_LOCATION", base.Misconfigured),
        (400, "LOCATION_MISMATCH", base.Misconfigured),
        (404, "NOT_FOUND", base.Misconfigured),
        (401, "UNAUTHORIZED", base.Misconfigured),
        (401, "ACCESS_TOKEN_EXPIRED", base.Misconfigured),
        (401, "ACCESS_TOKEN_REVOKED", base.Misconfigured),
        (403, "INSUFFICIENT_SCOPES", base.NotPermitted),
        (403, "CARD_PROCESSING_NOT_ENABLED", base.NotPermitted),
        (400, "IDEMPOTENCY_KEY_REUSED", base.Unavailable),
        (408, "REQUEST_TIMEOUT", base.Unavailable),
        (409, "CONFLICT", base.Unavailable),
        (429, "RATE_LIMITED", base.Busy),
        (500, "INTERNAL_SERVER_ERROR", base.Unavailable),
        (503, "SERVICE_UNAVAILABLE", base.Unavailable),
        (504, "GATEWAY_TIMEOUT", base.Unavailable),
    ],
)
def test_a_creation_that_is_refused(rig, status, code, error):
    rig.fake.fail_next(LINKS, status=status, times=2, stored=False, body=refused(code))
    with pytest.raises(base.GatewayError) as caught:
        create(rig)
    assert type(caught.value) is error
    assert rig.fake.ledger("order") == []


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "REFUND_AMOUNT_INVALID", base.Impossible),
        (400, "PAYMENT_NOT_REFUNDABLE", base.Impossible),
        (400, "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE", base.Impossible),
        (400, "REFUND_DECLINED", base.Impossible),
        (400, "REFUND_ALREADY_PENDING", base.Busy),
        (400, "IDEMPOTENCY_KEY_REUSED", base.Unavailable),
        (401, "UNAUTHORIZED", base.Misconfigured),
        (403, "INSUFFICIENT_PERMISSIONS_FOR_REFUND", base.NotPermitted),
        (404, "NOT_FOUND", base.Missing),
        (429, "RATE_LIMITED", base.Busy),
        (500, "INTERNAL_SERVER_ERROR", base.Unavailable),
    ],
)
def test_a_refund_that_is_refused(rig, status, code, error):
    _, money_id = paid(rig)
    rig.fake.fail_next("POST /v2/refunds$", status=status, stored=False, body=refused(code))
    with pytest.raises(base.GatewayError) as caught:
        rig.adapter.refund_payment(money_id, refund())
    assert isinstance(caught.value, error)
    if error is base.Impossible:
        assert caught.value.reason == "Square's words"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("UNAUTHORIZED", "Square does not know this access token in the chosen environment"),
        ("ACCESS_TOKEN_EXPIRED", "the access token has expired"),
        ("ACCESS_TOKEN_REVOKED", "the access token was revoked"),
        ("CLIENT_DISABLED", "Square's words"),
    ],
)
def test_a_token_that_does_not_work_is_said_exactly(rig, code, said):
    rig.fake.fail_next("GET /v2/locations", status=401, body=refused(code))
    with pytest.raises(base.Misconfigured) as caught:
        rig.adapter.verify()
    assert caught.value.reason == said


def test_their_words_never_carry_a_token(rig):
    said = f"token {TOKEN} is not valid"
    rig.fake.fail_next("GET /v2/locations", status=403, body=refused("FORBIDDEN", said))
    with pytest.raises(base.NotPermitted) as caught:
        rig.adapter.verify()
    assert TOKEN not in caught.value.reason


# --- no answer, half an answer, an answer by somebody else


def test_a_creation_is_found_by_its_key_and_made_once(rig):
    rig.fake.drop_after_commit(LINKS)
    created = create(rig)
    assert [one.replayed for one in rig.fake.calls("POST", "/v2/online")] == [False, True]
    assert (len(rig.fake.ledger("link")), bool(created.gateway_ref)) == (1, True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"payment_link": null}',
        b'{"payment_link": {"id": "L"}}',
        b'{"payment_link": {"id": "L", "order_id": 7, "url": "https://x.example"}}',
        b"<html>welcome to the hotel's network</html>",
    ],
)
def test_half_an_answer_is_no_answer(rig, body):
    rig.fake.fail_next(LINKS, status=200, stored=False, body=body)
    with pytest.raises(base.Unavailable):
        create(rig)


@pytest.mark.parametrize("status", [400, 404, 418])
def test_a_refusal_that_is_not_squares_leaves_it_open(rig, status):
    rig.fake.fail_next(LINKS, status=status, stored=False, body=b"<html>a proxy's page</html>")
    with pytest.raises(base.Unavailable):
        create(rig)


def test_a_redirect_is_never_followed(rig):
    elsewhere = {"Location": "https://elsewhere.example/"}
    rig.fake.fail_next(LINKS, status=302, times=2, stored=False, body=b"", headers=elsewhere)
    with pytest.raises(base.Unavailable):
        create(rig)


def test_a_question_is_asked_twice_and_a_second_answer_counts(rig):
    ref = create(rig).gateway_ref
    rig.fake.drop_before_commit("GET /v2/orders/*")
    assert rig.adapter.retrieve_payment(ref).status == "pending"
    rig.fake.drop_before_commit("GET /v2/orders/*", times=2)
    with pytest.raises(base.Unavailable):
        rig.adapter.retrieve_payment(ref)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_no_trouble_with_a_question_is_taken_for_the_end_of_a_payment(rig, status):
    ref, _ = paid(rig)
    for path in ("/v2/orders/*", "/v2/payments/*"):
        rig.fake.fail_next(f"GET {path}", status=status, stored=False)
        with pytest.raises((base.Misconfigured, base.Busy, base.Unavailable)):
            rig.adapter.retrieve_payment(ref)
    assert rig.adapter.retrieve_payment(ref).status == "succeeded"


def test_a_refund_that_got_no_answer_is_made_once_and_found(rig):
    _, money_id = paid(rig)
    rig.fake.drop_after_commit("POST /v2/refunds$", times=2)
    with pytest.raises(base.Unavailable):
        rig.adapter.refund_payment(money_id, refund())
    found = rig.adapter.find_refund(money_id, refund())
    again = rig.adapter.refund_payment(money_id, refund())
    assert found.gateway_refund_id == again.gateway_refund_id
    assert len(rig.fake.ledger("refund")) == 1


def test_a_refund_made_by_hand_is_not_taken_for_ours(rig):
    _, money_id = paid(rig)
    by_hand = base.RefundRequest("ref_by_hand", Money(100, "USD"), "by-hand", "for ref_1")
    rig.adapter.refund_payment(money_id, by_hand)
    assert rig.adapter.find_refund(money_id, refund()) is None
