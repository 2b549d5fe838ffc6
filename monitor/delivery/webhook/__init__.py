"""Pure. A generic webhook, signed by Standard Webhooks. Its settings; what it does is in `channel`."""

from __future__ import annotations

from datetime import timedelta

from pydantic import SecretStr

from monitor.fields import Duration, LocalPath, Strict


class WebhookConfig(Strict):
    """A generic webhook, signed by Standard Webhooks 1.0.0."""

    url: SecretStr | None = None
    url_file: LocalPath | None = None
    #: `whsec_` and base64; two keys separated by a space while rotating
    secret: SecretStr | None = None
    secret_file: LocalPath | None = None
    timeout: Duration = timedelta(seconds=20)

    @property
    def needed_secret(self) -> str:
        """What cannot be left out."""
        return "url"


#: the model of this channel's settings, and the environment variables that stand for them
SETTINGS = WebhookConfig
VARIABLES = {
    "WEBHOOK_URL": ("url",),
    "WEBHOOK_URL_FILE": ("url_file",),
    "WEBHOOK_SECRET": ("secret",),
    "WEBHOOK_SECRET_FILE": ("secret_file",),
}
