# SPDX-License-Identifier: Apache-2.0
"""The console on what a replay made: `belay serve` records, `belay replay` plays the sample conversations at a careless vendor, and
a browser opens every page."""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BELAY = os.environ.get("BELAY_BINARY", str(ROOT / ".build/release/belay"))
DATA = ROOT / "examples/data"


@contextlib.contextmanager
def running(*arguments, addresses=1):
    """A `belay` command and the addresses that it says it listens at."""
    process = subprocess.Popen([BELAY, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    found = []
    while len(found) < addresses:
        line = process.stdout.readline()
        assert line, f"belay {arguments[0]} did not start"
        # Not the lines that name vendors, which are indented.
        if not line.startswith(" "):
            found += re.findall(r"http://127\.0\.0\.1:\d+", line)
    try:
        yield found
    finally:
        process.terminate()
        assert process.wait(20) == 0


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("replayed")
    with running("simulate", "--name", "careless", "--listen", "127.0.0.1:0", "--recordings", DATA / "recordings.jsonl",
                 "--fault", "schema-required%40", "--seed", "3") as (vendor,):
        with running("serve", "--vendor", f"careless={vendor}/v1", "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0",
                     "--store", folder / "belay.sqlite", addresses=2) as (proxy, console):

            def replay():
                subprocess.run(
                    [BELAY, "replay", DATA / "conversations.jsonl", "--model", "kimi-k2-0905", "--api-key", "sk-planted-in-a-test",
                     "--base-url", proxy + "/v1", "--output", folder / "results.jsonl", "--summary", folder / "summary.json"],
                    check=False, capture_output=True)
            replay()
            yield console, replay


def recorded(console):
    with urllib.request.urlopen(f"{console}/api/exchanges", timeout=10) as response:
        return json.load(response)["exchanges"]


def test_every_page_opens_on_what_a_replay_made(browser, replayed):
    console, replay = replayed
    browser.resize(1280, 800)
    # What another console's page, whose gateway may be gone, still complains of is not ours.
    browser.open("about:blank")
    browser.problems.clear()
    browser.open(f"{console}/")
    browser.until("document.body.innerText.includes('careless')")

    browser.open(f"{console}/#/exchanges")
    browser.until("document.querySelectorAll('a.row-link').length === 12")
    browser.open(f"{console}/#/exchanges?verdict=invalid")
    bad = [one for one in recorded(console) if one["verdict"] == "invalid"]
    assert bad, "the careless vendor made no invalid call: another seed"
    browser.until(f"document.querySelectorAll('a.row-link').length === {len(bad)}")

    browser.open(f"{console}/#/exchanges/{bad[0]['id']}")
    browser.until("document.querySelector('.violations')")
    assert "required" in browser.text(".violations")
    assert browser.problems == []


def test_a_live_exchange_of_a_replay_arrives(browser, replayed):
    console, replay = replayed
    browser.resize(1280, 800)
    browser.open(f"{console}/#/exchanges")
    browser.until("document.querySelectorAll('a.row-link').length >= 12")
    before = int(browser.evaluate("document.querySelectorAll('a.row-link').length"))
    replay()
    browser.until(f"document.querySelectorAll('a.row-link').length > {before}")
