"""One step for several threads: whoever comes while one runs is served with the next."""

import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from app.extensions import db
from app.kit.tenancy import current_org

__all__ = ["Together"]

Item = TypeVar("Item")
Result = TypeVar("Result")


class Together(Generic[Item, Result]):
    """Calls `step` with the items of all threads that wait, one organization at a time.

    A single caller pays nothing for it and waits for nobody; a crowd shares one commit. `step`
    returns as many results as it was given items.
    """

    def __init__(self, step: Callable[[list[Item]], list[Result]]) -> None:
        self._step = step
        self._queues: defaultdict[tuple[int, str], _Queue[Item, Result]] = defaultdict(_Queue)

    def __call__(self, item: Item) -> Result:
        queue = self._queues[id(db.engine), current_org()]
        place: Future[Result] = Future()
        with queue.lock:
            queue.waiting.append((item, place))
        with queue.turn:
            if not place.done():
                self._serve(queue)
        return place.result()

    def _serve(self, queue: "_Queue[Item, Result]") -> None:
        with queue.lock:
            served, queue.waiting = queue.waiting, []
        try:
            results = self._step([item for item, _ in served])
        except BaseException as error:
            for _, place in served:
                place.set_exception(error)
            return
        for (_, place), result in zip(served, results, strict=True):
            place.set_result(result)


class _Queue(Generic[Item, Result]):
    def __init__(self) -> None:
        self.lock = threading.Lock()  # over the list, held for a moment
        self.turn = threading.Lock()  # over the step
        self.waiting: list[tuple[Item, Future[Result]]] = []
