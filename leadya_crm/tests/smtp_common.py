import email
import email.policy
import socketserver
import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo.tools import config

from odoo.addons.base.models.ir_mail_server import IrMail_Server


class _SmtpHandler(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs to hand over a mail."""

    timeout = 10

    def handle(self):
        self._say("220 loopback")
        sender, recipients = "", []
        while line := self.rfile.readline():
            verb = line.decode("latin-1").strip()
            command = verb.split(":")[0].split(" ")[0].upper()
            if command == "QUIT":
                self._say("221 bye")
                return
            if command == "MAIL":
                sender, recipients = _address(verb), []
            elif command == "RCPT":
                if _address(verb) in self.server.refused:
                    self._say("550 no such mailbox")
                    continue
                recipients.append(_address(verb))
            elif command == "DATA":
                self._say("354 go on")
                self.server.mails.append(SentMail(sender, recipients, self._read_data()))
            self._say("250 loopback" if command == "EHLO" else "250 ok")

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def _read_data(self):
        lines = []
        while (line := self.rfile.readline()) and line != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


def _address(verb):
    return verb.partition("<")[2].partition(">")[0]


class SentMail:
    """A mail as it left the server: the envelope, and the message as its reader's program has it."""

    def __init__(self, sender, recipients, data):
        self.sender = sender
        self.recipients = recipients
        self.data = data
        self.message = email.message_from_bytes(data, policy=email.policy.default)

    def text(self, subtype="plain"):
        return self.message.get_body((subtype,)).get_content()


class _SmtpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def smtp_server():
    """A real mail server on loopback, to which Odoo really sends for as long as it lasts.

    :return: the server; ``mails`` has what was handed over (:class:`SentMail`), to an address in
        ``refused`` nothing is delivered
    """
    with _SmtpServer(("127.0.0.1", 0), _SmtpHandler) as server:
        server.mails, server.refused = [], set()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        where = {"smtp_server": "127.0.0.1", "smtp_port": server.server_address[1], "smtp_ssl": False}
        try:
            with (
                # Tests of Odoo send nothing unless told so.
                patch.object(IrMail_Server, "_disable_send", lambda _self: False),
                patch.dict(config.options, {**where, "smtp_user": False, "smtp_password": False}),
            ):
                yield server
        finally:
            server.shutdown()
            thread.join()
