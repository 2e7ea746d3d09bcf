"""Signing in at GitHub."""

from dataclasses import replace
from http.client import HTTPConnection
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from app.adapters.oauth.base import Identity
from app.adapters.oauth.github import GitHub
from tests.adapters.oauth.attempts import BACK, refused, sign_in, turned_away, unavailable
from tests.fakes.github import address

TOKEN = "POST /login/oauth/access_token"


def test_a_person_is_their_number_and_their_verified_address(github, hub):
    hub.person("ana", 583231, address("Ana@Example.com"), name="Ana Maria")
    found = sign_in(github, hub)
    assert found == Identity("github", "583231", "ana@example.com", True, "Ana Maria")


def test_the_page_is_asked_for_addresses_with_state_and_pkce(github, hub):
    begun = github.begin(BACK)
    asked = {name: one for name, [one] in parse_qs(urlsplit(begun.url).query).items()}
    assert begun.url.startswith(f"{github.origin}/login/oauth/authorize?")
    assert asked["scope"] == "read:user user:email"
    assert (asked["state"], asked["redirect_uri"]) == (begun.state, BACK)
    assert asked["code_challenge_method"] == "S256"
    assert "nonce" not in asked and begun.nonce == ""
    assert hub.requests == []


def test_a_renamed_person_stays_the_same(github, hub):
    hub.person("maria", 583231)
    assert sign_in(github, hub, "maria").subject == sign_in(github, hub, "ana").subject


def test_a_person_without_a_name_has_their_login(github, hub):
    hub.person("ana", 583231)
    assert sign_in(github, hub).name == "ana"


def test_the_primary_address_counts_not_the_public_one(github, hub):
    rows = [address("old@example.com", primary=False), address("new@example.com")]
    hub.person("ana", 1, *rows, email="public@example.com")
    found = sign_in(github, hub)
    assert (found.email, found.is_verified) == ("new@example.com", True)


@pytest.mark.parametrize("verified", [False, "true", None])
def test_a_primary_address_that_is_not_verified_proves_nothing(github, hub, verified):
    other = address("ana@example.com", primary=False)
    hub.person("eve", 2, address("victim@example.com", verified=verified), other)
    found = sign_in(github, hub, "eve")
    assert (found.email, found.is_verified) == ("victim@example.com", False)


@pytest.mark.parametrize(
    "rows", [[], [address("a@example.com", primary=False)], [{"email": None, "primary": True}], [7]]
)
def test_without_a_primary_address_there_is_none(github, hub, rows):
    hub.person("ana", 1, email="public@example.com").emails = rows
    found = sign_in(github, hub)
    assert (found.subject, found.email, found.is_verified) == ("1", "", False)


def test_a_person_may_keep_their_addresses_to_themselves(github, hub):
    begun = github.begin(BACK)
    narrower = begun.url.replace("read%3Auser+user%3Aemail", "read%3Auser")
    assert narrower != begun.url
    found = github.finish(begun, BACK, hub.consent(narrower, "ana"))
    assert (found.subject, found.email, found.is_verified) == ("583231", "", False)


def test_a_callback_in_another_browser_signs_nobody_in(github, hub):
    mine, theirs = github.begin(BACK), github.begin(BACK)
    assert turned_away(github, theirs, hub.consent(mine.url, "ana")).reason == "state"
    assert hub.calls("POST", "/login/oauth/access_token") == []


def test_an_attempt_that_lost_its_state_signs_nobody_in(github, hub):
    begun = github.begin(BACK)
    params = {**hub.consent(begun.url, "ana"), "state": ""}
    assert turned_away(github, replace(begun, state=""), params).reason == "state"


def test_a_callback_counts_once(github, hub):
    begun = github.begin(BACK)
    params = hub.consent(begun.url, "ana")
    github.finish(begun, BACK, params)
    caught = turned_away(github, begun, params)
    assert (caught.reason, caught.said) == ("expired", "they answered bad_verification_code")


def test_a_person_may_say_no(github, hub):
    begun = github.begin(BACK)
    assert turned_away(github, begun, hub.refuse(begun.url)).reason == "denied"


