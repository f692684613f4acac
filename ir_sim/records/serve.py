"""The report, live: a small web server for one department, on this computer only by default."""

from __future__ import annotations

import base64
import hmac
import io
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select

from ir_sim.errors import RecordError
from ir_sim.records import schema
from ir_sim.records.reading import RunFilter
from ir_sim.records.record import moment_from
from ir_sim.records.report.cusum import LearningCusum
from ir_sim.records.report.page import report_html
from ir_sim.records.store import ScoreLog

LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: The name to sign in with; the password is the secret.
USER = "report"
#: Seconds that a wrong password costs.
WRONG_COSTS_S = 1.0
_FILTERS = ("trainee", "cohort", "case", "since", "until", "player")


@dataclass
class Pages:
    """The report by what was asked for, made again only when the log has grown.

    Attributes:
        log: The log, opened for reading.
        test: LC-CUSUM with its parameters.
    """

    log: ScoreLog
    test: LearningCusum
    _made: dict[str, tuple[int, str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def page(self, query: str) -> str:
        """The page for a query such as ``cohort=2026&mode=assessment``.

        Raises:
            RecordError: The query or the log is not understood.
        """
        asked = {name: values[-1] for name, values in parse_qs(query).items()}
        unknown = sorted(set(asked) - {*_FILTERS, "mode"})
        if unknown:
            raise RecordError(f"unknown filter '{unknown[0]}': use {', '.join(_FILTERS)} or mode")
        mode = asked.pop("mode", "all")
        if mode not in {"all", "assessment", "practice"}:
            raise RecordError("mode is all, assessment or practice")
        since, until = asked.pop("since", None), asked.pop("until", None)
        which = RunFilter(
            **asked,  # type: ignore[arg-type]  # only the text filters are left
            since=moment_from(since, "since") if since else None,
            until=moment_from(until, "until") if until else None,
        )
        with self._lock:  # one report at a time: a million runs take seconds
            with self.log.reading() as connection:
                head = int(connection.execute(select(schema.store.c.head_seq)).scalar_one())
            key = f"{which}{mode}"
            made = self._made.get(key)
            if made is None or made[0] != head:
                html, _ = report_html(self.log, which, mode=mode, test=self.test)
                made = (head, html)
                if len(self._made) > 20:
                    self._made.clear()
                self._made[key] = made
        return made[1]


def make_server(
    pages: Pages,
    host: str = "127.0.0.1",
    port: int = 8765,
    *,
    password: str = "",
    certificate: Path | None = None,
) -> ThreadingHTTPServer:
    """A server that is ready for ``serve_forever``.

    Args:
        pages: What it shows.
        host: Where it listens.
        port: Where it listens; 0 for any free one.
        password: For the user ``report``; needed unless ``host`` is this computer.
        certificate: PEM file with certificate and key, for https; needed likewise.

    Raises:
        RecordError: It would show trainees' results to a network without a password or
            encryption, or the address is taken.
    """
    if host not in LOOPBACK:
        if len(password) < 12:
            raise RecordError(
                "to listen beyond this computer, set IR_SIM_SERVE_PASSWORD (12 letters or more)"
            )
        if certificate is None:
            raise RecordError("to listen beyond this computer, give --certificate FILE (https)")
    try:
        server = ThreadingHTTPServer((host, port), _handler(pages, password, host))
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
    except (OSError, ssl.SSLError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordError(f"cannot listen on {host}:{port}: {reason}") from error
    return server


def _handler(pages: Pages, password: str, host: str) -> type[BaseHTTPRequestHandler]:
    expected = "Basic " + base64.b64encode(f"{USER}:{password}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        server_version = "ir_sim"
        sys_version = ""
        timeout = 30

        def do_GET(self) -> None:
            """Answer a browser."""
            if password and not hmac.compare_digest(
                self.headers.get("Authorization", "").encode(), expected.encode()
            ):
                if "Authorization" in self.headers:
                    time.sleep(WRONG_COSTS_S)
                self._answer(HTTPStatus.UNAUTHORIZED, "sign in")
                return
            # A page elsewhere that points its own name at this computer is refused.
            name = self.headers.get("Host", "").rsplit(":", 1)[0].strip("[]")
            if host in LOOPBACK and name not in LOOPBACK:
                self._answer(HTTPStatus.FORBIDDEN, "this address is not this computer's")
                return
            parts = urlsplit(self.path)
            if parts.path != "/":
                self._answer(HTTPStatus.NOT_FOUND, "there is only the report, at /")
                return
            try:
                html = pages.page(parts.query)
            except RecordError as error:
                self._answer(HTTPStatus.BAD_REQUEST, str(error))
                return
            self._answer(HTTPStatus.OK, html, "text/html")

        def _answer(self, status: HTTPStatus, text: str, kind: str = "text/plain") -> None:
            data = text.encode()
            self.send_response(status)
            if status == HTTPStatus.UNAUTHORIZED:
                self.send_header("WWW-Authenticate", 'Basic realm="ir_sim report"')
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Referrer-Policy", "no-referrer")
            policy = "style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'"
            self.send_header("Content-Security-Policy", f"default-src 'none'; {policy}")
            self.end_headers()
            stream: io.BufferedIOBase = self.wfile
            stream.write(data)

        def log_message(self, *_args: object) -> None:
            """Who looks at what is nobody's business."""

    return Handler


def serve(server: ThreadingHTTPServer, say: Callable[[str], None]) -> None:
    """Serve until the keyboard interrupts."""
    host, port = server.server_address[:2]
    scheme = "https" if isinstance(server.socket, ssl.SSLSocket) else "http"
    shown = f"[{host!s}]" if ":" in str(host) else str(host)
    say(f"report at {scheme}://{shown}:{port}/ - stop with Ctrl+C")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("stopped")
    finally:
        server.server_close()
