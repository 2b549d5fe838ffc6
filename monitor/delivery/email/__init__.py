"""Pure. E-mail over an SMTP relay. Its settings: addresses, relay, threads; what it does is in `channel`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr

from monitor.fields import Address, Duration, LocalPath, Strict, many, worded

_HTTPS = worded(r"^https://\S+$", "an address that begins with https://")
_SENDER_NAME = worded(r"^[^\x00-\x1f<>\"]*$", "a name on one line without < > and quotes")
_LIST_ID = worded(
    r"^[A-Za-z0-9.-]+$", "a list's id: letters, digits, dots and hyphens, like news.example.org"
)


class SmtpConfig(Strict):
    """The relay. TLS is required unless `security: none` is written out."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    password_file: LocalPath | None = None
    #: a CA bundle for a relay with a private certificate
    ca_file: LocalPath | None = None
    timeout: Duration = timedelta(seconds=60)


class UnsubscribeConfig(Strict):
    """Where a reader can leave; headers are written only for what is given here."""

    mailto: Address | None = None
    url: str | None = Field(default=None, pattern=_HTTPS)
    #: the url acts on POST alone (RFC 8058)
    one_click: bool = False


class EmailConfig(Strict):
    """An e-mail receiver: one message for each address."""

    to: Annotated[tuple[Address, ...], BeforeValidator(many)] = Field(min_length=1)
    sender: Address = Field(alias="from")
    sender_name: str = Field(default="monitor", max_length=80, pattern=_SENDER_NAME)
    smtp: SmtpConfig
    #: how mails thread: all of a series, by day, or not
    thread: Literal["series", "daily", "off"] = "series"
    list_id: str | None = Field(default=None, pattern=_LIST_ID)
    unsubscribe: UnsubscribeConfig | None = None

    @property
    def domain(self) -> str:
        """The domain of Message-ID and List-Id: the sender's, never a container's host name."""
        return self.sender.rsplit("@", 1)[1]


#: the model of this channel's settings, and the environment variables that stand for them
SETTINGS = EmailConfig
VARIABLES = {
    "EMAIL_TO": ("to",),
    "EMAIL_FROM": ("from",),
    "SMTP_HOST": ("smtp", "host"),
    "SMTP_PORT": ("smtp", "port"),
    "SMTP_SECURITY": ("smtp", "security"),
    "SMTP_USERNAME": ("smtp", "username"),
    "SMTP_PASSWORD": ("smtp", "password"),
    "SMTP_PASSWORD_FILE": ("smtp", "password_file"),
    "SMTP_CA_FILE": ("smtp", "ca_file"),
}
