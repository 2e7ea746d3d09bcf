"""One rig for each way to pay: the adapter, and the customer and the company on the other side.

Every module beside this one offers `RIGS`: names like `square-card` and how to set each up. Both
contract suites (the adapter's and the whole house's) run over all of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from tests.adapters.gateways.rigs.base import Rig, request

__all__ = ["RIGS", "SAME", "Rig", "request"]

Setup = Callable[[Any], AbstractContextManager[Rig]]


def _all() -> Iterator[tuple[str, Setup]]:
    for module in pkgutil.iter_modules(__path__):
        if module.name not in {"base", "forging"}:
            yield from importlib.import_module(f"{__name__}.{module.name}").RIGS.items()


# Methods that a company takes by the same page or the same calls as another one: all are played
# with the adapter, and through the whole house only the others.
SAME = {
    "crypto-nowpayments-ethereum",
    "crypto-nowpayments-usdc",
    "square-apple_pay",
    "square-google_pay",
    "square-cash_app",
    "paypal-card",
    "paypal-pay_later",
}

# How to set one up: it is given the test's `request` fixture, for what it needs of the house.
RIGS: dict[str, Setup] = dict(_all())
