"""The report, live: a small web server for one department, on this computer only by default.

Who signs in sees what the role is for (``roles``): the person's pseudonym and password, or the user
``report`` with the server's own password, who sees what a director does. On this computer alone
nobody has to sign in unless the server was asked for it: whoever sits here holds the log.
"""

from __future__ import annotations

import shutil
import ssl
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select

from ir_sim.errors import RecordError
from ir_sim.records import schema
from ir_sim.records.export import export
from ir_sim.records.gate import Gate
from ir_sim.records.reading import RunFilter
from ir_sim.records.record import moment_from
from ir_sim.records.report.cusum import LearningCusum
from ir_sim.records.report.page import report_html
from ir_sim.records.roles import HOLDER, Viewer
from ir_sim.records.sign_in import FEWEST_LETTERS, anybody
from ir_sim.records.store import ScoreLog

LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: Seconds that a wrong password costs.
WRONG_COSTS_S = 1.0
MOST_PAGES = 20
#: Export's format -> kind of content.
EXPORTS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "xapi": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILTERS = ("trainee", "cohort", "case", "since", "until", "player")


def asked_for(query: str) -> tuple[RunFilter, str]:
    """The runs and the mode that a query such as ``cohort=2026&mode=assessment`` names.

    Raises:
        RecordError: It is not understood.
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
    return which, mode


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

    def page(self, query: str, viewer: Viewer = HOLDER) -> str:
        """The page for a query, as somebody may see it.

        Raises:
            RecordError: The query or the log is not understood, or not for this viewer.
        """
        which, mode = asked_for(query)
        with self._lock:  # one report at a time: a million runs take seconds
            with self.log.reading() as connection:
                head = int(connection.execute(select(schema.store.c.head_seq)).scalar_one())
            key = f"{which}{mode}{viewer}"
            made = self._made.get(key)
            if made is None or made[0] != head:
                html, _ = report_html(
                    self.log, which, mode=mode, viewer=viewer, test=self.test, live=True
                )
                made = (head, html)
                if len(self._made) >= MOST_PAGES:
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
    sign_in: bool = False,
) -> ThreadingHTTPServer:
    """A server that is ready for ``serve_forever``.

    Args:
        pages: What it shows.
        host: Where it listens.
        port: Where it listens; 0 for any free one.
        password: For the user ``report``.
        certificate: PEM file with certificate and key, for https; needed unless ``host`` is this
            computer.
        sign_in: Whether to ask for it on this computer as well; elsewhere, and with a password, it
            is always asked for.

    Raises:
        RecordError: It would show trainees' results to a network without sign-in or encryption,
            nobody could sign in, or the address is taken.
    """
    beyond = host not in LOOPBACK
    if password and beyond and len(password) < FEWEST_LETTERS:
        raise RecordError(f"IR_SIM_SERVE_PASSWORD needs {FEWEST_LETTERS} letters or more")
    if (beyond or sign_in) and not password:
        with pages.log.reading() as connection:
            if not anybody(connection):
                raise RecordError(
                    "nobody could sign in: set IR_SIM_SERVE_PASSWORD (user report), or give people "
                    "passwords with 'ir-sim log person R01 --sign-in'"
                )
    if beyond and certificate is None:
        raise RecordError("to listen beyond this computer, give --certificate FILE (https)")
    gate = Gate(pages.log, password, open=not (beyond or password or sign_in))
    try:
        server = ThreadingHTTPServer((host, port), _handler(pages, gate, host))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordError(f"cannot listen on {host}:{port}: {reason}") from error
    if certificate is not None:
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.load_cert_chain(certificate)
            # The handshake is the handler's: a silent client must not hold up the others.
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        except (OSError, ssl.SSLError) as error:
            server.server_close()
            reason = getattr(error, "strerror", None) or str(error)
            raise RecordError(
                f"{certificate}: no certificate with its key (PEM) could be read: {reason}"
            ) from error
    return server


def _handler(pages: Pages, gate: Gate, host: str) -> type[BaseHTTPRequestHandler]:
    wrong = Lock()

    class Handler(BaseHTTPRequestHandler):
        server_version = "ir_sim"
        sys_version = ""
        timeout = 30

        def handle(self) -> None:
            """Answer; who breaks off, or does not speak TLS, is let go."""
            try:
                super().handle()
            except (ssl.SSLError, ConnectionError, TimeoutError):
                self.close_connection = True

        def do_GET(self) -> None:
            """Answer a browser."""
            try:
                self._get()
            except RecordError as error:
                self._answer(HTTPStatus.BAD_REQUEST, str(error))

        def _get(self) -> None:
            header = self.headers.get("Authorization", "")
            viewer = gate.viewer(header)
            if viewer is None:
                if header:
                    with wrong:  # one guess a second, however many ask at once
                        time.sleep(WRONG_COSTS_S)
                self._answer(HTTPStatus.UNAUTHORIZED, "sign in")
                return
            # A page elsewhere that points its own name at this computer is refused.
            name = self.headers.get("Host", "").rsplit(":", 1)[0].strip("[]")
            if host in LOOPBACK and name not in LOOPBACK:
                self._answer(HTTPStatus.FORBIDDEN, "this address is not this computer's")
                return
            parts = urlsplit(self.path)
            form = parts.path.removeprefix("/export.")
            if parts.path == "/":
                html = pages.page(parts.query, viewer)
                self._answer(HTTPStatus.OK, html, "text/html")
            elif form not in EXPORTS:
                self._answer(HTTPStatus.NOT_FOUND, "there is only the report, at /")
            elif not viewer.may_export:
                self._answer(HTTPStatus.FORBIDDEN, "exports are for directors")
            else:
                self._export(form, asked_for(parts.query)[0])

        def _export(self, form: str, which: RunFilter) -> None:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"runs.{'json' if form == 'xapi' else form}"
                export(pages.log, which, form, path)
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Disposition", f'attachment; filename="{path.name}"')
                self._headers(EXPORTS[form], path.stat().st_size)
                with path.open("rb") as file:
                    shutil.copyfileobj(file, self.wfile)

        def _answer(self, status: HTTPStatus, text: str, kind: str = "text/plain") -> None:
            data = text.encode()
            self.send_response(status)
            if status == HTTPStatus.UNAUTHORIZED:
                self.send_header("WWW-Authenticate", 'Basic realm="ir_sim report"')
            self._headers(f"{kind}; charset=utf-8", len(data))
            self.wfile.write(data)

        def _headers(self, kind: str, length: int) -> None:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(length))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Referrer-Policy", "no-referrer")
            policy = (
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                # Bokeh's tools have their pictures inside the page, and save a chart from there.
                "img-src data: blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            )
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()

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
