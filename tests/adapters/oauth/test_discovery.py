"""What an OpenID provider publishes: how long it is believed, and what of it is not."""

from threading import Barrier, Thread

import pytest

from app.adapters.oauth import discovery
from app.adapters.oauth.base import SignInUnavailable
from tests.adapters.oauth.attempts import BACK, google_at, refused, sign_in, unavailable
from tests.fakes.openid import rsa_key, signed


def looks(openid):
    return [request.path for request in openid.requests if request.method == "GET"]


def test_what_a_provider_publishes_is_asked_for_once(google, openid):
    for _ in range(3):
        sign_in(google, openid)
    sign_in(google_at(openid), openid)
    assert looks(openid) == ["/.well-known/openid-configuration", "/jwks"]


def test_after_an_hour_it_is_asked_for_again(google, openid, later):
    sign_in(google, openid)
    openid.published = [rsa_key("two")]  # a key taken back is believed no longer
    later(3601)
    assert refused(google, openid).reason == "invalid"
    openid.sign = lambda claims: signed(claims, rsa_key("two"))
    assert sign_in(google, openid).subject == "ana"


def test_a_new_key_is_looked_for_at_once(google, openid):
    sign_in(google, openid)
    openid.published = [rsa_key("two")]
    openid.sign = lambda claims: signed(claims, rsa_key("two"))
    assert sign_in(google, openid).subject == "ana"
    assert looks(openid).count("/jwks") == 2


def test_a_key_nobody_publishes_is_looked_for_once_a_minute(google, openid, later):
    sign_in(google, openid)
    openid.sign = lambda claims: signed(claims, rsa_key("two"))
    for _ in range(3):
        assert refused(google, openid).said == "ID token: invalid_key_id"
    assert looks(openid).count("/jwks") == 2
    later(61)
    refused(google, openid)
    assert looks(openid).count("/jwks") == 3


def test_threads_that_meet_a_new_key_look_for_it_once(google, openid):
    sign_in(google, openid)
    openid.published = [rsa_key("two")]
    openid.sign = lambda claims: signed(claims, rsa_key("two"))
    begun = [google.begin(BACK) for _ in range(6)]
    backs = [openid.consent(one.url, "ana") for one in begun]
    together, found = Barrier(6), []

    def finish(one, params):
        together.wait()
        found.append(google.finish(one, BACK, params).subject)

    threads = [Thread(target=finish, args=pair) for pair in zip(begun, backs, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["ana"] * 6
    assert looks(openid).count("/jwks") == 2


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"issuer": "https://evil.example"}, "somebody else's"),
        ({"issuer": None}, "incomplete"),
        ({"jwks_uri": 7}, "incomplete"),
        ({"token_endpoint": "file:///etc/passwd"}, "not https"),
        ({"token_endpoint": "https://["}, "not https"),
        ({"jwks_uri": "/jwks"}, "not https"),
        ({"authorization_endpoint": "https://evil.example/authorize"}, "another origin"),
    ],
)
def test_a_description_that_leads_astray_is_not_followed(google, openid, metadata, said):
    openid.metadata = metadata
    assert said in unavailable(google, openid).said
    assert looks(openid) == ["/.well-known/openid-configuration"]


def test_behind_https_nothing_is_plain():
    url = "https://id.example"
    found = {name: f"{url}/{name}" for name in ("authorization_endpoint", "token_endpoint")}
    found |= {"issuer": url, "jwks_uri": "https://keys.example/jwks"}
    assert discovery._read(url + discovery.SUFFIX, found).issuers == [url]
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        plain = {**found, name: found[name].replace("https:", "http:")}
        with pytest.raises(SignInUnavailable, match="not https"):
            discovery._read(url + discovery.SUFFIX, plain)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"keys": []}', b'{"keys": [7]}', b"<html>"])
def test_keys_that_cannot_be_read_are_none(google, openid, body):
    openid.fail_next("GET /jwks", 200, stored=False, body=body)
    unavailable(google, openid)


def test_google_may_spell_its_issuer_the_old_way():
    google = discovery.Metadata("https://accounts.google.com", "", "", "")
    assert google.issuers == ["https://accounts.google.com", "accounts.google.com"]
