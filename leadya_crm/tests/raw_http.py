"""HTTP over a bare socket: for requests that no library would send."""

import http.client
import socket
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class RawResponse:
    """``status`` is 0 where the server ended the connection without an answer."""

    status: int = 0
    headers: list = field(default_factory=list)
    body: bytes = b""

    def header(self, name):
        return next((text for key, text in self.headers if key.lower() == name.lower()), "")


class RawClient:
    """Sends bytes; keeps the connection for the next request where the server does."""

    def __init__(self, port, timeout=60):
        self.port, self.timeout = port, timeout
        self._socket = None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def close(self):
        if self._socket:
            self._socket.close()
            self._socket = None

    def send(self, data, method="POST", hang_up=False):
        """Send a request and read the answer.

        :param bytes data: the whole request
        :param bool hang_up: end the sending side afterwards: whoever waits for more waits in vain
        :rtype: RawResponse
        """
        self._socket = self._socket or socket.create_connection(("127.0.0.1", self.port), self.timeout)
        # Who is refused early is answered before all is sent.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._socket.sendall(data)
            if hang_up:
                self._socket.shutdown(socket.SHUT_WR)
        return self._read(method)

    def _read(self, method):
        response = http.client.HTTPResponse(self._socket, method=method)
        try:
            response.begin()
            answer = RawResponse(response.status, response.getheaders(), response.read())
        except (http.client.HTTPException, ConnectionResetError):
            answer = RawResponse()
        if not answer.status or response.will_close:
            self.close()
        return answer
