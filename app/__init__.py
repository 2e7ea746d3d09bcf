"""Gatehouse. create_app wires the rooms; it is the one place that sees all of them."""

import os
from collections.abc import Mapping
from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from app import cli, extensions
from app.adapters.gateways.crypto import CryptoGateway
from app.adapters.gateways.guarded import Guarded
from app.adapters.gateways.sandbox import SandboxGateway
from app.adapters.media.imagekit import ImageKit
from app.blueprints import register_doors
from app.kit import logs, money
from app.kit.crypto import Keyring
from app.kit.rates import SCHEME
from app.registry import base_url_names, gateways, secret_env_names
from app.services import escrow, keeping
from app.services.sandbox import DatabaseLedger, DatabaseSellers

__all__ = ["create_app"]


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """Make the app from an environment. Raises config.ConfigError, naming what is wrong."""
    settings = config.load(os.environ if environ is None else environ)
    _must_exist(settings)
    app = Flask(
        __name__,
        template_folder=str(config.ROOT / "templates"),
        static_folder=str(config.ROOT / "static"),
        instance_path=str(settings.instance.resolve()),
    )
    _configure(app, settings)
    logs.configure(settings["LOG_LEVEL"], _log_format(settings), secrets=_secrets(settings))
    app.extensions["keyring"] = Keyring(settings.encryption_keys)
    extensions.init_app(app)
    SandboxGateway.ledger, SandboxGateway.sellers = DatabaseLedger(), DatabaseSellers()
    keeping.appoint(escrow.EscrowKeeper())
    CryptoGateway.guarded = ImageKit.guarded = _guarded(settings)
    register_doors(app)
    cli.register(app)
    proxies = int(settings["TRUSTED_PROXY_COUNT"])
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, proxies, proxies, 0, 0)  # type: ignore[method-assign]
    return app


def _guarded(settings: config.Settings) -> Guarded:
    """How gateways are called whose address a merchant typed, as webhooks are: where the operator
    let networks in, http may be spoken inside of them."""
    networks = settings.webhook_networks
    return Guarded(networks, https_only=settings.is_production and not networks)


def _must_exist(settings: config.Settings) -> None:
    """What only the catalogue and the list of currencies can judge. Raises ConfigError."""
    problems = config.address_problems(settings, base_url_names())
    if settings.default_gateway not in gateways():
        problems.append(f"PAYMENT_GATEWAY must be one of: {', '.join(gateways())}")
    if not money.is_currency(settings["DEFAULT_CURRENCY"]):
        problems.append("DEFAULT_CURRENCY must be a currency of ISO 4217")
    if problems:
        raise config.ConfigError("; ".join(problems))


def _configure(app: Flask, settings: config.Settings) -> None:
    redis_url = settings["REDIS_URL"]
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings["SECRET_KEY"],
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        SESSION_COOKIE_NAME="__Host-gh" if settings.is_https else "gh",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # The cookie only carries a secret; the row behind it ends the session much earlier.
        PERMANENT_SESSION_LIFETIME=timedelta(days=180),
        # Styles and scripts are kept by caches, so no cookie may go along with them.
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,  # a tab may stay open for more than an hour
        RATELIMIT_STORAGE_URI=redis_url or f"{SCHEME}://",
        RATELIMIT_STORAGE_OPTIONS=(
            {"socket_timeout": 0.2, "socket_connect_timeout": 0.2} if redis_url else {}
        ),
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        BABEL_TRANSLATION_DIRECTORIES=str(config.ROOT / "translations"),
        BABEL_DEFAULT_LOCALE="en",
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.strict_slashes = False


def _engine_options(settings: config.Settings) -> dict[str, object]:
    # A failing statement's error would print checkout tokens and addresses.
    shared: dict[str, object] = {"hide_parameters": True}
    if settings.database_url.startswith("sqlite"):
        return shared
    pool = {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": False, "pool_timeout": 10}
    found = {**shared, **pool, **(_behind_pooler() if settings.behind_pooler else {})}
    if schema := settings.database_schema:
        # In each statement, and not as search_path, which a pooler neither takes nor keeps.
        found["execution_options"] = {"schema_translate_map": {None: schema}}
    return found


def _behind_pooler() -> dict[str, object]:
    """A pooler in transaction mode hands out another session of the server, without what was
    prepared, and ends connections that nobody used for some minutes."""
    return {
        "connect_args": {"prepare_threshold": None},
        "pool_pre_ping": True,
        "pool_recycle": 300,
    }


def _log_format(settings: config.Settings) -> str:
    return settings["LOG_FORMAT"] or ("json" if settings.is_production else "text")


def _secrets(settings: config.Settings) -> list[str]:
    """Every secret value of the environment: no log line may contain one."""
    names = [one.name for one in config.SETTINGS if one.secret] + list(secret_env_names())
    return [value for name in names if (value := settings.environment.get(name, "").strip())]
