"""Nouns: the facts and the legal moves of one row each."""

from app.models.credential import (
    CredentialNote,
    InboundEndpoint,
    IntegrationConfig,
    ProviderCredentials,
)
from app.models.door import Door, DoorKind
from app.models.escrow import Hold, HoldStatus, MoveStatus, Release, Reversal
from app.models.event import (
    About,
    Attempt,
    Delivery,
    DeliveryStatus,
    Event,
    EventType,
    InboundEvent,
)
from app.models.export import Export, ExportStatus
from app.models.invitation import Invitation
from app.models.item_image import ItemImage
from app.models.ledger import Account, Journal, JournalKind, Line
from app.models.logo import Logo
from app.models.notice import Notice, NoticeKind, NoticeRead
from app.models.order import Attention, Order, OrderStatus
from app.models.payment import Payment, PaymentStatus, Refund, RefundStatus
from app.models.people import Identity, Membership, Organization, Role, Throttle, User, UserSession
from app.models.provider import ApiKey, LatePolicy, Provider, WebhookEndpoint
from app.models.record import AuditEntry, IdempotencyKey, TimelineEntry
from app.models.replay import Replay, ReplayStatus
from app.models.sandbox import (
    SandboxPayment,
    SandboxPayout,
    SandboxRefund,
    SandboxReversal,
    SandboxSeller,
    SandboxTransfer,
)
from app.models.seller import Payout, PayoutStatus, Seller, SellerStatus
from app.models.task import Task

__all__ = [
    "About",
    "Account",
    "ApiKey",
    "Attempt",
    "Attention",
    "AuditEntry",
    "CredentialNote",
    "Delivery",
    "DeliveryStatus",
    "Door",
    "DoorKind",
    "Event",
    "EventType",
    "Export",
    "ExportStatus",
    "Hold",
    "HoldStatus",
    "IdempotencyKey",
    "Identity",
    "InboundEndpoint",
    "InboundEvent",
    "IntegrationConfig",
    "Invitation",
    "ItemImage",
    "Journal",
    "JournalKind",
    "LatePolicy",
    "Line",
    "Logo",
    "Membership",
    "MoveStatus",
    "Notice",
    "NoticeKind",
    "NoticeRead",
    "Order",
    "OrderStatus",
    "Organization",
    "Payment",
    "PaymentStatus",
    "Payout",
    "PayoutStatus",
    "Provider",
    "ProviderCredentials",
    "Refund",
    "RefundStatus",
    "Release",
    "Replay",
    "ReplayStatus",
    "Reversal",
    "Role",
    "SandboxPayment",
    "SandboxPayout",
    "SandboxRefund",
    "SandboxReversal",
    "SandboxSeller",
    "SandboxTransfer",
    "Seller",
    "SellerStatus",
    "Task",
    "Throttle",
    "TimelineEntry",
    "User",
    "UserSession",
    "WebhookEndpoint",
]
