"""Write the JSON Schemas of the analysts' files: `python -m scripts.schemas`."""

from __future__ import annotations

import json
from pathlib import Path

from monitor.watchlists.files import schemas

FOLDER = Path(__file__).resolve().parent.parent / "watchlists" / "schema"

if __name__ == "__main__":
    for name, schema in schemas().items():
        text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        (FOLDER / name).write_text(text, encoding="utf-8")
