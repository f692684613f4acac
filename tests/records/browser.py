"""A real headless Chromium, driven by the WebDriver protocol (https://www.w3.org/TR/webdriver2/)."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
HERE = CHROMIUM is not None and DRIVER is not None
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """A browser window; a context manager.

    Args:
        profile: An empty folder.
        width: Of the window.
        height: Of the window.
    """

    def __init__(self, profile: Path, width: int = 1400, height: int = 1000) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._base = f"http://127.0.0.1:{port}"
        self._driver = subprocess.Popen(
            [str(DRIVER), f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        words = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--hide-scrollbars", "--ignore-certificate-errors",
                 f"--user-data-dir={profile}", f"--window-size={width},{height}"]  # fmt: skip
        asked = {
            "browserName": "chrome",
            "acceptInsecureCerts": True,
            "goog:chromeOptions": {"binary": CHROMIUM, "args": words},
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        self._session = ""
        try:
            self._wait_for_driver()
            made = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": asked}})
        except BaseException:
            self._driver.kill()
            raise
        self._session = f"/session/{made['sessionId']}"

    def __enter__(self) -> Browser:
        """The window."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        try:
            self._ask("DELETE", self._session)
        finally:
            self._driver.terminate()
            self._driver.wait(10)

    def open(self, address: str) -> None:
        """Go to a page."""
        self._ask("POST", f"{self._session}/url", {"url": address})

    def run(self, script: str, *arguments: Any) -> Any:
        """What a piece of JavaScript returns."""
        body = {"script": script, "args": list(arguments)}
        return self._ask("POST", f"{self._session}/execute/sync", body)

    def wait(self, script: str, seconds: float = 30.0) -> Any:
        """Wait until a piece of JavaScript returns something true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.run(script)
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}; the browser says {self.complaints()}")

    def click(self, selector: str) -> None:
        """Click on an element as a hand would."""
        self._ask("POST", f"{self._session}/element/{self._find(selector)}/click", {})

    def type(self, selector: str, text: str) -> None:
        """Type into an element."""
        place = f"{self._session}/element/{self._find(selector)}/value"
        self._ask("POST", place, {"text": text})

    def point(self, x: float, y: float) -> None:
        """Move the pointer to a place of the window."""
        for step in (3.0, 1.0, 0.0):
            at = {"type": "mouseMoved", "x": x + step, "y": y + step}
            body = {"cmd": "Input.dispatchMouseEvent", "params": at}
            self._ask("POST", f"{self._session}/goog/cdp/execute", body)

    def screenshot(self, path: Path) -> None:
        """What the window shows, as PNG."""
        path.write_bytes(base64.b64decode(self._ask("GET", f"{self._session}/screenshot")))

    def print_pdf(self, path: Path) -> None:
        """The page as it is printed, with its own paper size."""
        body = {"cmd": "Page.printToPDF",
                "params": {"preferCSSPageSize": True, "printBackground": True}}  # fmt: skip
        found = self._ask("POST", f"{self._session}/goog/cdp/execute", body)
        path.write_bytes(base64.b64decode(found["data"]))

    def complaints(self) -> list[str]:
        """Errors and warnings on the browser's console since the last call."""
        said = self._ask("POST", f"{self._session}/se/log", {"type": "browser"})
        return [line["message"] for line in said if line["level"] in {"SEVERE", "WARNING"}]

    def _find(self, selector: str) -> str:
        body = {"using": "css selector", "value": selector}
        return str(self._ask("POST", f"{self._session}/element", body)[_ELEMENT])

    def _wait_for_driver(self) -> None:
        end = time.monotonic() + 30
        while True:
            try:
                self._ask("GET", "/status")
            except OSError:
                if time.monotonic() > end or self._driver.poll() is not None:
                    raise
                time.sleep(0.1)
            else:
                return

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            said = json.load(error)["value"]
            raise AssertionError(f"{said['error']}: {said['message'][:300]}") from error
