"""Standard Webhooks: its published vectors, and the receivers' own library as the judge."""

import base64
import secrets

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.kit import clock
from app.kit.signing import BadSignature, sign, verify

FIRST = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECOND = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
BY_FIRST = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
BY_SECOND = "v1,O4Gjv1HqPqsMrjmczoggs/sWA8gZD0VyHG+fLh4+ktI="


def headers(signature: str = BY_FIRST, stamp: object = AT) -> dict[str, str]:
    return {"webhook-id": ID, "webhook-timestamp": str(stamp), "webhook-signature": signature}


def test_the_published_vectors_are_signed_alike():
    assert sign(ID, AT, BODY, [FIRST]) == BY_FIRST
    assert sign(ID, AT, BODY, [SECOND]) == BY_SECOND
    text = '{"n":"café €"}'.encode()
    assert sign(ID, AT, text, [FIRST]) == "v1,WZFidNMPhiltlNGLuTxypZwgA/LGxDIafJvJRYGYXBg="


def test_during_a_rotation_both_secrets_sign():
    assert sign(ID, AT, BODY, [FIRST, SECOND]) == f"{BY_FIRST} {BY_SECOND}"
    for secret in (FIRST, SECOND):
        verify(headers(f"{BY_FIRST} {BY_SECOND}"), BODY, secret, now=AT)


def test_the_receivers_library_accepts_what_we_sign():
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    now = int(clock.now().timestamp())
    signature = sign(ID, now, BODY, [secret, SECOND])
    assert Webhook(secret).verify(BODY, headers(signature, now)) == {"test": 2432232314}
    with pytest.raises(WebhookVerificationError):
        Webhook(FIRST).verify(BODY, headers(signature, now))


def test_we_accept_what_the_receivers_library_signs():
    at = clock.from_unix(AT)
    signature = Webhook(FIRST).sign(ID, at, BODY.decode())
    verify(headers(signature), BODY, FIRST, now=AT)


@pytest.mark.parametrize("now", [AT, AT - 300, AT + 300, AT + 299.9])
def test_five_minutes_both_ways_are_near_enough(now):
    verify(headers(), BODY, FIRST, now=now)


@pytest.mark.parametrize("now", [AT - 301, AT + 301, AT + 100_000, AT - 100_000])
def test_too_old_and_too_new_are_refused(now):
    with pytest.raises(BadSignature):
        verify(headers(), BODY, FIRST, now=now)


@pytest.mark.parametrize(
    "signature",
    ["", "v1", "v1,", "v1a," + BY_FIRST[3:], "v2," + BY_FIRST[3:], BY_FIRST[:-1], BY_FIRST[3:],
     BY_FIRST.lower(), BY_SECOND, "v1,é", f"v1,x,{BY_FIRST}", BY_FIRST.replace(" ", "") + ","],
)  # fmt: skip
def test_a_wrong_signature_is_refused(signature):
    with pytest.raises(BadSignature):
        verify(headers(signature), BODY, FIRST, now=AT)


def test_one_right_signature_among_wrong_ones_is_enough():
    verify(headers(f"v1,AAAA v2,{BY_FIRST[3:]} {BY_FIRST}"), BODY, FIRST, now=AT)


@pytest.mark.parametrize("missing", headers())
def test_a_missing_header_is_refused(missing):
    given = headers()
    del given[missing]
    with pytest.raises(BadSignature):
        verify(given, BODY, FIRST, now=AT)


@pytest.mark.parametrize(
    "stamp",
    ["", "soon", "nan", "1e9", "1.5", "9" * 400, "-" + "9" * 400, "9" * 5000, "٣", f" {AT}"],
)
def test_a_timestamp_that_is_no_plain_number_is_refused(stamp):
    with pytest.raises(BadSignature):
        verify(headers(stamp=stamp), BODY, FIRST, now=float(AT))


def test_another_body_or_id_is_refused():
    with pytest.raises(BadSignature):
        verify(headers(), BODY + b" ", FIRST, now=AT)
    with pytest.raises(BadSignature):
        verify({**headers(), "webhook-id": "msg_other"}, BODY, FIRST, now=AT)


@pytest.mark.parametrize("size", [24, 25, 26, 32])
def test_a_secret_works_with_and_without_prefix_and_padding(size):
    text = base64.b64encode(secrets.token_bytes(size)).decode()
    expected = sign(ID, AT, BODY, ["whsec_" + text])
    for secret in (text, text.rstrip("="), "whsec_" + text.rstrip("=")):
        assert sign(ID, AT, BODY, [secret]) == expected


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_====", "whsec_no base64!", " ", "whsec_é"])
def test_an_empty_or_malformed_secret_signs_and_verifies_nothing(secret):
    with pytest.raises(ValueError, match="webhook secret"):
        sign(ID, AT, BODY, [secret])
    with pytest.raises(ValueError, match="webhook secret"):
        verify(headers(), BODY, secret, now=AT)


def test_signing_without_a_secret_is_refused():
    with pytest.raises(ValueError, match="no secret"):
        sign(ID, AT, BODY, [])
