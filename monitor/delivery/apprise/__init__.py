"""Pure. Apprise: a hundred other services. Its settings; what it does is in `channel`."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from pydantic import SecretStr

from monitor.fields import Duration, LocalPath, Strict


class AppriseConfig(Strict):
    """Addresses of other services, one to a line, as Apprise writes them (tgram://…, matrixs://…)."""

    urls: SecretStr | None = None
    urls_file: LocalPath | None = None
    timeout: Duration = timedelta(seconds=30)

    @property
    def targets(self) -> dict[str, str]:
        """Address by a name that may be shown: its scheme and a part of its hash."""
        lines = (self.urls.get_secret_value() if self.urls else "").splitlines()
        urls = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
        return {f"{u.partition(':')[0].lower()}-{sha256(u.encode()).hexdigest()[:8]}": u for u in urls}

    @property
    def needed_secret(self) -> str:
        """What cannot be left out."""
        return "urls"


#: the model of this channel's settings, and the environment variables that stand for them
SETTINGS = AppriseConfig
VARIABLES: dict[str, tuple[str, ...]] = {}
