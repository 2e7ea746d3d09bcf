"""ID tokens that were tampered with, and codes that are not theirs."""

import base64
import hashlib
import hmac
import time

import pytest

from app.adapters.oauth.base import SignInRefused
from tests.adapters.oauth.attempts import BACK, refused, sign_in, turned_away
from tests.fakes.openid import ec_key, handmade, rsa_key, signed


def test_a_right_token_is_believed(google, openid):
    assert sign_in(google, openid).email == "ana@example.com"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["client"], "azp": None},
        {"aud": ["client", "other"], "azp": "client"},
        {"at_hash": None},
    ],
)
def test_what_the_standard_leaves_open_is_believed(google, openid, claims):
    openid.claims = claims
    assert sign_in(google, openid).subject == "ana"


def test_clocks_may_differ_by_a_little(google, openid):
    now = int(time.time())
    openid.claims = {"iat": now + 30, "exp": now - 30}
    assert sign_in(google, openid).subject == "ana"
    openid.claims = {"exp": now - 90}
    assert refused(google, openid).reason == "expired"


@pytest.mark.parametrize(
    ("claims", "reason", "said"),
    [
        ({"aud": "other"}, "invalid", "aud"),
        ({"aud": []}, "invalid", "aud"),
        ({"aud": None}, "invalid", "aud"),
        ({"aud": ["client", "other"], "azp": None}, "invalid", "azp"),
        ({"azp": "other"}, "invalid", "azp"),
        ({"iss": "https://evil.example"}, "invalid", "iss"),
        ({"iss": "accounts.google.com"}, "invalid", "iss"),  # only Google's own short spelling
        ({"iss": None}, "invalid", "iss"),
        ({"exp": 1}, "expired", "exp"),
        ({"exp": None}, "invalid", "exp"),
        ({"exp": "tomorrow"}, "invalid", "exp"),
        ({"iat": int(time.time()) + 7200}, "invalid", "iat"),
        ({"iat": None}, "invalid", "iat"),
        ({"nbf": int(time.time()) + 7200}, "invalid", "nbf"),
        ({"nonce": "another"}, "invalid", "nonce"),
        ({"nonce": None}, "invalid", "nonce"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "invalid", "at_hash"),
        ({"sub": None}, "invalid", "sub"),
        ({"sub": ""}, "invalid", "sub"),
        ({"sub": 7}, "invalid", "sub"),
        ({"sub": "s" * 256}, "invalid", "subject"),
    ],
)
def test_a_claim_that_does_not_fit_is_refused(google, openid, claims, reason, said):
    openid.claims = claims
    caught = refused(google, openid)
    assert caught.reason == reason
    assert said in caught.said


def prove_again(google, openid):
    begun = google.begin(BACK, again=True)
    return google.finish(begun, BACK, openid.consent(begun.url, "ana"))


@pytest.mark.parametrize("ago", [0, 299, -30])
def test_who_signed_in_there_a_moment_ago_has_proven_it_again(google, openid, ago):
    openid.claims = {"auth_time": int(time.time()) - ago}
    assert prove_again(google, openid).subject == "ana"


@pytest.mark.parametrize("ago", [None, 700, 86400, -120, "now", True])
def test_a_sign_in_there_of_long_ago_or_of_no_known_time_proves_nothing_again(google, openid, ago):
    openid.claims = {"auth_time": int(time.time()) - ago if type(ago) is int else ago}
    with pytest.raises(SignInRefused) as caught:
        prove_again(google, openid)
    assert caught.value.reason in ({"stale", "invalid"} if ago == "now" else {"stale"})
    if ago != "now":
        assert sign_in(google, openid).subject == "ana", "which is enough to sign in"


@pytest.mark.parametrize("token", [None, "", 7, "not.a.token", "a.b.c.d.e", "é"])
def test_without_an_id_token_nobody_is_signed_in(google, openid, token):
    openid.answer_fields = {"id_token": token}
    assert refused(google, openid).reason == "invalid"


def unsigned(claims):
    return handmade({"alg": "none", "kid": "one"}, claims, lambda _: b"")


def nearly_unsigned(claims):
    return handmade({"alg": "None", "kid": "one"}, claims, lambda _: b"")


def under_the_public_key(form):
    """HMAC, with the key that everybody has (in the form given) as its secret."""
    public = rsa_key("one").as_dict(private=False)
    modulus = base64.urlsafe_b64decode(public["n"] + "==")
    secret = {"pem": rsa_key("one").as_pem(private=False), "n": modulus}[form]
    header = {"alg": "HS256", "kid": "one"}
    return lambda claims: handmade(
        header, claims, lambda text: hmac.digest(secret, text, hashlib.sha256)
    )


def someone_elses(claims):
    token = signed(claims, rsa_key("two"))
    return token.replace(token.split(".")[0], signed({}, rsa_key("one")).split(".")[0])


def changed_afterwards(claims):
    head, _, mac = signed(claims, rsa_key("one")).split(".")
    _, body, _ = signed({**claims, "sub": "eve"}, rsa_key("one")).split(".")
    return f"{head}.{body}.{mac}"


def with_its_own_key(claims):
    header = {"alg": "RS256", "jwk": rsa_key("two").as_dict(private=False)}
    return handmade(header, claims, lambda _: b"")


@pytest.mark.parametrize(
    "sign",
    [
        unsigned,
        nearly_unsigned,
        under_the_public_key("pem"),
        under_the_public_key("n"),
        someone_elses,
        changed_afterwards,
        with_its_own_key,
        lambda claims: signed(claims, rsa_key("one"), "PS256"),  # not on the list
        lambda claims: handmade({"alg": ["RS256"], "kid": "one"}, claims, lambda _: b""),
        lambda claims: handmade({"alg": "RS256", "kid": ["one"]}, claims, lambda _: b""),
        lambda claims: handmade({"alg": "RS256", "kid": "one", "crit": 1}, claims, lambda _: b""),
        lambda claims: handmade({"kid": "one"}, claims, lambda _: b""),
    ],
)
def test_a_signature_that_proves_nothing_is_refused(google, openid, sign):
    openid.sign = sign
    assert refused(google, openid).reason == "invalid"


def test_elliptic_curves_sign_too(google, openid):
    openid.published = [ec_key("curve"), rsa_key("one")]
    openid.sign = lambda claims: signed(claims, ec_key("curve"), "ES256")
    assert sign_in(google, openid).subject == "ana"


# --- the exchange


def test_a_code_is_worth_nothing_without_its_verifier(google, openid):
    first, second = google.begin(BACK), google.begin(BACK)
    params = openid.consent(first.url, "ana")
    mixed = type(first)(first.url, first.state, first.nonce, second.verifier)
    assert turned_away(google, mixed, params).reason == "expired"


def test_a_secret_the_company_does_not_know_is_refused(google, openid):
    openid.clients = {"client": "another"}
    caught = refused(google, openid)
    assert (caught.reason, caught.said) == ("invalid", "they answered invalid_client")


def test_no_exception_tells_a_secret(google, openid):
    openid.sign = unsigned
    begun = google.begin(BACK)
    params = openid.consent(begun.url, "ana")
    with pytest.raises(SignInRefused) as caught:
        google.finish(begun, BACK, params)
    told = repr(caught.value) + str(caught.value) + str(caught.value.said)
    for secret in (params["code"], begun.state, begun.nonce, begun.verifier, "client-secret"):
        assert secret not in told
