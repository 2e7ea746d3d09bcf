"""What is known of every picture that is kept for an organization."""

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

__all__ = ["KeptPicture"]


class KeptPicture:
    """Mixed into what has a picture: where it is kept. The row says with whose account, because
    with that one it is deleted."""

    keeper: Mapped[str] = mapped_column(String(20))  # disk or imagekit
    scope_kind: Mapped[str] = mapped_column(String(20))  # whose account; empty for our disk
    ref: Mapped[str] = mapped_column(String(200))  # the keeper's name for it
    url: Mapped[str] = mapped_column(String(2048), default="")  # empty: browsers get it from us
    width: Mapped[int] = mapped_column(Integer)  # pixels
    height: Mapped[int] = mapped_column(Integer)
