"""Every setting Gatehouse reads, in one list; `.env.example` is made from it and a test compares.

The variables of the services (STRIPE_SECRET_KEY, …) are not here: the catalogue in app/registry
names them, and docs/settings.md lists both.
"""

import logging
import math
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from database_url import names_a_pooler, normalise_database_url, problem_of

__all__ = [
    "GROUPS",
    "SETTINGS",
    "ConfigError",
    "Setting",
    "Settings",
    "address_problems",
    "load",
]

ROOT = Path(__file__).resolve().parent
# Published in our own tests and documents, so never a secret of anybody's.
DENIED_KEYS = {"gatehouse-test-vector-key-do-not-use-0001", "changeme", "change-me", "secret"}


class ConfigError(Exception):
    """The environment does not make sense; the message names variables, never values."""


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, what it does, its default."""

    name: str
    help: str
    default: str = ""
    secret: bool = False
    required: bool = False  # in production


GROUPS: dict[str, tuple[Setting, ...]] = {
    "Installation": (
        Setting("APP_ENV", "production, development or test", "production"),
        Setting("GATEHOUSE_INSTANCE", "folder of the SQLite file and dev.env; default instance/"),
    ),
    "Keys": (
        Setting(
            "SECRET_KEY", "signs cookies and links; 32 random bytes", secret=True, required=True
        ),
        Setting(
            "INTEGRATION_ENCRYPTION_KEY",
            "seals stored credentials; 32 random bytes",
            secret=True,
            required=True,
        ),
        Setting(
            "INTEGRATION_ENCRYPTION_KEY_PREVIOUS",
            "older keys that still open what they sealed, comma-separated",
            secret=True,
        ),
        Setting(
            "STRIPE_ENCRYPTION_KEY", "legacy name, used when the key above is absent", secret=True
        ),
        Setting("STRIPE_ENCRYPTION_KEY_PREVIOUS", "older keys under the legacy name", secret=True),
        Setting("PAYLOAD_SECRET", "second legacy name of the key", secret=True),
    ),
    "Database and Redis": (
        Setting("DATABASE_URL", "PostgreSQL or SQLite", required=True, secret=True),
        Setting(
            "DATABASE_MIGRATION_URL", "for migrations, where a pooler stands before", secret=True
        ),
        Setting(
            "DATABASE_POOLER",
            "transaction, session or none; default transaction with port 6543, pgbouncer=true or"
            " DATABASE_MIGRATION_URL, else none",
        ),
        Setting("DATABASE_SCHEMA", "PostgreSQL schema of the tables; default as the role has it"),
        Setting(
            "REDIS_URL",
            "the bell and request rates; absent: work runs from the database, rates are counted"
            " in each web process by itself",
            secret=True,
        ),
    ),
    "Addresses and payments": (
        Setting("PUBLIC_BASE_URL", "https address customers reach us at", required=True),
        Setting("PAYMENT_GATEWAY", "gateway when neither request nor provider names one"),
        Setting("DEFAULT_CURRENCY", "ISO 4217, for organizations without their own", "USD"),
        Setting(
            "SIGNUP",
            "who makes an account by themselves: first (one person), open (all), invite (none)",
            "first",
        ),
        Setting("SANDBOX_GATEWAY", "on: the built-in test gateway also in production", "off"),
        Setting("API_RATE_LIMIT", "requests a minute for one API key", "600"),
    ),
    "Traffic": (
        Setting("TRUSTED_PROXY_COUNT", "proxies before us whose X-Forwarded-* we believe", "0"),
        Setting("WEBHOOK_SLOW_RETRIES", "on: after 15 s keep trying for three days", "on"),
        Setting(
            "WEBHOOK_ALLOWED_CIDRS",
            "private networks that webhooks, mail and merchants' own gateways may reach,"
            " comma-separated; in production never pictures of items",
        ),
    ),
    "Looking after it": (
        Setting("METRICS_TOKEN", "bearer token that opens /metrics; absent: closed", secret=True),
        Setting("LOG_LEVEL", "debug, info, warning or error", "info"),
        Setting("LOG_FORMAT", "json or text; default json in production"),
    ),
    "Web server": (
        Setting("WORKER_INLINE", "on: background work in a thread of the web server", "off"),
        Setting("PORT", "where `make run` listens, on 127.0.0.1", "8000"),
        Setting("BIND", "where gunicorn listens; default 127.0.0.1 and PORT"),
        Setting("WEB_CONCURRENCY", "processes of the web server", "2"),
        Setting("WEB_THREADS", "threads of each", "16"),
    ),
    "Signing in with Google and GitHub": (
        Setting("GOOGLE_CLIENT_ID", "sign in with Google"),
        Setting("GOOGLE_CLIENT_SECRET", "sign in with Google", secret=True),
        Setting("GOOGLE_DISCOVERY_URL", "another OpenID discovery document for Google"),
        Setting("GITHUB_CLIENT_ID", "sign in with GitHub"),
        Setting("GITHUB_CLIENT_SECRET", "sign in with GitHub", secret=True),
        Setting("GITHUB_BASE_URL", "another address for GitHub's sign-in"),
        Setting("GITHUB_API_BASE", "another address for GitHub's API"),
    ),
}
SETTINGS = tuple(one for group in GROUPS.values() for one in group)
SIGN_IN_ADDRESSES = ("GOOGLE_DISCOVERY_URL", "GITHUB_BASE_URL", "GITHUB_API_BASE")
KEY_NAMES = ("INTEGRATION_ENCRYPTION_KEY", "STRIPE_ENCRYPTION_KEY", "PAYLOAD_SECRET")
_MAKE_A_KEY = "make keys with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
log = logging.getLogger("gatehouse")


@dataclass(frozen=True)
class Settings:
    """The environment, read and checked once."""

    environment: Mapping[str, str] = field(repr=False)
    instance: Path = ROOT / "instance"

    def __getitem__(self, name: str) -> str:
        return self.environment.get(name) or _DEFAULTS[name]

    @property
    def app_env(self) -> str:
        return self["APP_ENV"]

    @property
    def is_production(self) -> bool:
        return self.app_env == "production"

    @property
    def is_development(self) -> bool:
        return self.app_env == "development"

    @property
    def database_url(self) -> str:
        return normalise_database_url(self["DATABASE_URL"]) or self._sqlite("gatehouse")

    @property
    def migration_url(self) -> str:
        return normalise_database_url(self["DATABASE_MIGRATION_URL"]) or self.database_url

    @property
    def behind_pooler(self) -> bool:
        """Whether the next transaction may meet another session of the server than the last."""
        if said := self["DATABASE_POOLER"].lower():
            return said == "transaction"
        return bool(self["DATABASE_MIGRATION_URL"]) or names_a_pooler(self["DATABASE_URL"])

    @property
    def database_schema(self) -> str | None:
        """The PostgreSQL schema everything lives in; None for the one the role finds first."""
        return self["DATABASE_SCHEMA"] or None

    def _sqlite(self, name: str) -> str:
        return f"sqlite:///{self.instance / name}.sqlite3"

    @property
    def public_base_url(self) -> str:
        return self["PUBLIC_BASE_URL"].rstrip("/") or f"http://127.0.0.1:{self['PORT']}"

    @property
    def is_https(self) -> bool:
        return self.public_base_url.startswith("https://")

    @property
    def default_gateway(self) -> str:
        return self["PAYMENT_GATEWAY"] or ("stripe" if self.is_production else "sandbox")

    @property
    def sandbox_allowed(self) -> bool:
        return not self.is_production or self._is_on("SANDBOX_GATEWAY")

    @property
    def slow_retries(self) -> bool:
        return self._is_on("WEBHOOK_SLOW_RETRIES")

    @property
    def worker_inline(self) -> bool:
        return self._is_on("WORKER_INLINE")

    @property
    def webhook_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        text = self["WEBHOOK_ALLOWED_CIDRS"]
        if not text and self.is_development:
            text = "127.0.0.0/8,::1/128"
        return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())

    @property
    def encryption_keys(self) -> list[str]:
        """Keys in order: the first seals, all open."""
        return list(self.key_variables)

    @property
    def key_variables(self) -> dict[str, list[str]]:
        """Each key, in order, and the names of the variables it stands in."""
        named = [(self[name], name) for name in KEY_NAMES]
        for name in (f"{one}_PREVIOUS" for one in KEY_NAMES[:2]):
            older = [one.strip() for one in self[name].split(",") if one.strip()]
            named += [(one, f"entry {at} of {name}") for at, one in enumerate(older, 1)]
        found: dict[str, list[str]] = {}
        for key, name in named:
            if key:
                found.setdefault(key, []).append(name)
        return found

    def service_value(self, name: str) -> str | None:
        """A service's own variable (STRIPE_SECRET_KEY, …), None when absent or empty."""
        return self.environment.get(name, "").strip() or None

    def base_url(self, name: str) -> str | None:
        """An operator-set address that wins over every stored host; None when not set."""
        return self.environment.get(name, "").strip().rstrip("/") or None

    def base_urls(self, names: Iterable[str]) -> list[str]:
        """Those of these addresses that the operator set."""
        return [value for name in names if (value := self.base_url(name))]

    @property
    def warnings(self) -> list[str]:
        """What works but should not stay so; names, never values."""
        legacy = next((name for name in KEY_NAMES if self[name]), KEY_NAMES[0])
        if not self.is_production or legacy == KEY_NAMES[0]:
            return []
        weak = " and is weak" if _is_weak(self[legacy]) else ""
        return [
            f"{legacy}, which seals the credentials, is a legacy name{weak}: set {KEY_NAMES[0]};"
            " the old key goes on opening what it sealed"
        ]

    def _is_on(self, name: str) -> bool:
        return self[name].lower() in {"on", "1", "true", "yes"}


