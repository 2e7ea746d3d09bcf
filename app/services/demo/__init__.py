"""The demo of the first hour: an organization, a login, two providers, four weeks of orders, and a
seller for whom money is kept."""

from app.services.demo.orders import ensure_orders
from app.services.demo.shops import ensure, remembered

__all__ = ["ensure", "ensure_orders", "remembered"]
