"""The catalogue of services that do not move money: mail, analytics, images."""

from app.registry.spec import Field, Spec, mark

__all__ = ["OTHERS"]

RESEND = Spec(
    "resend",
    "Resend",
    "Notifications",
    (
        Field("apiKey", mark("API key"), ("RESEND_API_KEY",), "secret", True),
        Field(
            "fromEmail",
            mark("Sender address"),
            ("RESEND_FROM",),
            "address",
            True,
            help=mark("Your customers see it. Which letters they get is under Settings."),
        ),
        Field(
            "webhookSecret",
            mark("Webhook signing secret"),
            ("RESEND_WEBHOOK_SECRET",),
            "secret",
            prefixes=("whsec_",),
        ),
    ),
    adapter="mail.resend:ResendMailer",
    base_url_env="RESEND_BASE_URL",
    calls_proven_by="webhookSecret",
)

SMTP = Spec(
    "smtp",
    "SMTP",
    "Notifications",
    (
        Field(
            "host",
            mark("Host"),
            ("SMTP_HOST",),
            required=True,
            help=mark("Like smtp.example.com: your mail provider's server."),
            leads=True,
        ),
        Field("port", mark("Port"), ("SMTP_PORT",), "number", default="587"),
        Field("username", mark("User name"), ("SMTP_USERNAME",)),
        Field("password", mark("Password"), ("SMTP_PASSWORD",), "secret"),
        Field(
            "security",
            mark("Encryption"),
            ("SMTP_SECURITY",),
            "choice",
            default="starttls",
            choices=("starttls", "tls", "none"),
            help=mark("starttls: port 587. tls: port 465. none: a server on this machine only."),
        ),
        Field(
            "fromEmail",
            mark("Sender address"),
            ("SMTP_FROM",),
            "address",
            True,
            help=mark("Your customers see it. Which letters they get is under Settings."),
        ),
    ),
    adapter="mail.smtp:SmtpMailer",
)

GA4 = Spec(
    "ga4",
    "Google Analytics 4",
    "Analytics",
    (
        Field(
            "measurementId",
            mark("Measurement id"),
            ("GA4_MEASUREMENT_ID",),
            required=True,
            help=mark("Google Analytics: Admin, Data streams, your website."),
            prefixes=("G-",),
        ),
        Field(
            "apiSecret",
            mark("API secret"),
            ("GA4_API_SECRET",),
            "secret",
            True,
            help=mark("There too, under Measurement Protocol API secrets."),
        ),
        Field(
            "sends",
            mark("Send purchases and refunds"),
            ("GA4_SENDS",),
            "switch",
            help=mark("Of live orders: amount, currency and item; nothing about the customer."),
        ),
    ),
    adapter="analytics.ga4:Ga4",
    base_url_env="GA4_BASE_URL",
)

IMAGEKIT = Spec(
    "imagekit",
    "ImageKit",
    "Media",
    (
        Field(
            "publicKey",
            mark("Public key"),
            ("IMAGEKIT_PUBLIC_KEY",),
            required=True,
            prefixes=("public_",),
        ),
        Field(
            "privateKey",
            mark("Private key"),
            ("IMAGEKIT_PRIVATE_KEY",),
            "secret",
            True,
            prefixes=("private_",),
        ),
        Field(
            "urlEndpoint",
            mark("URL endpoint"),
            ("IMAGEKIT_URL_ENDPOINT",),
            required=True,
            # It is sent to browsers as a source of images, so nothing else may stand in it.
            pattern=r"https://[a-z0-9.-]+(/[A-Za-z0-9._~-]+)*/?",
            example="https://ik.imagekit.io/yourname",
            help=mark("Like https://ik.imagekit.io/yourname. Logos are kept and shown there."),
        ),
        Field(
            "removeBackground",
            mark("Remove the background of logos"),
            ("IMAGEKIT_REMOVE_BACKGROUND",),
            "switch",
            help=mark("ImageKit charges for it once for each logo."),
        ),
    ),
    adapter="media.imagekit:ImageKit",
    addresses={"apiBase": "IMAGEKIT_API_BASE", "uploadBase": "IMAGEKIT_UPLOAD_BASE"},
)

OTHERS = (RESEND, SMTP, GA4, IMAGEKIT)