_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


def load(environ: Mapping[str, str], instance: Path | None = None) -> Settings:
    """Read and check the environment. Raises ConfigError, naming what is missing or wrong.

    In development the first start writes a key pair to `instance/dev.env` (mode 0600). What works
    but should not stay so is logged as a warning.
    """
    instance = instance or Path(environ.get("GATEHOUSE_INSTANCE") or ROOT / "instance")
    app_env = environ.get("APP_ENV") or "production"
    if app_env == "development":
        environ = _development_keys(instance) | {k: v for k, v in environ.items() if v}
    settings = Settings(dict(environ), instance)
    problems = list(_problems(settings))
    if problems:
        raise ConfigError("; ".join(problems))
    for warning in settings.warnings:
        log.warning(warning)
    return settings


def _development_keys(instance: Path) -> dict[str, str]:
    path = instance / "dev.env"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        _write_once(
            path,
            "# Made on the first start, for development only. Losing it makes the credentials\n"
            "# stored in the development database unreadable.\n"
            f"SECRET_KEY={secrets.token_urlsafe(32)}\n"
            f"INTEGRATION_ENCRYPTION_KEY={secrets.token_urlsafe(32)}\n",
        )
    pairs = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs if not name.startswith("#")}


def _write_once(path: Path, text: str) -> None:
    """Make a private file, whole from its first moment; leave one that is there as it is."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another command made it meanwhile
    except OSError:  # a file system without links
        draft.replace(path)
    draft.unlink(missing_ok=True)


def _problems(settings: Settings) -> "list[str]":
    found = []
    if settings.app_env not in {"production", "development", "test"}:
        found.append("APP_ENV must be production, development or test")
    for name, allowed in _CHOICES.items():
        if settings[name] and settings[name].lower() not in allowed:
            found.append(f"{name} must be one of: {', '.join(sorted(allowed))}")
    for name in ("API_RATE_LIMIT", "TRUSTED_PROXY_COUNT", "PORT", "WEB_CONCURRENCY", "WEB_THREADS"):
        if not settings[name].isdecimal():
            found.append(f"{name} must be a whole number")
        elif name.startswith("WEB_") and not int(settings[name]):
            found.append(f"{name} must be at least 1")
    if not re.fullmatch("[A-Z]{3}", settings["DEFAULT_CURRENCY"]):
        found.append("DEFAULT_CURRENCY must be a code like USD")
    try:
        _ = settings.webhook_networks
    except ValueError:
        found.append("WEBHOOK_ALLOWED_CIDRS must be networks like 10.0.0.0/8")
    if not _is_address(settings.public_base_url) or urlsplit(settings.public_base_url).path:
        found.append(
            "PUBLIC_BASE_URL must be an address like https://pay.example.com, without path"
        )
    found += address_problems(settings, SIGN_IN_ADDRESSES)
    found += _database_problems(settings)
    keys = _key_problems(settings) if settings.is_production else []
    absent = _missing(settings)
    if keys or {"SECRET_KEY", KEY_NAMES[0]} & {one.name for one in absent}:
        keys += [_MAKE_A_KEY, "or, for the demo of `make run`: put APP_ENV=development before it"]
    return [*found, *(f"{one.name} is not set: {one.help}" for one in absent), *keys]


def address_problems(settings: Settings, names: Iterable[str]) -> list[str]:
    """What is wrong with operator-set base addresses, by the names of their variables."""
    return [
        f"{name} must be an address like https://api.example.com"
        for name in names
        if (value := settings.base_url(name)) and not _is_address(value)
    ]


def _database_problems(settings: Settings) -> list[str]:
    urls = {"DATABASE_URL": settings.database_url, "DATABASE_MIGRATION_URL": settings.migration_url}
    given = {name: url for name, url in urls.items() if settings[name]}
    found = [f"{name} {problem}" for name, url in given.items() if (problem := problem_of(url))]
    schema = settings.database_schema
    if schema and not re.fullmatch("(?!pg_|information_schema$)[a-z_][a-z0-9_]{0,62}", schema):
        found.append("DATABASE_SCHEMA must be a name like gatehouse: a-z, 0-9 and _")
    elif schema and settings.database_url.startswith("sqlite"):
        found.append("DATABASE_SCHEMA must be absent with SQLite, which has no schemas")
    return found


_CHOICES = {
    "DATABASE_POOLER": {"transaction", "session", "none"},
    "SIGNUP": {"first", "open", "invite"},
    "LOG_LEVEL": {"debug", "info", "warning", "error"},
    "LOG_FORMAT": {"json", "text"},
    "SANDBOX_GATEWAY": {"on", "off", "1", "0", "true", "false", "yes", "no"},
    "WEBHOOK_SLOW_RETRIES": {"on", "off", "1", "0", "true", "false", "yes", "no"},
    "WORKER_INLINE": {"on", "off", "1", "0", "true", "false", "yes", "no"},
}


def _is_address(text: str) -> bool:
    try:
        address = urlsplit(text)
        _ = address.port
    except ValueError:
        return False
    return bool(
        address.scheme in {"http", "https"}
        and address.hostname
        and not (address.query or address.fragment or address.username)
        and not re.search(r"[\s;,'\"\x00-\x1f\x7f]", text)
    )


def _missing(settings: Settings) -> list[Setting]:
    """Required settings that are absent. Outside of production only the keys are, which
    development makes by itself."""
    absent = [one for one in SETTINGS if one.required and not settings[one.name]]
    if any(settings[name] for name in KEY_NAMES):
        absent = [one for one in absent if one.name != KEY_NAMES[0]]
    if not settings.is_production:
        absent = [one for one in absent if one.name in {"SECRET_KEY", KEY_NAMES[0]}]
    return absent


def _key_problems(settings: Settings) -> list[str]:
    found = [
        f"{name} is too weak: use 32 random bytes"
        for name in ("SECRET_KEY", KEY_NAMES[0])
        if settings[name] and _is_weak(settings[name])
    ]
    if settings["SECRET_KEY"] and settings["SECRET_KEY"] in settings.encryption_keys:
        found.append("SECRET_KEY and INTEGRATION_ENCRYPTION_KEY must differ")
    return found


def _is_weak(key: str) -> bool:
    """Under about 128 bits by length and variety, or published somewhere."""
    if key.lower() in DENIED_KEYS or len(key) < 32:
        return True
    variety = len(set(key))
    return variety < 8 or len(key) * math.log2(variety) < 100
