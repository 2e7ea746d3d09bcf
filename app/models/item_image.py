"""Pictures of what is sold, fetched from where providers say and shown at checkout."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Model, OrgScoped, Stamped, own
from app.models.kept import KeptPicture

__all__ = ["ItemImage"]


class ItemImage(KeptPicture, OrgScoped, Stamped, Model):
    """One picture as it was when it was fetched, for every order that named its address that day;
    an order goes on showing what was there when it was made."""

    __tablename__ = "item_images"
    __table_args__ = (
        own(),
        Index("ix_item_images_address", "org_id", "address_digest", "created_at"),
    )
    ID_PREFIX = "img"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    address_digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of where it came from
