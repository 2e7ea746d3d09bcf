"""What a customer cannot do at a company: every fake says so with the same error."""

__all__ = ["CustomerCannot"]


class CustomerCannot(Exception):
    """The company would not let them."""
