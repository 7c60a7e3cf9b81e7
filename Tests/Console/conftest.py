# SPDX-License-Identifier: Apache-2.0
"""A gateway with recorded exchanges, and a browser in front of its console."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from browser import Browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURE = os.environ.get("BELAY_CONSOLE_FIXTURE", str(ROOT / ".build/release/console-fixture"))


class Console:
    """`console-fixture`; `record(number, finding)` makes it record one more exchange."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([FIXTURE, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"the fixture did not start: {line}"
        self.url = found.group()

    def record(self, number, finding=""):
        self.process.stdin.write(f"{number} {finding}\n")
        self.process.stdin.flush()

    def stop(self):
        self.process.stdin.close()
        return self.process.wait(20)


@pytest.fixture(scope="session")
def browser():
    if not shutil.which("chromium"):
        pytest.fail("chromium is missing: Tests/setup test installs it")
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def console(tmp_path_factory):
    console = Console(tmp_path_factory.mktemp("console") / "belay.db")
    yield console
    assert console.stop() == 0


@pytest.fixture
def page(browser, console):
    """The browser at desktop size, light, without complaints so far."""
    browser.resize(1280, 800)
    browser.problems.clear()
    yield browser
    assert browser.problems == [], "the page complained"
