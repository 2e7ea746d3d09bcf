"""What /metrics says, in Prometheus' words.

Every figure is read from the database when it is asked for: the web server has several processes,
and what one of them counted by itself would depend on which of them answers.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from app.services import figures

__all__ = ["exposition"]


def exposition() -> bytes:
    """All figures as they are now."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(figures.now()))
    return generate_latest(registry)


class _Figures:
    """One look at the database, as Prometheus collects it."""

    def __init__(self, found: figures.Figures) -> None:
        self.found = found

    def collect(self) -> Iterator[Metric]:
        tasks = GaugeMetricFamily(
            "gatehouse_tasks",
            "Unfinished background tasks: due, waiting for their time, or dead (given up).",
            labels=["name", "state"],
        )
        for (name, state), count in self.found.tasks.items():
            tasks.add_metric([name, state], count)
        yield tasks
        yield GaugeMetricFamily(
            "gatehouse_task_wait_seconds",
            "How long the oldest due task has been waiting.",
            value=self.found.wait,
        )
        yield GaugeMetricFamily(
            "gatehouse_deliveries_pending",
            "Webhooks to providers that are still to be delivered.",
            value=self.found.deliveries,
        )
        orders = GaugeMetricFamily(
            "gatehouse_orders_last_day",
            "Orders made within the last 24 hours, by their status now.",
            labels=["status"],
        )
        for status, count in self.found.orders.items():
            orders.add_metric([status], count)
        yield orders
