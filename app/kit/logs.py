"""Logs: one line each, structured, with secrets taken out after formatting."""

import json
import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any
from urllib.parse import quote

import structlog

__all__ = ["configure", "redact"]

# What our secrets and the gateways' look like, wherever they turn up.
_PATTERNS = re.compile(
    r"provider_[0-9A-Za-z]{8}[0-9A-Za-z]{30,}"
    r"|whsec_[A-Za-z0-9+/=_-]{8,}"
    r"|[srp]k_(?:test|live)_[A-Za-z0-9]{4,}"
    r"|enc:v1:[0-9a-f]{8}:[A-Za-z0-9_-]+"
    r"|(?<=/onboarding/)(?:done/)?[A-Za-z0-9._-]{20,}"
    r"|(?i:bearer)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|(?<=://)[^\s/:@\"']*:[^\s/@\"']+(?=@)"  # user and password of an address
)
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_known = re.compile(r"(?!)")


class _Redacting(logging.Formatter):
    """Looks at the finished line, because an exception's text can hold a whole request body."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self.inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return _CONTROLS.sub(_escaped, redact(self.inner.format(record)))


def redact(text: str) -> str:
    """`text` with everything that is, or looks like, a secret replaced."""
    return _PATTERNS.sub("[secret]", _known.sub("[secret]", text))


def _any_of(secrets: Iterable[str]) -> re.Pattern[str]:
    """What finds these values, each also as JSON, Python and addresses write it."""
    values: set[str] = set()
    for value in secrets:
        for one in (value, *value.split(",")):
            if len(plain := one.strip()) >= 8:
                shown = repr(plain)[1:-1]
                values.update((plain, shown, quote(plain, safe="")))
                values.update(json.dumps(text)[1:-1] for text in (plain, shown))
    longest_first = sorted(values, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def _escaped(match: re.Match[str]) -> str:
    return repr(match[0])[1:-1]


def _one_line(_logger: object, _name: str, event: MutableMapping[str, Any]) -> Any:
    """Keep what a caller typed on its line; a traceback may have several."""
    return {
        key: _BREAKS.sub(_escaped, value)
        if isinstance(value, str) and key not in {"exception", "stack"}
        else value
        for key, value in event.items()
    }


def configure(level: str, format_: str, *, secrets: Iterable[str] = ()) -> None:
    """Send structlog and the standard library's logs to standard error, in `json` or `text`.

    No line will hold one of `secrets`; of a comma-separated list, none of its members. One
    configuration a process: the last call counts.
    """
    global _known
    _known = _any_of(secrets)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if format_ == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _one_line, last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting(formatter))
    handler.set_name("gatehouse")
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if one.get_name() != "gatehouse"] + [handler]
    root.setLevel(level.upper())
    for noisy in ("werkzeug", "rq", "alembic"):
        logging.getLogger(noisy).setLevel("WARNING")
    # Its warnings quote whole addresses, in which some companies want their keys.
    logging.getLogger("urllib3").setLevel("ERROR")
