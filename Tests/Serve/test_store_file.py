# SPDX-License-Identifier: Apache-2.0
"""What somebody does to the store's file while `belay serve` has it open: the clients notice nothing, and a stop ends."""
import http.client
import json
import os
import time
import urllib.error
import urllib.request

import pytest

from conftest import ROOT, running


@pytest.fixture
def vendor(start):
    return start("simulate", "--listen", "127.0.0.1:0", "--recordings", ROOT / "examples/data/recordings.jsonl").addresses[0]


def configured(folder, vendor):
    file = folder / "belay.yaml"
    file.write_text(f"listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nstore: {{ path: {folder}/belay.sqlite }}\nvendors:\n  one: {vendor}/v1\n")
    return "serve", "--config", file


def chat(proxy, count):
    for number in range(count):
        connection = http.client.HTTPConnection(proxy.removeprefix("http://").removesuffix("/v1"), timeout=60)
        body = {"model": "kimi-k2-0905", "messages": [{"role": "user", "content": f"message {number}: " + "words " * 400}]}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read()
        connection.close()


def exchanges(console):
    """Those that the console lists; nothing where it cannot read them."""
    try:
        with urllib.request.urlopen(console + "/api/exchanges?limit=100", timeout=10) as answer:
            return json.load(answer)["exchanges"]
    except urllib.error.HTTPError as error:
        assert error.code == 503
        return []


def until(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def test_a_store_that_is_cut_off_under_its_readers_ends_nothing(start, vendor, tmp_path):
    command = configured(tmp_path, vendor)
    # A stop puts what is in the log into the file: from there the console reads afterwards.
    with running(*command, addresses=2) as first:
        chat(first.addresses[0], 20)
    store = tmp_path / "belay.sqlite"
    assert store.stat().st_size > 50_000
    serve = start(*command, addresses=2)
    proxy, console = serve.addresses
    until(lambda: len(exchanges(console)) == 20, "the console lists what was kept")
    os.truncate(store, 0)
    for _ in range(5):
        exchanges(console)
        chat(proxy, 1)
    assert serve.process.poll() is None


def test_the_console_reads_the_store_that_is_there(start, vendor, tmp_path):
    serve = start(*configured(tmp_path, vendor), addresses=2)
    proxy, console = serve.addresses
    chat(proxy, 3)
    until(lambda: len(exchanges(console)) == 3, "three are listed")
    before = {one["id"] for one in exchanges(console)}
    for name in tmp_path.glob("belay.sqlite*"):
        name.unlink()
    chat(proxy, 1)
    until(lambda: len(exchanges(console)) == 1, "the new store is listed")
    assert before.isdisjoint(one["id"] for one in exchanges(console))


def test_live_events_go_on_with_the_store_that_is_there(start, vendor, tmp_path):
    serve = start(*configured(tmp_path, vendor), addresses=2)
    proxy, console = serve.addresses
    chat(proxy, 3)
    until(lambda: len(exchanges(console)) == 3, "three are listed")
    with urllib.request.urlopen(f"{console}/api/live", timeout=60) as events:
        assert events.readline() == b": live\n"
        for name in tmp_path.glob("belay.sqlite*"):
            name.unlink()
        # Where it looks before there is one, it says so and ends: the page connects again.
        chat(proxy, 1)
        kind = next(line for line in iter(events.readline, b"") if line.startswith(b"event: "))
    assert kind in (b"event: exchange\n", b"event: failure\n")


def test_a_pipe_in_the_place_of_the_alarms_keeps_no_start(start, vendor, tmp_path):
    os.mkfifo(tmp_path / "belay.sqlite.alarms.json")
    chat(start(*configured(tmp_path, vendor), addresses=2).addresses[0], 1)


def test_a_pipe_in_the_place_of_the_store_keeps_no_stop(start, vendor, tmp_path):
    os.mkfifo(tmp_path / "belay.sqlite")
    serve = start(*configured(tmp_path, vendor), addresses=2)
    proxy, console = serve.addresses
    serve.said("exchanges cannot be recorded")
    assert exchanges(console) == []
    chat(proxy, 3)
    # The fixture asks it to stop, and wants it to.
