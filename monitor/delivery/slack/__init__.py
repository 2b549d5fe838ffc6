"""Pure. Slack: an incoming webhook, or a bot with its channel. Its settings; what it does is in `channel`."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, SecretStr, model_validator

from monitor.fields import Duration, LocalPath, Strict, worded

_WEB = worded(r"^https?://\S+$", "an address that begins with https:// or http://")
_CHANNEL = worded(r"^[#A-Za-z0-9_.-]{1,80}$", "a channel's id, like C0123ABCD")


class SlackConfig(Strict):
    """A Slack incoming webhook, or a bot that posts to a channel,
    where updates go into the thread of the first.
    """

    webhook_url: SecretStr | None = None
    webhook_url_file: LocalPath | None = None
    bot_token: SecretStr | None = None
    bot_token_file: LocalPath | None = None
    #: of the Slack app: with it, a bot's alerts carry buttons (docs/how-to/connect-receivers.md)
    signing_secret: SecretStr | None = None
    signing_secret_file: LocalPath | None = None
    #: where the bot posts: a channel's id (C0123ABCD)
    channel: str | None = Field(default=None, pattern=_CHANNEL)
    #: an update in a thread is shown in the channel, too
    broadcast: bool = True
    api_url: str = Field(default="https://slack.com/api", pattern=_WEB)
    timeout: Duration = timedelta(seconds=20)

    @property
    def bot(self) -> bool:
        """Whether a bot posts, not a webhook."""
        return self.bot_token is not None or self.bot_token_file is not None

    @property
    def buttons(self) -> bool:
        """Whether alerts carry buttons: somebody must be able to tell that Slack sent their presses."""
        return self.bot and (self.signing_secret is not None or self.signing_secret_file is not None)

    @property
    def needed_secret(self) -> str:
        """The webhook's address, unless a bot posts."""
        return "" if self.bot else "webhook_url"

    @model_validator(mode="after")
    def _one_way(self) -> SlackConfig:
        hook = self.webhook_url is not None or self.webhook_url_file is not None
        if hook and self.bot:
            raise ValueError("webhook_url and bot_token are both set | a webhook or a bot: keep one")
        if self.bot and self.channel is None:
            raise ValueError("a bot needs a channel | its id, like C0123ABCD")
        return self


#: the model of this channel's settings, and the environment variables that stand for them
SETTINGS = SlackConfig
VARIABLES = {
    "SLACK_WEBHOOK_URL": ("webhook_url",),
    "SLACK_WEBHOOK_URL_FILE": ("webhook_url_file",),
    "SLACK_BOT_TOKEN": ("bot_token",),
    "SLACK_BOT_TOKEN_FILE": ("bot_token_file",),
    "SLACK_SIGNING_SECRET": ("signing_secret",),
    "SLACK_SIGNING_SECRET_FILE": ("signing_secret_file",),
    "SLACK_CHANNEL": ("channel",),
}
