#!/usr/bin/python3
"""A relay that takes mail and keeps it: the lab's SMTP sink (README.md).

  sink.py <folder> <certificate> <key>   listens on 587 (STARTTLS) and 465 (TLS)

The folder's file `login` has the one login that it takes, as `user:password`. Each mail becomes a file
`<number>.eml` there, with its envelope in two lines before it. The file `mode`, if there is one, has a word:
  no-starttls  587 offers no TLS, and a login without it
  no-plain     a login by PLAIN is not offered
  refuse       it takes the login, and no mail
"""

import ssl
import sys
import threading
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

FOLDER, CERTIFICATE, KEY = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
PORTS = {587: False, 465: True}  # whether TLS comes first


def mode():
    path = FOLDER / "mode"
    return path.read_text().strip() if path.exists() else ""


def authenticate(server, session, envelope, mechanism, login):
    wanted = (FOLDER / "login").read_text().strip()
    given = b":".join([login.login, login.password]).decode()
    return AuthResult(success=given == wanted, handled=False)


class Keeper:
    """Keeps each mail as a file that is there whole or not at all."""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if mode() == "refuse":
            return "550 5.7.1 this login may not send that"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        number = len(list(FOLDER.glob("*.eml"))) + 1
        head = f"MAIL FROM {envelope.mail_from}\nRCPT TO {' '.join(envelope.rcpt_tos)}\n"
        half = FOLDER / f".{number}.new"
        half.write_bytes(head.encode() + envelope.content)
        half.rename(FOLDER / f"{number}.eml")
        return "250 OK"


class Sink(Controller):
    """A listener, which looks at the mode for each connection."""

    def __init__(self, port, tls_first):
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(CERTIFICATE, KEY)
        self.tls_first = tls_first
        first = {"ssl_context": self.context} if tls_first else {}
        super().__init__(Keeper(), hostname="0.0.0.0", port=port, **first)

    def factory(self):
        offered = mode()
        starttls = not self.tls_first and offered != "no-starttls"
        return SMTP(
            self.handler,
            hostname="smtp.lab.test",
            authenticator=authenticate,
            auth_required=True,
            auth_require_tls=starttls,
            auth_exclude_mechanism=["PLAIN"] if offered == "no-plain" else [],
            tls_context=self.context if starttls else None,
            require_starttls=starttls,
        )


for port, tls_first in PORTS.items():
    Sink(port, tls_first).start()
threading.Event().wait()
