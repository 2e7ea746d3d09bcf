"""Companies that answer badly, late, at length or from somewhere else."""

import json
import time

import pytest
from requests import Request

from app.adapters.oauth import wire
from app.adapters.oauth.base import SignInUnavailable
from tests.adapters.oauth.attempts import BACK, sign_in, unavailable

TOKEN = {"google": "POST /token", "github": "POST /login/oauth/access_token"}
API = "GET /api/v3/user$"


@pytest.fixture(params=["google", "github"])
def company(request):
    """A company and the server behind it."""
    fake = request.getfixturevalue({"google": "openid", "github": "hub"}[request.param])
    return request.getfixturevalue(request.param), fake


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_company_in_trouble_is_unavailable(company, status):
    adapter, fake = company
    fake.fail_next(TOKEN[adapter.key], status, stored=False)
    assert unavailable(adapter, fake).said == f"127.0.0.1 answered {status}"


def test_a_page_instead_of_an_answer_is_none(company):
    adapter, fake = company
    for status in (200, 403):
        fake.fail_next(TOKEN[adapter.key], status, stored=False, body=b"<h1>Down</h1>")
        unavailable(adapter, fake)


def test_an_answer_that_cannot_be_unpacked_is_none(company):
    adapter, fake = company
    kind = {"Content-Encoding": "gzip"}
    fake.fail_next(TOKEN[adapter.key], 200, stored=False, body=b"not zipped", headers=kind)
    assert unavailable(adapter, fake).said == "the call failed: DecodeError"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(company, status):
    adapter, fake = company
    to = {"Location": f"{fake.url}/elsewhere"}
    fake.fail_next(TOKEN[adapter.key], status, stored=False, headers=to)
    assert str(status) in unavailable(adapter, fake).said
    assert fake.calls("*", "/elsewhere") == []


def test_the_api_does_not_send_the_token_elsewhere(github, hub):
    hub.fail_next(API, 302, stored=False, headers={"Location": f"{hub.url}/elsewhere"})
    unavailable(github, hub)
    assert hub.calls("GET", "/elsewhere") == []


def test_only_so_much_is_read(company, monkeypatch):
    adapter, fake = company
    padding = "x" * (wire.LIMIT * 4)
    fake.fail_next(TOKEN[adapter.key], 200, stored=False, body={"padding": padding})
    assert unavailable(adapter, fake).said == "127.0.0.1 answered with too much"


def test_what_just_fits_is_read(github, hub):
    user = {"id": 7, "login": "ana", "bio": ""}
    user["bio"] = "x" * (wire.LIMIT - len(json.dumps(user)))
    hub.fail_next(API, 200, stored=False, body=user)
    assert sign_in(github, hub).subject == "7"


def test_a_company_that_is_silent_is_unavailable(company, monkeypatch):
    adapter, fake = company
    monkeypatch.setattr(wire, "READ", 0.2)
    with fake.hold(TOKEN[adapter.key], after_commit=True):
        assert unavailable(adapter, fake).said == "the call failed: ReadTimeout"


def test_a_company_that_hangs_up_is_unavailable(company):
    adapter, fake = company
    fake.drop_before_commit(TOKEN[adapter.key])
    assert "ConnectionError" in unavailable(adapter, fake).said


def test_all_calls_together_have_an_end(github, hub, monkeypatch):
    begun = github.begin(BACK)
    params = hub.consent(begun.url, "ana")
    monkeypatch.setattr(wire, "TOTAL", 0.3)
    started = time.monotonic()
    with hub.hold(TOKEN["github"], after_commit=True), pytest.raises(SignInUnavailable):
        github.finish(begun, BACK, params)
    assert time.monotonic() - started < wire.READ / 2
    monkeypatch.setattr(wire, "TOTAL", 0.0)
    with pytest.raises(SignInUnavailable, match="took too long"):
        github.finish(begun, BACK, params)


def test_a_provider_that_describes_nothing_cannot_begin(google, openid):
    openid.fail_next("GET /.well-known", 503, stored=False)
    with pytest.raises(SignInUnavailable, match="503"):
        google.begin(BACK)
    assert google.begin(BACK).url.startswith(openid.url)


def test_nobody_there_is_unavailable(openid, google):
    begun = google.begin(BACK)
    openid.stop()
    with pytest.raises(SignInUnavailable, match="ConnectionError"):
        google.finish(begun, BACK, {"state": begun.state, "code": "c0de"})


def test_an_exception_keeps_no_original_that_quotes_the_answer(company):
    adapter, fake = company
    fake.fail_next(TOKEN[adapter.key], 403, stored=False, body=b"<h1>Down</h1>")
    caught = unavailable(adapter, fake)
    assert caught.__cause__ is None and caught.__suppress_context__


def test_no_password_of_a_netrc_is_sent(google, openid, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("default login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    sign_in(google, openid)
    assert [one.path for one in openid.requests if one.headers.get("Authorization")] == []


def test_proxy_and_certificates_of_the_environment_are_used_for_https_alone(monkeypatch):
    for name in ("no_proxy", "NO_PROXY", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    https = Request("GET", "https://github.com/x").prepare()
    http = Request("GET", "http://127.0.0.1:9/x").prepare()
    found = wire._surroundings(https)
    assert found["proxies"]["https"] == "http://proxy.example:3128"
    assert found["verify"] is True
    assert wire._surroundings(http) == {"proxies": {}}
    monkeypatch.setenv("NO_PROXY", "github.com")
    monkeypatch.setenv("no_proxy", "github.com")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ours.pem")
    found = wire._surroundings(https)
    assert (dict(found["proxies"]), found["verify"]) == ({}, "/etc/ours.pem")
