#!/usr/bin/python3
"""A stand-in for the Discourse container, which cannot be had without an image registry.

It keeps the contract that the platform relies on and nothing else: it listens on
/shared/nginx.http.sock as the real image's inner nginx does, boots slowly, answers the paths
that matter, and breaks on request: the word in /shared/standin-mode is one of
  ok            as it should be
  app-down      the inner nginx is there, the application is not: 502 for every path
  database-down the web workers are there, their database is not: 500 but for /srv/status
  hang          the application does not answer: 504 after STANDIN_HANG_SECONDS
  no-socket     the process runs, its socket is gone
  stale-socket  the socket is there, nobody listens
"""

import json
import os
import signal
import socketserver
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
import outside

SHARED = Path("/shared")
SOCKET = SHARED / "nginx.http.sock"
MODE = SHARED / "standin-mode"
VISITS = SHARED / "standin" / "visits"
LOG = Path("/var/log/nginx/access.log")

HOSTNAME = os.environ.get("DISCOURSE_HOSTNAME", "localhost")
BOOT_SECONDS = float(os.environ.get("STANDIN_BOOT_SECONDS", "2"))
HANG_SECONDS = float(os.environ.get("STANDIN_HANG_SECONDS", "3"))
POLL_SECONDS = int(os.environ.get("STANDIN_POLL_SECONDS", "5"))
STARTED = time.monotonic()
LOCK = threading.Lock()


def size(text):
    """Bytes, in the inner nginx's notation: 10485760, 10240k or 10m."""
    unit = {"k": 1024, "m": 1024**2, "g": 1024**3}.get(text[-1].lower())
    return int(text[:-1]) * unit if unit else int(text)


UPLOAD_BYTES = size(os.environ.get("STANDIN_UPLOAD_BYTES", "10m"))


def mode():
    try:
        return MODE.read_text().strip()
    except FileNotFoundError:
        return "ok"


def visits(more=0):
    with LOCK:
        count = (int(VISITS.read_text()) if VISITS.exists() else 0) + more
        if more:
            VISITS.parent.mkdir(exist_ok=True)
            VISITS.write_text(f"{count}\n")
        return count


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "discourse-standin"
    sys_version = ""

    def handle_request(self):
        """Answers as the inner nginx when the application cannot, else as the application."""
        length = self.read_body()
        if length > UPLOAD_BYTES:
            self.close_connection = True
            return self.inner_nginx(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if mode() == "app-down" or time.monotonic() - STARTED < BOOT_SECONDS:
            return self.inner_nginx(HTTPStatus.BAD_GATEWAY)
        if mode() == "hang":
            time.sleep(HANG_SECONDS)
            return self.inner_nginx(HTTPStatus.GATEWAY_TIMEOUT)
        return self.application(self.path.split("?")[0], length)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_request

    def application(self, path, length):
        if path == "/srv/status":
            return self.answer(200, "text/plain", "ok")
        if mode() == "database-down" or (outside.USED and not outside.well()):
            return self.error_of_application(500)
        if path == "/":
            return self.front_page()
        if path == "/latest.json":
            return self.answer_json({"users": [], "topic_list": {"topics": []}})
        if path == "/uploads.json" and self.command == "POST":
            return self.answer_json({"id": 1, "filesize": length, "url": "/uploads/1"})
        if path.startswith("/message-bus/") and path.endswith("/poll"):
            return self.message_bus()
        if path == "/standin/headers":
            names = {name.lower() for name in self.headers}
            return self.answer_json({name: ", ".join(self.headers.get_all(name)) for name in names})
        if path == "/standin/visits":
            return self.answer(200, "text/plain", f"{visits()}\n")
        code = path.removeprefix("/standin/status/")
        return self.error_of_application(int(code) if code.isdigit() else 404)

    def front_page(self):
        self.answer(
            200,
            "text/html",
            "<!doctype html><html lang=en><meta charset=utf-8>"
            f"<title>{HOSTNAME}: a stand-in</title><h1>{HOSTNAME}</h1>"
            "<p>This is <strong>discourse-standin</strong>: it stands in for Discourse in the lab"
            f" and is not Discourse.</p><p>Visits: {visits(more=1)}</p></html>\n",
        )

    def error_of_application(self, code):
        self.answer(code, "text/html", f"<h1>The application itself answers {code}.</h1>\n")

    def message_bus(self):
        """A long poll: a first chunk at once, then one a second, as message_bus separates them."""
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for second in range(POLL_SECONDS + 1):
            time.sleep(1 if second else 0)
            self.wfile.write(b"7\r\n[]\r\n|\r\n\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def inner_nginx(self, status):
        text = f"<html><head><title>{status.value} {status.phrase}</title></head></html>\n"
        self.answer(status.value, "text/html", text)

    def answer_json(self, value):
        self.answer(200, "application/json", json.dumps(value) + "\n")

    def answer(self, code, kind, text):
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def read_body(self):
        """Reads the body to its end, as nginx does before it refuses one, and counts it."""
        length = left = int(self.headers.get("Content-Length", "0"))
        while left > 0 and (piece := self.rfile.read(min(left, 65536))):
            left -= len(piece)
        return length

    def address_string(self):
        return self.headers.get("X-Real-IP", "unix:") if hasattr(self, "headers") else "unix:"

    def log_message(self, format, *args):
        with LOCK, LOG.open("a") as log:
            log.write(f"{self.address_string()} [{self.log_date_time_string()}] {format % args}\n")


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128


def listen():
    if outside.USED:
        return outside.listen(Handler)
    SOCKET.unlink(missing_ok=True)
    server = Server(str(SOCKET), Handler)
    SOCKET.chmod(0o666)
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    return server


def stop(*_):
    SOCKET.unlink(missing_ok=True)
    os._exit(0)


def main():
    signal.signal(signal.SIGTERM, stop)
    LOG.parent.mkdir(parents=True, exist_ok=True)
    server = None
    while True:
        wanted = mode()
        if wanted not in ("no-socket", "stale-socket"):
            server = server or listen()
        elif server:
            server.shutdown()
            server.server_close()
            server = None
        if wanted == "no-socket":
            SOCKET.unlink(missing_ok=True)
        if wanted == "stale-socket" and not SOCKET.exists():
            server = listen()  # the next round ends it, and its file stays
        time.sleep(0.2)


main()
