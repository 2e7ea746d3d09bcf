"""Which companies people can sign in with, and where those are."""

import pytest

from app.adapters.oauth import companies
from tests.adapters.oauth.attempts import BACK, sign_in
from tests.test_house import python

BOTH = {
    "GOOGLE_CLIENT_ID": "gid",
    "GOOGLE_CLIENT_SECRET": "gs",
    "GITHUB_CLIENT_ID": "hid",
    "GITHUB_CLIENT_SECRET": "hs",
}


def test_a_company_with_id_and_secret_is_offered():
    found = companies(BOTH)
    assert list(found) == ["google", "github"]
    assert [(one.key, one.title, one.origin) for one in found.values()] == [
        ("google", "Google", "https://accounts.google.com"),
        ("github", "GitHub", "https://github.com"),
    ]


@pytest.mark.parametrize("name", sorted(BOTH))
@pytest.mark.parametrize("value", ["", "  ", None])
def test_half_a_company_is_not_offered(name, value):
    found = companies({**BOTH, name: value})
    assert list(found) == ["github" if name.startswith("GOOGLE") else "google"]


def test_nothing_set_offers_nobody():
    assert companies({}) == {}


def test_other_addresses_are_where_people_are_sent():
    found = companies(
        {
            **BOTH,
            "GOOGLE_DISCOVERY_URL": "https://id.example:8443/.well-known/openid-configuration",
            "GITHUB_BASE_URL": "https://git.example/",
        }
    )
    assert found["google"].origin == "https://id.example:8443"
    assert found["github"].origin == "https://git.example"
    assert found["github"].begin(BACK).url.startswith("https://git.example/login/oauth/authorize?")


def test_a_github_elsewhere_keeps_its_tokens_to_itself(hub):
    set_up = {"GITHUB_CLIENT_ID": "client", "GITHUB_CLIENT_SECRET": "client-secret"}
    found = companies({**set_up, "GITHUB_BASE_URL": hub.url})["github"]
    assert sign_in(found, hub).subject == "583231"


def test_nothing_heavy_is_imported_before_somebody_can_sign_in():
    code = "import sys; from app.adapters.oauth import companies; companies({}); "
    code += "print(sorted({'requests', 'authlib', 'joserfc'} & set(sys.modules)))"
    done = python("-c", code)
    assert (done.stdout, done.stderr) == ("[]\n", "")
