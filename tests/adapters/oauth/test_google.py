"""Signing in at an OpenID provider that behaves."""

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from app.adapters.oauth.base import Identity, SignInUnavailable
from tests.adapters.oauth.attempts import BACK, google_at, sign_in, turned_away
from tests.servers import oidc

ANA = {"email": "Ana@Example.com", "email_verified": True, "name": "Ana Maria"}


@pytest.fixture
def server():
    with oidc.start() as running:
        running.person("ana", **ANA)
        yield running


def test_a_person_is_who_the_id_token_says(server):
    found = sign_in(google_at(server), server)
    assert found == Identity("google", "ana", "ana@example.com", True, "Ana Maria")


def test_the_page_is_asked_for_a_code_with_state_nonce_and_pkce(server):
    begun = google_at(server).begin(BACK)
    asked = {name: one for name, [one] in parse_qs(urlsplit(begun.url).query).items()}
    assert begun.url.startswith(google_at(server).origin + "/")
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == BACK
    assert asked["scope"].split() == ["openid", "email", "profile"]
    assert (asked["state"], asked["nonce"]) == (begun.state, begun.nonce)
    assert asked["code_challenge_method"] == "S256"
    assert begun.verifier not in begun.url
    assert begun.verifier and begun.verifier not in repr(begun)


def test_who_proves_it_again_is_asked_for_a_recent_sign_in_and_for_its_time(server):
    begun = google_at(server).begin(BACK, again=True)
    asked = {name: one for name, [one] in parse_qs(urlsplit(begun.url).query).items()}
    assert asked["max_age"] == "300"
    assert json.loads(asked["claims"]) == {"id_token": {"auth_time": {"essential": True}}}
    assert begun.again
    first = google_at(server).begin(BACK)
    assert not first.again
    assert not {"max_age", "claims"} & set(parse_qs(urlsplit(first.url).query))


def test_no_two_attempts_share_anything(server):
    first, second = (google_at(server).begin(BACK) for _ in range(2))
    for name in ("state", "nonce", "verifier"):
        assert getattr(first, name) != getattr(second, name)


def test_a_callback_in_another_browser_signs_nobody_in(server):
    google = google_at(server)
    mine, theirs = google.begin(BACK), google.begin(BACK)
    params = server.consent(mine.url, "ana")
    assert turned_away(google, theirs, params).reason == "state"


@pytest.mark.parametrize("state", [None, "", "é\udce9"])
def test_a_callback_needs_its_state(server, state):
    google = google_at(server)
    begun = google.begin(BACK)
    params = server.consent(begun.url, "ana")
    params.pop("state")
    params |= {} if state is None else {"state": state}
    assert turned_away(google, begun, params).reason == "state"


@pytest.mark.parametrize("field", ["state", "nonce"])
def test_an_attempt_that_lost_its_secrets_signs_nobody_in(server, field):
    google = google_at(server)
    begun = google.begin(BACK)
    params = server.consent(begun.url, "ana")
    params["state"] = "" if field == "state" else params["state"]
    assert turned_away(google, replace(begun, **{field: ""}), params).reason == "state"


def test_a_callback_counts_once(server):
    google = google_at(server)
    begun = google.begin(BACK)
    params = server.consent(begun.url, "ana")
    google.finish(begun, BACK, params)
    assert turned_away(google, begun, params).reason == "expired"


def test_a_person_may_say_no_even_where_the_state_does_not_come_back(server):
    google = google_at(server)
    begun = google.begin(BACK)
    params = server.refuse(begun.url)
    assert "state" not in params
    assert turned_away(google, begun, params).reason == "denied"


def test_a_nonce_changed_on_the_way_is_noticed(server):
    google = google_at(server)
    begun = google.begin(BACK)
    params = server.consent(begun.url.replace(begun.nonce, "another"), "ana")
    caught = turned_away(google, begun, params)
    assert (caught.reason, caught.said) == ("invalid", "ID token: invalid_claim (nonce)")


def test_a_code_for_another_client_is_refused(server):
    other = google_at(server, "other").begin(BACK)
    google = google_at(server)
    mine = google.begin(BACK)
    stolen = server.consent(other.url, "ana")
    caught = turned_away(google, mine, {**stolen, "state": mine.state})
    assert caught.reason == "expired"


@pytest.mark.parametrize("word", [False, "true", "True", 1, None])
def test_only_a_true_true_verifies_an_address(server, word):
    server.person("ana", **{**ANA, "email_verified": word})
    found = sign_in(google_at(server), server)
    assert (found.email, found.is_verified) == ("ana@example.com", False)


def test_an_address_nothing_is_said_about_is_not_verified(server):
    server.person("eve", email="ana@example.com")
    assert not sign_in(google_at(server), server, "eve").is_verified


def test_a_person_without_an_address_is_somebody_all_the_same(server):
    server.person("eve", email_verified=True)
    assert sign_in(google_at(server), server, "eve") == Identity("google", "eve", "", False, "")


@pytest.mark.parametrize("params", [{}, {"code": ""}])
def test_a_callback_needs_a_code(server, params):
    google = google_at(server)
    begun = google.begin(BACK)
    assert turned_away(google, begun, {"state": begun.state, **params}).reason == "invalid"


@pytest.mark.parametrize("error", ["server_error", "temporarily_unavailable"])
def test_a_company_may_say_that_it_is_not_there(server, error):
    google = google_at(server)
    begun = google.begin(BACK)
    with pytest.raises(SignInUnavailable):
        google.finish(begun, BACK, {"error": error, "state": begun.state})


def test_an_error_is_not_repeated_unless_we_know_it(server):
    google = google_at(server)
    begun = google.begin(BACK)
    caught = turned_away(google, begun, {"error": "<b>call 555-0199</b>", "code": "c0de"})
    assert caught.reason == "invalid"
    assert "555" not in str(caught) and "c0de" not in str(caught)


def test_a_callback_of_another_issuer_is_refused(server):
    google = google_at(server)
    begun = google.begin(BACK)
    params = server.consent(begun.url, "ana")
    elsewhere = {**params, "iss": "https://evil.example"}
    assert turned_away(google, begun, elsewhere).said == "the callback is another issuer's"
    assert google.finish(begun, BACK, {**params, "iss": server.url}).subject == "ana"
