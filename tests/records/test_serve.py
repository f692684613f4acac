"""The live report: loopback by default, sign-in, clear refusals."""

from __future__ import annotations

import base64
import threading
import urllib.error
import urllib.request

import pytest

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


def get(address, **headers):
    """(status, text, headers)."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers


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


def test_nothing_is_shown_to_a_network_in_the_open(pages, tmp_path):
    with pytest.raises(RecordError, match="IR_SIM_SERVE_PASSWORD"):
        make_server(pages, "0.0.0.0")
    with pytest.raises(RecordError, match="certificate"):
        make_server(pages, "0.0.0.0", password=WORD)
    with pytest.raises(RecordError, match="cannot listen"):
        make_server(pages, "127.0.0.1", 0, certificate=tmp_path / "missing.pem")
