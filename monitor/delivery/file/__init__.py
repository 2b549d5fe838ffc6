"""Pure. A folder that messages are written to. Its settings; what it does is in `channel`."""

from __future__ import annotations

from monitor.fields import LocalPath, Strict


class FileConfig(Strict):
    """A folder: each message lands as .eml, .html, .txt and .json."""

    #: None: `out` under the data folder
    path: LocalPath | None = None


#: the model of this channel's settings, and the environment variables that stand for them
SETTINGS = FileConfig
VARIABLES: dict[str, tuple[str, ...]] = {}
