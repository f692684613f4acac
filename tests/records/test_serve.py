"""The live report: loopback by default, sign-in, clear refusals."""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ir_sim.errors import RecordError
from ir_sim.records.report.cusum import LearningCusum
from ir_sim.records.serve import Pages, make_server
from ir_sim.records.store import open_log
from tests.records.made import made_run

WORD = "a-long-pass-word"


@pytest.fixture
def pages(tmp_path):
    """Pages of a small log."""
    with open_log(home=tmp_path) as log:
        log.add_many([(made_run(k, trainee=f"R0{k % 2}"), None, None) for k in range(8)])
    with open_log(home=tmp_path, read_only=True) as log:
        yield Pages(log, LearningCusum())


@pytest.fixture
def start(pages):
    """Starts servers; gives their addresses."""
    servers = []

    def go(**known):
        server = make_server(pages, port=0, **known)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield go
    for server in servers:
        server.shutdown()
        server.server_close()


def get(address, context=None, **headers):
    """(status, text, headers)."""
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, context=context) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers


def as_(user, password):
    """The header that signs in."""
    words = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {words}"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of our own for 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ir_sim test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


def test_the_report_is_live(start, pages, tmp_path):
    address = start()
    status, html, headers = get(address + "/")
    assert status == 200
    assert "Everything here is simulated" in html
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    _, one, _ = get(address + "/?trainee=R01")
    assert "R00" not in one
    with open_log(home=tmp_path) as log:
        log.add(made_run(50, trainee="Newcomer"))
    assert "Newcomer" in get(address + "/")[1]


def test_wrong_questions_are_refused_in_one_line(start):
    address = start()
    for query in ("/?nonsense=1", "/?since=nope", "/?mode=x"):
        status, text, _ = get(address + query)
        assert status == 400
        assert "\n" not in text
    assert get(address + "/etc/passwd")[0] == 404
    assert get(address + "/", Host="evil.example")[0] == 403


def test_sign_in(start, monkeypatch):
    monkeypatch.setattr("ir_sim.records.serve.WRONG_COSTS_S", 0.0)
    address = start(password=WORD)
    assert get(address + "/")[0] == 401
    wrong = base64.b64encode(b"report:nope").decode()
    assert get(address + "/", Authorization=f"Basic {wrong}")[0] == 401
    right = base64.b64encode(f"report:{WORD}".encode()).decode()
    assert get(address + "/", Authorization=f"Basic {right}")[0] == 200


@pytest.fixture
def people(tmp_path, monkeypatch):
    """Passwords for a resident, an instructor and a director of the log behind ``pages``."""
    monkeypatch.setattr("ir_sim.records.serve.WRONG_COSTS_S", 0.0)
    with open_log(home=tmp_path) as log:
        for name, role in (("R00", "resident"), ("I01", "instructor"), ("D01", "director")):
            log.place(name, role=role)
            log.let_sign_in(name, f"{name}-{WORD}")


def test_people_sign_in_and_see_what_their_role_is_for(start, pages, people, tmp_path):
    address = start(sign_in=True)
    assert get(address + "/")[0] == 401
    assert get(address + "/", **as_("R00", "I01-" + WORD))[0] == 401
    assert get(address + "/", **as_("R01", WORD))[0] == 401  # R01 has no password
    assert get(address + "/", **as_("report", WORD))[0] == 401  # nor has the server
    resident = as_("R00", "R00-" + WORD)
    status, html, _ = get(address + "/", **resident)
    assert status == 200
    assert "as R00 (resident) sees it" in html
    assert "R01" not in html
    for query in ("/?trainee=R01", "/?since=2026-01-01", "/?cohort=2026"):
        status, text, _ = get(address + query, **resident)
        assert (status, "case or a mode only" in text) == (400, True)
    instructor = get(address + "/", **as_("I01", "I01-" + WORD))[1]
    assert "R00" in instructor
    assert "R01" in instructor
    assert "/export.csv" not in instructor
    for form in ("csv", "jsonl", "xapi", "parquet", "xlsx"):
        for name in ("R00", "I01"):
            assert get(f"{address}/export.{form}", **as_(name, f"{name}-{WORD}"))[0] == 403
        with urllib.request.urlopen(
            urllib.request.Request(f"{address}/export.{form}", headers=as_("D01", "D01-" + WORD))
        ) as answer:
            assert len(answer.read()) > 100
            assert "attachment" in answer.headers["Content-Disposition"]
    assert "/export.csv" in get(address + "/", **as_("D01", "D01-" + WORD))[1]
    # A role that was taken away is gone at the next click, and so is a password.
    with open_log(home=tmp_path) as log:
        log.place("D01", role="resident")
        log.let_sign_in("R00", None)
        assert log.verify() == []
    assert get(f"{address}/export.csv", **as_("D01", "D01-" + WORD))[0] == 403
    assert get(address + "/", **resident)[0] == 401


def test_a_live_page_narrows_itself(start):
    address = start()
    _, html, _ = get(address + "/?trainee=R01&since=&cohort=&mode=assessment")
    assert 'name="trainee" value="R01"' in html
    assert "<option selected>assessment</option>" in html


def test_tls_and_sign_in_beyond_this_computer(start, people, certificate):
    address = start(host="0.0.0.0", certificate=certificate).replace("http:", "https:")
    trusted = ssl.create_default_context(cafile=str(certificate))
    with pytest.raises(urllib.error.URLError, match="certificate"):
        get(address + "/")  # a browser that does not know the certificate
    silent = socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])))
    assert get(address + "/", trusted)[0] == 401  # though somebody else says nothing
    silent.close()
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        get(address.replace("https:", "http:") + "/", **as_("D01", "D01-" + WORD))
    status, html, headers = get(address + "/", trusted, **as_("D01", "D01-" + WORD))
    assert status == 200
    assert "Everything here is simulated" in html
    assert headers["Cache-Control"] == "no-store"


def test_nothing_is_shown_to_a_network_in_the_open(pages, tmp_path):
    with pytest.raises(RecordError, match="IR_SIM_SERVE_PASSWORD"):
        make_server(pages, "0.0.0.0")
    with pytest.raises(RecordError, match="12 letters"):
        make_server(pages, "0.0.0.0", password="short")
    with pytest.raises(RecordError, match="nobody could sign in"):
        make_server(pages, sign_in=True)
    with pytest.raises(RecordError, match="--certificate"):
        make_server(pages, "0.0.0.0", password=WORD)
    (tmp_path / "wrong.pem").write_text("no certificate")
    for name in ("missing.pem", "wrong.pem"):
        with pytest.raises(RecordError, match=f"{name}: no certificate") as error:
            make_server(pages, "127.0.0.1", 0, certificate=tmp_path / name)
        assert "\n" not in str(error.value)
    with pytest.raises(RecordError, match="cannot listen"):
        make_server(pages, "127.0.0.1", 99_999)