def test_a_code_is_worth_nothing_without_its_verifier(github, hub):
    first, second = github.begin(BACK), github.begin(BACK)
    params = hub.consent(first.url, "ana")
    mixed = replace(first, verifier=second.verifier)
    assert turned_away(github, mixed, params).reason == "expired"


def test_a_code_for_another_client_is_refused(github, hub):
    hub.app("other", "other-secret")
    other = GitHub("other", "other-secret", hub.url, hub.api).begin(BACK)
    mine = github.begin(BACK)
    stolen = hub.consent(other.url, "ana")
    assert turned_away(github, mine, {**stolen, "state": mine.state}).reason == "expired"


def test_a_code_for_another_callback_is_refused(github, hub):
    begun = github.begin("https://pay.example.com/elsewhere")
    params = hub.consent(begun.url, "ana")
    assert turned_away(github, begun, params).said == "they answered redirect_uri_mismatch"


def test_a_secret_that_was_changed_is_refused_with_a_200(github, hub):
    hub.app("client", "another")
    caught = refused(github, hub)
    assert (caught.reason, caught.said) == ("invalid", "they answered incorrect_client_credentials")
    assert hub.calls("POST", "/login/oauth/access_token")[0].status == 200


@pytest.mark.parametrize("error", ["something new", ["list"], 7, None, {"a": 1}])
def test_an_error_of_any_shape_in_a_200_is_a_refusal(github, hub, error):
    said = {"error": error, "error_description": "your code c0de and secret s3cret"}
    hub.fail_next(TOKEN, 200, stored=False, body=said)
    caught = refused(github, hub)
    assert caught.reason == "invalid"
    assert "c0de" not in str(caught) and caught.__suppress_context__


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"access_token=gho_1&token_type=bearer",
        b"[]",
        b"null",
        b"[" * 100_000,
        {},
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": "gho_1", "expires_in": "soon"},
        {"access_token": "gho_1", "expires_in": [1]},
        {"access_token": "gho_1\r\nX-Injected: 1", "token_type": "bearer"},
        {"access_token": "gho_é☃", "token_type": "bearer"},
    ],
)
def test_an_answer_that_makes_no_sense_signs_nobody_in(github, hub, body):
    hub.fail_next(TOKEN, 200, stored=False, body=body)
    caught = unavailable(github, hub)
    assert caught.said.startswith("the token endpoint's answer ")
    assert hub.calls("GET", "/api") == []


def test_a_token_of_another_kind_is_refused(github, hub):
    hub.fail_next(TOKEN, 200, stored=False, body={"access_token": "t", "token_type": "mac"})
    assert refused(github, hub).said == "they answered unsupported_token_type"


def test_a_token_the_api_does_not_take_is_refused(github, hub):
    hub.fail_next(TOKEN, 200, stored=False, body={"access_token": "t", "token_type": "bearer"})
    assert refused(github, hub).reason == "invalid"


@pytest.mark.parametrize("status", [403, 404, 500])
def test_without_the_user_nobody_is_signed_in(github, hub, status):
    hub.fail_next("GET /api/v3/user$", status, stored=False)
    assert str(status) in unavailable(github, hub).said


@pytest.mark.parametrize("id", [None, "583231", True, 1.5])
def test_a_user_without_a_number_is_nobody(github, hub, id):
    hub.fail_next("GET /api/v3/user$", 200, stored=False, body={"id": id, "login": "ana"})
    assert unavailable(github, hub).said == "the API's user has no id"


def test_the_token_goes_to_the_api_and_nowhere_else(github, hub):
    sign_in(github, hub)
    with_token = [one.path for one in hub.requests if one.headers.get("Authorization")]
    assert with_token == ["/api/v3/user", "/api/v3/user/emails"]
    assert {one.headers["User-Agent"] for one in hub.requests[1:]} == {"Gatehouse"}
    assert "gho_" not in "".join(one.query for one in hub.requests)


def test_the_fake_answers_with_a_form_unless_json_was_asked_for(hub):
    connection = HTTPConnection(urlsplit(hub.url).netloc, timeout=10)
    connection.request("POST", "/login/oauth/access_token", urlencode({"client_id": "nobody"}))
    answer = connection.getresponse()
    said = dict(parse_qsl(answer.read().decode()))
    connection.close()
    assert (answer.status, said) == (200, {"error": "incorrect_client_credentials"})
