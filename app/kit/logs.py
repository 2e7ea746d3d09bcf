"""Logs: one line each, structured, with secrets taken out after formatting."""

import logging
import re
import sys
from collections.abc import Iterable

import structlog

__all__ = ["configure", "redact"]

# What our secrets and the gateways' look like, wherever they turn up.
_PATTERNS = re.compile(
    r"provider_[0-9A-Za-z]{8}[0-9A-Za-z]{30,}"
    r"|whsec_[A-Za-z0-9+/=_-]{8,}"
    r"|[srp]k_(?:test|live)_[A-Za-z0-9]{4,}"
    r"|enc:v1:[0-9a-f]{8}:[A-Za-z0-9_-]+"
    r"|(?i:bearer)\s+[A-Za-z0-9._~+/=-]{8,}"
)
_values: set[str] = set()


class _Redacting(logging.Formatter):
    """Looks at the finished line, because an exception's text can hold a whole request body."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self.inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return redact(self.inner.format(record)).replace("\r", "\\r")


def redact(text: str) -> str:
    """`text` with everything that is, or looks like, a secret replaced."""
    for value in _values:
        text = text.replace(value, "[secret]")
    return _PATTERNS.sub("[secret]", text)


def configure(level: str, format_: str, *, secrets: Iterable[str] = ()) -> None:
    """Send structlog and the standard library's logs to standard error, in `json` or `text`."""
    _values.update(value for value in secrets if len(value) >= 8)
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
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting(formatter))
    handler.set_name("gatehouse")
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if one.get_name() != "gatehouse"] + [handler]
    root.setLevel(level.upper())
    for noisy in ("werkzeug", "rq", "alembic", "urllib3"):
        logging.getLogger(noisy).setLevel("WARNING")
