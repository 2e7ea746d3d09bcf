"""Ten thousand collected tests stay in memory for the whole run. Walking over them again and again
took Python's garbage collector a third of collecting them and a tenth of running them."""

import gc
from collections.abc import Generator

import pytest

# The oldest generation is looked through after a hundred looks through the second, not ten: the
# apps that tests throw away may wait so long.
YOUNG, MIDDLE, OLD = 700, 10, 100


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(YOUNG, MIDDLE, OLD)
        gc.enable()
