"""Logs: one line each, and no secret in any."""

import contextlib
import io
import json
import logging

import pytest
import structlog

from app.kit import logs, tokens
from app.registry import secret_env_names
from tests.conftest import environment

SECRET = "a-gateway-secret-nobody-would-guess"
LONGER = SECRET + "-with-more-behind-it"
HARD = 'quo"ted\\back é-slash-secret'


@pytest.fixture(params=["json", "text"])
def lines(request):
    """Log in one format; gives a function for the lines so far."""
    shown = io.StringIO()
    with contextlib.redirect_stderr(shown):
        logs.configure("debug", request.param, secrets=[SECRET, LONGER, HARD, "short"])
    yield lambda: shown.getvalue().splitlines()
    logs.configure("error", "text")


def through_structlog(message: str, **more):
    structlog.get_logger().warning(message, **more)


def through_logging(message: str, **more):
    logging.getLogger("some.library").warning("%s %s", message, more)


BOTH = pytest.mark.parametrize("say", [through_structlog, through_logging])


@BOTH
@pytest.mark.parametrize("secret", [SECRET, LONGER, HARD])
def test_a_secret_of_the_environment_is_never_logged(lines, say, secret):
    say(f"before {secret} after", value=secret, deep={"list": [secret]})
    text = "\n".join(lines())
    assert "[secret]" in text
    for part in (secret, SECRET, "with-more-behind-it", "back é", "back \\u00e9"):
        assert part not in text


@BOTH
@pytest.mark.parametrize(
    "secret",
    [tokens.new_api_key(), tokens.new_webhook_secret(), "sk_live_51Abc123", "rk_test_51Abc123",
     "Bearer abcdefgh12345678", "enc:v1:2a25163a:AAECAwQFBgcICQoLFIBpaZHWqMG5onNPS63MHw"],
    ids=["API key", "webhook secret", "live key", "restricted key", "bearer", "sealed"],
)  # fmt: skip
def test_what_looks_like_a_secret_is_never_logged(lines, say, secret):
    say(f"<{secret}>", value=secret)
    text = "\n".join(lines())
    assert secret.split()[-1] not in text
    assert "[secret]" in text


@pytest.mark.parametrize("logger", [structlog.get_logger(), logging.getLogger("x")])
def test_an_exception_that_holds_a_request_body_is_redacted(lines, logger):
    key = tokens.new_api_key()
    try:
        raise ValueError(f'{{"apiKey": "{key}", "other": "{SECRET}"}}')
    except ValueError:
        logger.exception("request failed")
    text = "\n".join(lines())
    assert "ValueError" in text
    assert key not in text
    assert SECRET not in text


def test_arguments_are_redacted_after_they_are_formatted(lines):
    half = len(SECRET) // 2
    logging.getLogger("x").warning("%s%s", SECRET[:half], SECRET[half:])
    assert "[secret]" in "\n".join(lines())


@BOTH
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"])
def test_a_newline_cannot_forge_a_second_line(lines, say, newline):
    say(f"first{newline}2026-01-01 [warning] forged", value=f"x{newline}forged")
    assert len(lines()) == 1


def test_an_escape_sequence_does_not_reach_the_terminal(lines):
    through_structlog("x\x1b[2Jy", value="\x1b]0;title\x07")
    assert "\x1b" not in "\n".join(lines())


def test_the_level_decides(capsys):
    logs.configure("error", "json")
    structlog.get_logger("level").warning("quiet")
    logging.getLogger("x").warning("quiet")
    logging.getLogger("x").error("loud")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "loud"


def test_a_json_line_has_event_level_and_moment(capsys):
    logs.configure("info", "json")
    structlog.get_logger("json").info("order.paid", order="ord_1")
    found = json.loads(capsys.readouterr().err)
    assert (found["event"], found["level"], found["order"]) == ("order.paid", "info", "ord_1")
    assert found["timestamp"].endswith("Z")


def test_configuring_twice_logs_once(capsys):
    for _ in range(3):
        logs.configure("info", "json")
    logging.getLogger("x").info("once")
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("name", sorted(secret_env_names()))
def test_every_secret_field_of_the_catalogue_is_masked(name, sqlite_url, tmp_path):
    from app import create_app

    value = f"canary-{name.lower()}-0123456789"
    create_app(environment(sqlite_url, tmp_path, **{name: value}))
    assert value not in logs.redact(f"failed with {value}")


def test_every_previous_key_is_masked(sqlite_url, tmp_path):
    from app import create_app

    older = "older-key-000000000000000001, older-key-000000000000000002"
    create_app(environment(sqlite_url, tmp_path, INTEGRATION_ENCRYPTION_KEY_PREVIOUS=older))
    for key in older.split(", "):
        assert key not in logs.redact(f"sealed with {key}")


def test_warnings_that_quote_addresses_are_left_out(lines):
    """urllib3 quotes the whole one when it cannot read an answer's headers."""
    logging.getLogger("urllib3.connection").warning(
        "Failed to parse headers (url=%s)", "https://pay.example/init/ABC-123456?key=ABC-123456"
    )
    logging.getLogger("urllib3.connection").error("no address in this")
    assert len(lines()) == 1
