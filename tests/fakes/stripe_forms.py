"""Stripe's form encoding, checked against the parameter types of the installed SDK."""

from __future__ import annotations

import sys
import types
import typing
from decimal import Decimal, InvalidOperation
from typing import Any, get_args, get_origin
from urllib.parse import parse_qsl

import stripe
import typing_extensions

from tests.fakes.stripe_errors import StripeRefusal, invalid

REQUEST_OPTIONS = frozenset(stripe.RequestOptions.__annotations__)
_OPTIONAL = (typing.NotRequired, typing.Required, typing_extensions.NotRequired)
_UNIONS = (typing.Union, types.UnionType)


def unflatten(encoded: str) -> dict[str, Any]:
    """Turn ``a[b][0]=c`` into ``{"a": {"b": {"0": "c"}}}``; lists are told apart by the types."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        head, *rest = name.replace("]", "").split("[")
        node, steps = tree, [head, *rest]
        for step in steps[:-1]:
            node = node.setdefault(step or str(len(node)), {})
            if not isinstance(node, dict):
                raise invalid(f"Invalid request: {name} conflicts with another parameter.", name)
        last = steps[-1] or str(len(node))
        if last in node:
            raise invalid(f"Invalid request: {name} was given more than once.", name)
        node[last] = value
    return tree


def parse(params: dict[str, Any], schema: Any) -> dict[str, Any]:
    """Check and convert parameters; ``schema`` is one of the SDK's parameter classes."""
    if "payment_method_types" in params and "payment_method_types" not in schema.__annotations__:
        raise invalid(
            "The payment_method_types parameter is no longer supported in this API version. "
            "Use allowed_payment_method_types instead.",
            "payment_method_types",
            "payment_method_types_no_longer_supported",
        )
    return _typed_dict(params, schema, "")


def _unknown(path: str) -> Exception:
    return invalid(f"Received unknown parameter: {path}", path, "parameter_unknown")


def _typed_dict(value: Any, schema: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid("Invalid object", path)
    known = {n: a for n, a in schema.__annotations__.items() if path or n not in REQUEST_OPTIONS}
    parsed = {}
    for name, one in value.items():
        here = f"{path}[{name}]" if path else name
        if name not in known:
            raise _unknown(here)
        parsed[name] = _convert(one, known[name], here, schema.__module__)
    for name in schema.__required_keys__:
        here = f"{path}[{name}]" if path else name
        if name in known and name not in value:
            raise invalid(f"Missing required param: {here}.", here, "parameter_missing")
    return parsed


def _resolve(annotation: Any, module: str) -> Any:
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        try:
            return eval(annotation, dict(vars(sys.modules[module])))
        except NameError:
            return Any
    return annotation


def _convert(value: Any, annotation: Any, path: str, module: str) -> Any:
    annotation = _resolve(annotation, module)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in _OPTIONAL:
        return _convert(value, args[0], path, module)
    if origin in _UNIONS:
        return _one_of(value, [_resolve(one, module) for one in args], path, module)
    if origin is list:
        return _list(value, args[0], path, module)
    if origin is dict:
        if not isinstance(value, dict):
            raise invalid("Invalid hash", path)
        pairs = value.items()
        return {k: _convert(v, args[1], f"{path}[{k}]", module) for k, v in pairs}
    if hasattr(annotation, "__required_keys__"):
        return _typed_dict(value, annotation, path)
    if annotation is Any:
        return value
    if isinstance(value, dict):
        raise invalid("Invalid string: expected a value, not an object", path)
    return _scalar(value, annotation, path)


def _list(value: Any, item: Any, path: str, module: str) -> list[Any]:
    if value == "":
        return []
    if not isinstance(value, dict) or sorted(value) != sorted(map(str, range(len(value)))):
        raise invalid("Invalid array", path)
    ordered = sorted(value.items(), key=lambda pair: int(pair[0]))
    return [_convert(one, item, f"{path}[{index}]", module) for index, one in ordered]


def _scalar(value: str, annotation: Any, path: str) -> Any:
    if get_origin(annotation) is typing.Literal:
        allowed = [one for one in get_args(annotation) if one]
        if value in get_args(annotation):
            return value
        raise invalid(f"Invalid {path}: must be one of {', '.join(allowed)}", path)
    if value == "":
        raise invalid(
            f"You passed an empty string for '{path}'. It cannot be unset; leave it out or give "
            "a value.",
            path,
            "parameter_invalid_empty",
        )
    if annotation is bool:
        if value not in ("true", "false"):
            raise invalid(f"Invalid boolean: {value}", path)
        return value == "true"
    if annotation is int:
        if not (value.isascii() and value.removeprefix("-").isdigit()):
            raise invalid(f"Invalid integer: {value}", path, "parameter_invalid_integer")
        return int(value)
    if annotation in (float, Decimal):
        try:
            return str(Decimal(value))
        except InvalidOperation:
            raise invalid(f"Invalid decimal: {value}", path) from None
    return value


def _one_of(value: Any, choices: list[Any], path: str, module: str) -> Any:
    choices = [one for one in choices if one is not type(None)]
    if value == "" and any("" in get_args(one) for one in choices):
        return ""
    enums = [o for o in choices if get_origin(o) is typing.Literal and get_args(o) != ("",)]
    if enums:
        # The SDK widens every enum with `str` for its typing only; Stripe does not.
        choices = [one for one in choices if one is not str]
    choices = [one for one in choices if get_args(one) != ("",)]
    structured = [one for one in choices if _is_structure(one)]
    if structured and (isinstance(value, dict) or len(structured) == len(choices)):
        return _convert(value, structured[0], path, module)
    failure: Exception | None = None
    for one in choices:
        try:
            return _convert(value, one, path, module)
        except StripeRefusal as error:
            failure = error
    raise failure or invalid("Invalid value", path)


def _is_structure(annotation: Any) -> bool:
    return get_origin(annotation) in (list, dict) or hasattr(annotation, "__required_keys__")
