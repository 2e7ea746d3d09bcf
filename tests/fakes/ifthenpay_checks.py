"""Each field of each request, as Ifthenpay's documentation has it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

FIELDS = json.loads((Path(__file__).parent / "specs" / "ifthenpay.json").read_text())


def problem(call: str, body: bytes, content_type: str) -> str | None:
    """What is wrong with a request, None when nothing is."""
    if content_type != "application/json":
        return "Content-Type must be application/json"
    try:
        sent = json.loads(body)
    except ValueError:
        return "the body is no JSON"
    if not isinstance(sent, dict):
        return "the body is no object"
    known = FIELDS[call]
    for name in sent:
        if name not in known:
            return f"unknown field {name}"
    for name, rule in known.items():
        if name not in sent:
            if rule.get("required"):
                return f"{name} is missing"
        elif said := _wrong(sent[name], rule):
            return f"{name} {said}"
    return None


def _wrong(value: Any, rule: dict[str, Any]) -> str | None:
    if rule["type"] == "number":
        if isinstance(value, bool) or not isinstance(value, int):
            return "is no whole number"
        return None if rule["smallest"] <= value <= rule["largest"] else "is out of range"
    if not isinstance(value, str):
        return "is no text"
    if not value:
        return "is empty"
    if len(value) > rule.get("max", 2000):
        return "is too long"
    if "enum" in rule and value not in rule["enum"]:
        return "is none of those allowed"
    pattern = rule.get("pattern")
    return "has the wrong shape" if pattern and not re.fullmatch(pattern, value) else None
