"""A real Postfix that delivers to a Maildir and a real Dovecot that serves it over IMAP, both on loopback.

Own configuration, own queue, own ports, all under one folder; stopped at the end. Needs root: Postfix drops to its
own user, and the mailbox belongs to another one.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import grp
import imaplib
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.services import need, need_root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from tests.support.certs import Authority

#: owner of the mailboxes; any unprivileged user will do
OWNER = "mail"
PASSWORD = "reading-pass"


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where to send, and how to read what arrived."""

    smtp_port: int
    imap_port: int
    folder: Path

    def inbox(self, address: str, *, expect: int, seconds: float = 10) -> list[EmailMessage]:
        """The mails of `address` in order of arrival, as an IMAP client gets them; waits until there are `expect`."""
        deadline = time.monotonic() + seconds
        while True:
            mails = self._read(address)
            if len(mails) >= expect or time.monotonic() > deadline:
                return mails
            time.sleep(0.1)

    def threads(self, address: str) -> list[set[int]]:
        """What Dovecot's own THREAD=REFERENCES (RFC 5256) says: the sequence numbers of each thread."""
        with self._imap(address) as imap:
            imap.select("INBOX", readonly=True)
            _, data = imap.thread("REFERENCES", "UTF-8", "ALL")
        found: list[set[int]] = []
        depth = 0
        for token in re.findall(r"[()]|\d+", data[0].decode() if data and data[0] else ""):
            if token.isdigit():
                found[-1].add(int(token))
                continue
            if token == "(" and depth == 0:
                found.append(set())
            depth += 1 if token == "(" else -1
        return found

    def search(self, address: str, words: str) -> int:
        """How many mails a subject search on the server finds."""
        with self._imap(address) as imap:
            imap.select("INBOX", readonly=True)
            imap.literal = words.encode("utf-8")
            _, data = imap.search("UTF-8", "SUBJECT")
        return len(data[0].split())

    def log(self) -> str:
        """What Postfix wrote, for a failing test's message."""
        path = self.folder / "postfix.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def _read(self, address: str) -> list[EmailMessage]:
        with self._imap(address) as imap:
            imap.select("INBOX", readonly=True)
            _, data = imap.search(None, "ALL")
            found = [imap.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in data[0].split()]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in found]  # type: ignore[misc]

    @contextlib.contextmanager
    def _imap(self, address: str) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=10) as imap:
            imap.login(address, PASSWORD)
            yield imap


@contextlib.contextmanager
def mail_server(authority: Authority, boxes: tuple[str, ...]) -> Iterator[MailServer]:
    """Both servers, running, with a mailbox `NAME@example.test` for each of `boxes`. Skips (fails in CI) where they are not installed or we are not root."""
    postfix, dovecot, doveadm = need("postfix", "dovecot", "doveadm")
    need_root()
    # not under pytest's own folder: Postfix and Dovecot work as other users, which may not enter there
    folder = Path(tempfile.mkdtemp(prefix="mailserver-"))
    folder.chmod(0o755)
    server = MailServer(smtp_port=free_port(), imap_port=free_port(), folder=folder)
    try:
        _write_postfix(server, authority, boxes)
        _write_dovecot(server)
        etc = folder / "postfix" / "etc"
        with contextlib.ExitStack() as running:
            running.callback(_run, postfix, "-c", etc, "stop", check=False)
            _run(postfix, "-c", etc, "start")
            running.callback(_run, doveadm, "-c", folder / "dovecot.conf", "stop", check=False)
            _run(dovecot, "-c", folder / "dovecot.conf")
            for port in (server.smtp_port, server.imap_port):
                _wait_for(port)
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_postfix(server: MailServer, authority: Authority, boxes: tuple[str, ...]) -> None:
    root = server.folder / "postfix"
    owner = pwd.getpwnam(OWNER)
    for name in ("etc", "queue", "data", "boxes"):
        (root / name).mkdir(parents=True)
    shutil.chown(root / "data", "postfix", "postfix")
    os.chown(root / "boxes", owner.pw_uid, owner.pw_gid)
    certificate, key = authority.issue("postfix", "DNS:localhost,IP:127.0.0.1")
    for source, name in ((certificate, "server.pem"), (key, "server.key")):
        shutil.copy(source, root / "etc" / name)
    (root / "etc" / "main.cf").write_text(
        _MAIN.format(root=root, folder=server.folder, uid=owner.pw_uid, gid=owner.pw_gid), encoding="ascii"
    )
    lines = [f"{name}@example.test {name}/Maildir/\n" for name in boxes]
    (root / "etc" / "boxes").write_text("".join(lines), encoding="ascii")
    (root / "etc" / "master.cf").write_text(_MASTER.format(port=server.smtp_port), encoding="ascii")


def _write_dovecot(server: MailServer) -> None:
    (server.folder / "dovecot.conf").write_text(
        _DOVECOT.format(
            folder=server.folder,
            boxes=server.folder / "postfix" / "boxes",
            port=server.imap_port,
            owner=OWNER,
            group=grp.getgrgid(pwd.getpwnam(OWNER).pw_gid).gr_name,
            password=PASSWORD,
        ),
        encoding="ascii",
    )


def _run(*command: object, check: bool = True) -> None:
    """To a file, not a pipe: a daemon keeps what it inherits, and a pipe would never end."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        arguments = [str(part) for part in command]
        done = subprocess.run(
            arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=60, check=False
        )
        if check and done.returncode != 0:
            output.seek(0)
            raise RuntimeError(f"{command[0]} failed: {output.read()}")


def _wait_for(port: int, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


_MAIN = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.test
mydomain = example.test
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
virtual_mailbox_domains = example.test
virtual_mailbox_base = {root}/boxes
virtual_mailbox_maps = texthash:{root}/etc/boxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
default_transport = error:no mail leaves this machine
relay_transport = error:no mail leaves this machine
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {root}/etc/server.pem
smtpd_tls_key_file = {root}/etc/server.key
smtputf8_enable = yes
message_size_limit = 200000
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
anvil     unix - - n - 1 anvil
tlsmgr    unix - - n 1000? 1 tlsmgr
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
virtual   unix - n n - - virtual
postlog   unix-dgram n - n - 1 postlogd
showq     unix n - n - - showq
"""

_DOVECOT = """
base_dir = {folder}/dovecot
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{boxes}/%n/Maildir
first_valid_uid = 1
first_valid_gid = 1
mail_access_groups = {group}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={boxes}/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
