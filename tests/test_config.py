"""The environment: what production refuses, what development makes, how values are read."""

import logging
import runpy
import stat
import subprocess
import sys

import pytest

import config
from app import create_app
from app.registry import base_url_names
from config import ConfigError, load
from tests.bans import ROOT

GOOD = {
    "SECRET_KEY": "Qm3v8Xc1Zp6Lk0Wj5Ht9Rf2Yd7Bs4Ng-cookie-key",
    "INTEGRATION_ENCRYPTION_KEY": "Tn7b2Vc9Xz4Mk1Lp6Jh3Gd8Fs5Aq0We-sealing-key",
    "DATABASE_URL": "postgresql://gatehouse@127.0.0.1/gatehouse",
    "PUBLIC_BASE_URL": "https://pay.example.com",
}
LEGACY = {"STRIPE_ENCRYPTION_KEY": "short", "PAYLOAD_SECRET": "shorter"}


def without(*names):
    return {name: value for name, value in GOOD.items() if name not in names}


def refusal(environ, tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(environ, tmp_path)
    for value in environ.values():
        assert len(value) < 16 or value not in str(caught.value)  # names, never values
    return str(caught.value)


def test_production_is_the_default_and_starts_with_what_it_needs(tmp_path):
    settings = load(GOOD, tmp_path)
    assert settings.is_production
    assert settings.default_gateway == "stripe"
    assert not settings.sandbox_allowed
    assert settings.webhook_networks == ()
    assert settings.warnings == []
    assert list(tmp_path.iterdir()) == []


def test_everything_that_is_missing_is_named_at_once(tmp_path):
    said = refusal({}, tmp_path)
    for name in GOOD:
        assert f"{name} is not set" in said


@pytest.mark.parametrize("name", GOOD)
def test_each_of_them_alone_is_missed(name, tmp_path):
    assert f"{name} is not set" in refusal(without(name), tmp_path)
    assert f"{name} is not set" in refusal({**GOOD, name: ""}, tmp_path)


@pytest.mark.parametrize(
    "key",
    ["x", "a" * 64, "ab" * 32, "0123456" * 10, "changeme", "CHANGEME", "change-me", "secret",
     "gatehouse-test-vector-key-do-not-use-0001", "Qm3v8Xc1Zp6Lk0Wj5Ht9Rf2Yd7Bs4Ng"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["SECRET_KEY", "INTEGRATION_ENCRYPTION_KEY"])
def test_a_weak_or_published_key_is_refused(name, key, tmp_path):
    assert f"{name} is too weak" in refusal({**GOOD, name: key}, tmp_path)


def test_hexadecimal_keys_are_strong_enough(tmp_path):
    keys = ("3f9a0c5be7d1426883aa1f0cd94be6725170c2de9f4b8a36", "e1b7409c2d6f8a35" * 4)
    load({**GOOD, "SECRET_KEY": keys[0], "INTEGRATION_ENCRYPTION_KEY": keys[1]}, tmp_path)


@pytest.mark.parametrize(
    "name", ["INTEGRATION_ENCRYPTION_KEY", "STRIPE_ENCRYPTION_KEY", "PAYLOAD_SECRET",
             "INTEGRATION_ENCRYPTION_KEY_PREVIOUS"]
)  # fmt: skip
def test_the_cookie_key_seals_nothing(name, tmp_path):
    said = refusal({**GOOD, name: GOOD["SECRET_KEY"]}, tmp_path)
    assert "SECRET_KEY and INTEGRATION_ENCRYPTION_KEY must differ" in said


@pytest.mark.parametrize("name", LEGACY)
def test_a_legacy_key_works_with_a_warning_at_boot(name, tmp_path, caplog):
    environ = {**without("INTEGRATION_ENCRYPTION_KEY"), name: LEGACY[name]}
    with caplog.at_level(logging.WARNING, "gatehouse"):
        settings = load(environ, tmp_path)
    assert settings.encryption_keys == [LEGACY[name]]
    (line,) = [one.getMessage() for one in caplog.records]
    assert line.startswith(f"{name}, which seals the credentials, is a legacy name and is weak")
    assert LEGACY[name] not in line.removeprefix(name)


def test_the_first_key_present_seals_and_all_others_open(tmp_path):
    environ = {
        **GOOD,
        **LEGACY,
        "INTEGRATION_ENCRYPTION_KEY_PREVIOUS": "old-1, old-2,,",
        "STRIPE_ENCRYPTION_KEY_PREVIOUS": "old-3,old-1",
    }
    sealing = GOOD["INTEGRATION_ENCRYPTION_KEY"]
    expected = [sealing, "short", "shorter", "old-1", "old-2", "old-3"]
    assert load(environ, tmp_path).encryption_keys == expected
    assert load(environ, tmp_path).warnings == []
    variables = load(environ, tmp_path).key_variables
    assert variables[sealing] == ["INTEGRATION_ENCRYPTION_KEY"]
    assert variables["old-1"] == [
        "entry 1 of INTEGRATION_ENCRYPTION_KEY_PREVIOUS",
        "entry 2 of STRIPE_ENCRYPTION_KEY_PREVIOUS",
    ]


def test_a_previous_key_alone_seals_nothing(tmp_path):
    environ = without("INTEGRATION_ENCRYPTION_KEY")
    for name in ("INTEGRATION_ENCRYPTION_KEY_PREVIOUS", "STRIPE_ENCRYPTION_KEY_PREVIOUS"):
        said = refusal({**environ, name: GOOD["INTEGRATION_ENCRYPTION_KEY"]}, tmp_path)
        assert "INTEGRATION_ENCRYPTION_KEY is not set" in said


def test_a_test_installation_needs_its_keys_too(tmp_path):
    assert "SECRET_KEY is not set" in refusal({"APP_ENV": "test"}, tmp_path)


def test_the_message_says_how_to_make_a_key(tmp_path):
    said = refusal(without("INTEGRATION_ENCRYPTION_KEY"), tmp_path)
    command = said.partition("make keys with: python3 -c '")[2].partition("'")[0]
    made = subprocess.check_output([sys.executable, "-c", command], text=True).strip()
    load({**GOOD, "INTEGRATION_ENCRYPTION_KEY": made}, tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [("APP_ENV", "staging"), ("APP_ENV", "Production"), ("SIGNUP", "closed"),
     ("LOG_LEVEL", "loud"), ("LOG_FORMAT", "xml"), ("SANDBOX_GATEWAY", "maybe"),
     ("WEBHOOK_SLOW_RETRIES", "2"), ("WORKER_INLINE", "sometimes"), ("API_RATE_LIMIT", "many"),
     ("API_RATE_LIMIT", "-1"), ("TRUSTED_PROXY_COUNT", "1.5"), ("PORT", "http"),
     ("DEFAULT_CURRENCY", "usd"), ("DEFAULT_CURRENCY", "dollars"),
     ("WEBHOOK_ALLOWED_CIDRS", "10.0.0.1/8"), ("WEBHOOK_ALLOWED_CIDRS", "localhost"),
     ("PUBLIC_BASE_URL", "pay.example.com"), ("PUBLIC_BASE_URL", "ftp://pay.example.com"),
     ("PUBLIC_BASE_URL", "https://"), ("PUBLIC_BASE_URL", "https://[::1"),
     ("PUBLIC_BASE_URL", "https://pay.example.com:port"), ("PUBLIC_BASE_URL", "https://a.b?x=1"),
     ("PUBLIC_BASE_URL", "https://user:pass@a.b"), ("PUBLIC_BASE_URL", "https://a.b/#x"),
     ("PUBLIC_BASE_URL", "https://a.b/pay"), ("PUBLIC_BASE_URL", "https://a.b/pay/"),
     ("WEB_CONCURRENCY", "two"), ("WEB_CONCURRENCY", "0"), ("WEB_CONCURRENCY", "-1"),
     ("WEB_THREADS", "1.5"), ("WEB_THREADS", "0"),
     ("GOOGLE_DISCOVERY_URL", "accounts.google.com"), ("GITHUB_BASE_URL", "javascript:alert(1)"),
     ("GITHUB_API_BASE", "https://a.b; script-src *"), ("DATABASE_URL", "mysql://a/b"),
     ("DATABASE_URL", "postgresql+psycopg2://a/b"), ("DATABASE_MIGRATION_URL", "/tmp/x.db"),
     ("DATABASE_POOLER", "statement"), ("DATABASE_SCHEMA", "Gatehouse"),
     ("DATABASE_SCHEMA", 'a"; DROP'), ("DATABASE_SCHEMA", "pg_temp"), ("DATABASE_SCHEMA", "9a"),
     ("DATABASE_SCHEMA", "information_schema"), ("DATABASE_SCHEMA", "a" * 64)],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_refused_by_its_name(name, value, tmp_path):
    assert f"{name} must " in refusal({**GOOD, name: value}, tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PAYMENT_GATEWAY", "strpe"), ("PAYMENT_GATEWAY", "Stripe"), ("PAYMENT_GATEWAY", "smtp"),
     ("DEFAULT_CURRENCY", "AAA"), ("DEFAULT_CURRENCY", "XTS"),
     ("STRIPE_API_BASE", "api.stripe.com"), ("BTCPAY_BASE_URL", "javascript:alert(1)"),
     ("IMAGEKIT_UPLOAD_BASE", "https://user:pass@a.b"),
     ("PAYPAL_BASE_URL", "https://a.b; script-src *")],
)  # fmt: skip
def test_what_only_the_catalogue_knows_is_refused_by_its_name(name, value, tmp_path):
    environ = {**GOOD, "GATEHOUSE_INSTANCE": str(tmp_path), name: value}
    with pytest.raises(ConfigError, match=f"^{name} must be ") as caught:
        create_app(environ)
    assert value not in str(caught.value)


def test_a_gateway_of_the_catalogue_and_a_currency_start(tmp_path):
    environ = {**GOOD, "GATEHOUSE_INSTANCE": str(tmp_path), "DATABASE_URL": "sqlite:////tmp/x.db"}
    for name, value in (("PAYMENT_GATEWAY", "square"), ("DEFAULT_CURRENCY", "EUR")):
        assert create_app({**environ, name: value}).config["SETTINGS"][name] == value


@pytest.mark.parametrize(("name", "value"), [("WEB_CONCURRENCY", "two"), ("WEB_THREADS", "0")])
def test_the_web_server_names_a_number_that_is_none(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=f"{name} must be a whole number"):
        runpy.run_path(str(ROOT / "deploy" / "gunicorn.py"))


def test_the_web_server_takes_its_numbers_from_the_environment(monkeypatch):
    for name in ("WEB_CONCURRENCY", "WEB_THREADS"):
        monkeypatch.delenv(name, raising=False)
    found = runpy.run_path(str(ROOT / "deploy" / "gunicorn.py"))
    assert (found["workers"], found["threads"]) == (2, 16)
    monkeypatch.setenv("WEB_CONCURRENCY", "3")
    monkeypatch.setenv("WEB_THREADS", "")
    found = runpy.run_path(str(ROOT / "deploy" / "gunicorn.py"))
    assert (found["workers"], found["threads"]) == (3, 16)


def test_migrations_may_go_to_another_address(tmp_path):
    assert load(GOOD, tmp_path).migration_url == load(GOOD, tmp_path).database_url
    settings = load({**GOOD, "DATABASE_MIGRATION_URL": "postgres://direct/d"}, tmp_path)
    assert settings.migration_url == "postgresql+psycopg://direct/d"


def test_production_may_run_on_sqlite(tmp_path):
    settings = load({**GOOD, "DATABASE_URL": "sqlite:////tmp/x.db"}, tmp_path)
    assert settings.database_url == "sqlite:////tmp/x.db"


def test_webhooks_may_reach_the_networks_that_are_named(tmp_path):
    def networks(**environ):
        return [str(one) for one in load({**GOOD, **environ}, tmp_path).webhook_networks]

    assert networks(WEBHOOK_ALLOWED_CIDRS="10.0.0.0/8, fd00::/8,") == ["10.0.0.0/8", "fd00::/8"]
    assert networks(APP_ENV="development") == ["127.0.0.0/8", "::1/128"]
    assert networks(APP_ENV="development", WEBHOOK_ALLOWED_CIDRS="10.0.0.0/8") == ["10.0.0.0/8"]
    assert networks(APP_ENV="test") == []


def test_operator_set_addresses_are_ours_alone(tmp_path):
    others = {
        "STRIPE_API_BASE": "http://127.0.0.1:9/",
        "EASYPAY_BASE_URL": "sandbox",  # a choice of the catalogue, no address
        "OPENAI_BASE_URL": "https://elsewhere.example",
        "GITHUB_API_BASE": "",
    }
    settings = load({**GOOD, **others}, tmp_path)
    assert settings.base_urls(base_url_names()) == ["http://127.0.0.1:9"]
    assert settings.base_url("STRIPE_API_BASE") == "http://127.0.0.1:9"
    assert settings.base_url("GITHUB_API_BASE") is None
    assert settings.service_value("EASYPAY_BASE_URL") == "sandbox"


def test_an_empty_variable_is_an_absent_one(tmp_path):
    settings = load({**GOOD, "LOG_LEVEL": "", "PAYMENT_GATEWAY": "", "REDIS_URL": ""}, tmp_path)
    assert (settings["LOG_LEVEL"], settings.default_gateway) == ("info", "stripe")
    assert settings.service_value("STRIPE_SECRET_KEY") is None


@pytest.mark.parametrize(
    ("word", "is_on"),
    [("on", True), ("TRUE", True), ("1", True), ("off", False), ("no", False), ("0", False)],
)
def test_switches_read_as_people_write_them(word, is_on, tmp_path):
    assert load({**GOOD, "SANDBOX_GATEWAY": word}, tmp_path).sandbox_allowed is is_on
    assert load({**GOOD, "WEBHOOK_SLOW_RETRIES": word}, tmp_path).slow_retries is is_on
    assert load({**GOOD, "WORKER_INLINE": word}, tmp_path).worker_inline is is_on


def test_settings_do_not_print_their_values(tmp_path):
    assert GOOD["SECRET_KEY"] not in repr(load(GOOD, tmp_path))


# --- development


DEVELOPMENT = {"APP_ENV": "development", "SECRET_KEY": "", "INTEGRATION_ENCRYPTION_KEY": ""}


def test_development_makes_its_keys_once_and_keeps_them_private(tmp_path):
    folder = tmp_path / "instance"
    first = load(DEVELOPMENT, folder)
    path = folder / "dev.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first["SECRET_KEY"] != first["INTEGRATION_ENCRYPTION_KEY"]
    written = path.read_bytes()

    again = load(DEVELOPMENT, folder)

    assert again.environment == first.environment
    assert path.read_bytes() == written
    assert [one.name for one in folder.iterdir()] == ["dev.env"]
    assert first.default_gateway == "sandbox"
    assert first.database_url == f"sqlite:///{folder}/gatehouse.sqlite3"


def test_the_environment_wins_over_the_file(tmp_path):
    load(DEVELOPMENT, tmp_path)
    assert load({**DEVELOPMENT, "SECRET_KEY": "mine"}, tmp_path)["SECRET_KEY"] == "mine"


def test_a_damaged_file_is_not_replaced(tmp_path):
    (tmp_path / "dev.env").write_text("SECRET_KEY=x\n")
    assert "INTEGRATION_ENCRYPTION_KEY is not set" in refusal(DEVELOPMENT, tmp_path)
    assert (tmp_path / "dev.env").read_text() == "SECRET_KEY=x\n"


STARTER = """
import sys, pathlib, config
while not pathlib.Path(sys.argv[2]).exists(): pass
for number in range(20):
    folder = pathlib.Path(sys.argv[1]) / str(number)
    print(config.load({"APP_ENV": "development"}, folder)["SECRET_KEY"])
"""


def test_two_processes_that_start_at_once_agree(tmp_path):
    go = tmp_path / "go"
    command = [sys.executable, "-c", STARTER, str(tmp_path), str(go)]
    both = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    go.touch()
    first, second = (process.communicate(timeout=60)[0].split() for process in both)
    assert len(first) == 20
    assert first == second


def test_a_file_system_without_links_will_do(tmp_path, monkeypatch):
    def no_links(*_):
        raise PermissionError

    monkeypatch.setattr(config.os, "link", no_links)
    first = load(DEVELOPMENT, tmp_path)
    assert load(DEVELOPMENT, tmp_path).environment == first.environment
    assert [one.name for one in tmp_path.iterdir()] == ["dev.env"]
