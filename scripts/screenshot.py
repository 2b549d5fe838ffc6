"""Draw the sample digest and alert, or every page of a desk, with Chromium: what a reader sees at a desk, on a
phone, in the dark, in Arabic.

    python scripts/screenshot.py [FOLDER]     default: docs/images, where only the README's four are kept
    python scripts/screenshot.py FOLDER --all     the alert and the empty day as well
    python scripts/screenshot.py FOLDER --desk http://127.0.0.1:8780/    the pages of that desk (`monitor demo --stay`)

Chromium is looked for as `chromium`, `chromium-browser` and `google-chrome`, or named in CHROMIUM.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from monitor.demo import messages  # noqa: E402
from monitor.languages.locale import languages  # noqa: E402
from monitor.messages import digest as briefing  # noqa: E402
from monitor.messages import templates as render  # noqa: E402

PHONE, DESKTOP = 390, 900
#: Slack and mail clients do not run scripts; this page only measures the mail and shows it at an exact width
FRAME = """<!doctype html><meta charset="utf-8"><style>body{{margin:0}}iframe{{border:0;display:block;width:{width}px}}</style>
<iframe id="mail" srcdoc="{mail}"></iframe>
<script>addEventListener("load", () => {{
const mail = document.getElementById("mail");
const height = mail.contentDocument.documentElement.scrollHeight;
mail.style.height = height + "px";
document.body.dataset.height = height;
document.body.dataset.wide = mail.contentDocument.documentElement.scrollWidth;
}});</script>"""


@dataclass(frozen=True)
class Picture:
    """One file to draw."""

    name: str
    mail: str
    width: int
    dark: bool = False
    readme: bool = False


def pictures() -> list[Picture]:
    """Every picture, with its HTML."""
    templates = render.check(ROOT / "templates", None, messages.contexts())
    contexts = messages.contexts()
    digest = templates.html("email/digest.html", contexts["digest"][0])
    empty = templates.html("email/digest.html", contexts["digest"][2])
    alert = templates.html("email/alert.html", contexts["alert"][0])
    arabic = templates.html("email/digest.html", digest_in("ar", ARABIC_TITLES))
    return [
        Picture("digest-desktop", digest, DESKTOP, readme=True),
        Picture("digest-phone", digest, PHONE, readme=True),
        Picture("digest-dark", digest, PHONE, dark=True, readme=True),
        Picture("digest-arabic", arabic, PHONE, readme=True),
        Picture("digest-arabic-dark", arabic, DESKTOP, dark=True),
        Picture("digest-empty", empty, PHONE),
        Picture("alert-desktop", alert, DESKTOP),
        Picture("alert-phone-dark", alert, PHONE, dark=True),
        Picture("alert-arabic", templates.html("email/alert.html", contexts["alert"][2]), PHONE),
        Picture("alert-changed", templates.html("email/alert.html", contexts["alert"][3]), PHONE),
        Picture(
            "alert-changed-arabic", templates.html("email/alert.html", contexts["alert"][4]), PHONE, dark=True
        ),
        *(
            Picture(
                f"digest-{lang}", templates.html("email/digest.html", digest_in(lang, messages.TITLES)), PHONE
            )
            for lang in languages()
        ),
    ]


ARABIC_TITLES = {
    "wagner": "فاغنر والفيلق الأفريقي",
    "russia-libya-contacts": "الاتصالات الروسية الليبية",
    "un-withdrawal": "الأمم المتحدة والقوات الأجنبية",
}


def digest_in(lang: str, titles: dict[str, str]) -> dict[str, object]:
    """The sample day in a language, after two missed days."""
    return briefing.digest_context(
        messages.findings(lang),
        messages.CAUGHT_UP,
        series=messages.series(lang),
        now=messages.NOW,
        sides=messages.judge().press.sides,
        titles=titles,
        public_url="https://monitor.example.org",
    )


def draw(picture: Picture, chromium: str, target: Path) -> int:
    """One PNG, as high as the mail. Gives the width that the mail wants, for comparing with the screen's."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(FRAME.format(width=picture.width, mail=html.escape(picture.mail)), encoding="utf-8")
        common = [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
            f"--blink-settings=preferredColorScheme={0 if picture.dark else 1}",
        ]
        seen = run([*common, "--window-size=1000,800", "--dump-dom", page.as_uri()])
        size = {key: int(value) for key, value in re.findall(r'data-(height|wide)="(\d+)"', seen)}
        shot = f"--screenshot={target}"
        run([*common, f"--window-size={picture.width},{size['height']}", shot, page.as_uri()])
    return size["wide"]


#: pages of a desk; of those that are listed, the first one that the page before names
PAGES = (
    ("now", "/", ""),
    ("arabic", "/?lang=ar&q=\u062d\u0641\u062a\u0631", ""),
    ("story", "/", r'href="(/stories/[^"?#]+)'),
    ("contacts", "/contacts", ""),
    ("contact", "/contacts", r'href="(/contacts/c-[^"?#]+)'),
    ("feeds", "/feeds", ""),
    ("feed", "/feeds", r'href="(/feeds/[^"?#]+)" data-move'),
    ("deliveries", "/deliveries", ""),
    ("delivery", "/deliveries", r'href="(/deliveries/[^"?#]+)" data-move'),
    ("preview", "/deliveries", r'href="(/deliveries/preview[^"]+)'),
    ("workbench", "/workbench?item=2", ""),
    ("edit", "/workbench/edit", ""),
    ("entry", "/workbench/edit", r'href="(/workbench/edit\?file=[^"]+entry=[^"]+)'),
    ("nowhere", "/nowhere", ""),
)


def walk(desk: str, chromium: str, folder: Path) -> None:
    """Every page, on a phone and at a desk, in the light and in the dark."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for form, width in (("phone", PHONE), ("desktop", 1200)):
                page = browser.new_page(
                    color_scheme=scheme,  # type: ignore[arg-type]
                    viewport={"width": width, "height": 800},
                )
                for name, at, link in PAGES:
                    page.goto(desk + at)
                    if link:
                        found = re.search(link, page.content())
                        if found is None:
                            continue
                        page.goto(desk + html.unescape(found[1]))
                    page.screenshot(path=folder / f"{name}-{form}-{scheme}.png", full_page=True)
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    print(f"{name}-{form}-{scheme}" + (f", wants {wide} px" if wide > width else ""))
        browser.close()


def run(command: list[str]) -> str:
    """The output of `command`; its errors only when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr[-800:]}")
    return done.stdout


def main() -> None:
    """Draw the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--all", action="store_true", help="also those that the README does not show")
    parser.add_argument("--desk", help="the address of a desk, whose pages are drawn instead")
    said = parser.parse_args()
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, filter(None, names))), None)
    if chromium is None:
        sys.exit("Chromium is not installed: apt-get install chromium fonts-noto-core")
    said.folder.mkdir(parents=True, exist_ok=True)
    if said.desk:
        walk(said.desk.rstrip("/"), chromium, said.folder)
        return
    for picture in pictures():
        if picture.readme or said.all:
            target = (said.folder / f"{picture.name}.png").resolve()
            wide = draw(picture, chromium, target)
            note = f", wants {wide} px" if wide > picture.width else ""
            print(f"{target} {target.stat().st_size // 1024} KB{note}")


if __name__ == "__main__":
    main()
