"""The Dockerfile's steps, replayed without a container engine: a root folder of each stage, entered by chroot.

The base image is this machine's system folders and the Python that runs the tests, mounted read-only; what the
steps write lies in the stage's own folder. Each command runs in a mount namespace of its own (unshare(1)).
Needs root, and the right to mount.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.services import need, need_root

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: folders of this machine that stand for those of the base image
SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr")
#: of /etc, what programs look up: users, hosts, certificates, where packages come from
LOOKED_UP = (
    "passwd",
    "group",
    "hosts",
    "resolv.conf",
    "nsswitch.conf",
    "ld.so.cache",
    "localtime",
    "ssl",
    "pki",
    "pip.conf",
)
#: what a container may still do: nothing beyond the rights of its user (compose.yaml)
CONFINED = ("setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--clear-groups")
_EXEC_FORM = re.compile(r"\[.*\]")


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction of a Dockerfile, and what it says."""

    word: str
    said: str

    @property
    def words(self) -> list[str]:
        """The exec form (`["monitor", "run"]`), else the words."""
        form = _EXEC_FORM.search(self.said)
        return list(json.loads(form[0])) if form else shlex.split(self.said)


def steps(dockerfile: str) -> Iterator[Step]:
    """The instructions, without comments, lines joined (https://docs.docker.com/reference/dockerfile/)."""
    bare = "\n".join(line for line in dockerfile.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n", " ", bare).splitlines():
        word, _, said = line.strip().partition(" ")
        if word:
            yield Step(word.upper(), said.strip())


@dataclass
class Image:
    """A stage: its files, and how its commands run."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0:0"
    entrypoint: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    probe: list[str] = field(default_factory=list)

    def path(self, place: str) -> Path:
        """Where a path of the image lies on this machine."""
        return self.root / place.lstrip("/")

    def command(
        self, *words: str, mounts: Mapping[str, Path] | None = None, env: Mapping[str, str] | None = None
    ) -> list[str]:
        """As a container runs `words`: as its user, everything read-only but the `mounts` (path in the image
        to folder; one that ends in ":ro" is read-only, too) and /tmp.
        """
        mounts = {} if mounts is None else mounts
        for place in (*(name.removesuffix(":ro") for name in mounts), "/tmp"):
            self.path(place).mkdir(parents=True, exist_ok=True)
        there = [f"mount --bind {shlex.quote(str(self.root))} {shlex.quote(str(self.root))}", *self._system()]
        there.append(f"mount -o remount,ro,bind {shlex.quote(str(self.root))}")
        there.append(f"mount -t tmpfs none {shlex.quote(str(self.path('/tmp')))}")
        for name, source in mounts.items():
            place = shlex.quote(str(self.path(name.removesuffix(":ro"))))
            there.append(f"mount --bind {shlex.quote(str(source))} {place}")
            there += [f"mount -o remount,ro,bind {place}"] if name.endswith(":ro") else []
        user, _, group = self.user.partition(":")
        return self._entered(
            there, [*CONFINED, f"--reuid={user}", f"--regid={group}", *self._within(words, env)]
        )

    def run(self, script: str, env: Mapping[str, str]) -> None:
        """A step of the build, as root; what it writes stays."""
        entered = self._entered(self._system(), self._within(("sh", "-c", script), env))
        done = subprocess.run(entered, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"RUN {script}\n{done.stdout}\n{done.stderr}"

    def _within(self, words: tuple[str, ...], env: Mapping[str, str] | None) -> list[str]:
        given = [f"{name}={value}" for name, value in (self.env | dict(env or {})).items()]
        return ["env", "-i", "-C", self.folder, *given, *words]

    def _entered(self, mounted: list[str], words: list[str]) -> list[str]:
        inside = shlex.join(["exec", "chroot", str(self.root), *words])
        return ["unshare", "-m", "sh", "-c", " && ".join([*mounted, inside])]

    def _system(self) -> list[str]:
        """The mounts of the base image, and what the kernel gives every container."""
        found = [
            f"/{name}" for name in SYSTEM if Path(f"/{name}").is_dir() and not Path(f"/{name}").is_symlink()
        ]
        made = []
        python = [] if Path(sys.base_prefix).is_relative_to("/usr") else [sys.base_prefix]
        for place in (*found, "/proc", "/dev", *_of_pip(), *python):
            at = self.path(place)
            if Path(place).is_dir():
                at.mkdir(parents=True, exist_ok=True)
            else:
                at.parent.mkdir(parents=True, exist_ok=True)
                at.touch()
            made.append(f"mount --rbind {shlex.quote(place)} {shlex.quote(str(at))}")
        return made


def _of_pip() -> list[str]:
    """Where this machine says which package index to ask, and what lies here."""
    told = [Path.home() / ".config/pip", Path.home() / ".pip", *Path("/opt").iterdir()]
    return [str(path) for path in told if path.exists() and path != Path("/opt/monitor")]


def built(context: Path, into: Path) -> Image:
    """The last stage of `context`'s Dockerfile, built in the folder `into`.

    Skips with the reason where this machine allows no mounts.
    """
    need_root()
    need("unshare", "setpriv", "chroot")
    tried = ["unshare", "-m", "mount", "--bind", "/usr", str(into)]
    if subprocess.run(tried, capture_output=True, check=False).returncode:
        pytest.skip("mounts are not allowed here")
    stages: dict[str, Image] = {}
    image = Image(into)
    for step in steps((context / "Dockerfile").read_text("utf-8")):
        if step.word == "FROM":
            name = step.said.partition(" AS ")[2] or str(len(stages))
            image = stages[name] = _base(into / name)
        else:
            _take(image, step, context, stages)
    return image


def _base(root: Path) -> Image:
    """The base image: links and folders to mount on, and `python`."""
    root.mkdir(mode=0o755)
    for name in SYSTEM:
        if Path(f"/{name}").is_symlink():
            (root / name).symlink_to(Path(f"/{name}").readlink())
    (root / "etc").mkdir()
    for path in map(Path("/etc").joinpath, LOOKED_UP):
        if path.is_dir():
            shutil.copytree(path, root / "etc" / path.name, symlinks=True)
        elif path.exists():
            shutil.copy(path, root / "etc")
    pythons = root / "base"
    pythons.mkdir()
    (pythons / "python").symlink_to(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")
    return Image(
        root, env={"PATH": "/base:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(Path.home())}
    )


def _take(image: Image, step: Step, context: Path, stages: Mapping[str, Image]) -> None:
    """One instruction. Raises ValueError: one that is not known here."""
    match step.word:
        case "ENV":
            pairs = (word.partition("=") for word in step.words)
            known = image.env
            image.env |= {n: re.sub(r"\$(\w+)", lambda m: known.get(m[1], ""), v) for n, _, v in pairs}
        case "WORKDIR":
            image.folder = step.said
            image.path(step.said).mkdir(parents=True, exist_ok=True)
        case "USER":
            image.user = step.said
        case "COPY":
            _copy(image, step.words, context, stages)
        case "RUN":
            image.run(
                step.said,
                {name: value for name, value in os.environ.items() if name.startswith("PIP_")} | image.env,
            )
        case "ENTRYPOINT":
            image.entrypoint = step.words
        case "CMD":
            image.told = step.words
        case "HEALTHCHECK":
            image.probe = step.words
        case "LABEL" | "VOLUME" | "STOPSIGNAL":
            pass  # of an engine's business, and read by other tests
        case _:
            raise ValueError(f"{step.word}: not replayed here")


def _copy(image: Image, words: list[str], context: Path, stages: Mapping[str, Image]) -> None:
    *sources, target = [word for word in words if not word.startswith("--")]
    origin = next((stages[w.removeprefix("--from=")].root for w in words if w.startswith("--from=")), context)
    to = image.path(target if target.startswith("/") else f"{image.folder}/{target}")
    for name in sources:
        source = origin / name.lstrip("/")
        if source.is_dir() and origin is context:
            shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        elif source.is_dir():
            shutil.copytree(source, to, symlinks=True, copy_function=os.link, dirs_exist_ok=True)
        else:
            shutil.copy(source, to / source.name if target.endswith("/") else to)
