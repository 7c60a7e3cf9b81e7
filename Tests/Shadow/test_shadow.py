# SPDX-License-Identifier: Apache-2.0
"""Full load, everything shadowed, a restart in the middle; then what the store says against what the simulators did.

The count is made from the simulators' own logs, by the definitions of K2VV's README, and shares no code with Belay."""
import collections
import concurrent.futures
import http.client
import json
import os
import sqlite3
import subprocess
import time
import urllib.parse
import urllib.request

from conftest import BELAY, Program

EXCHANGES = 5000 if os.environ.get("BELAY_LONG_TESTS") else 400
TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city", "days"]}}}]

CONFIGURATION = """
vendors:
  acme: {acme}
  zeta: {zeta}
  official: {official}
reference: official
shadow:
  sample: 1
  repeat: 0.3
  per_minute: 100000
  per_day: 10000000
  tokens_per_day: 1000000000
  queue: 100000
  concurrency: 8
log: {{ level: warning }}
"""


def ask(url, question, stream):
    where = urllib.parse.urlsplit(url)
    body = {"model": "kimi-k2", "stream": stream, "tools": TOOLS, "messages": [{"role": "user", "content": question}]}
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
    connection.request("POST", where.path + "/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def load(proxy, first, last):
    def one(number):
        vendor = ("acme", "zeta")[number % 2]
        return ask(proxy.url.removesuffix("/v1") + f"/{vendor}/v1", f"question {number}", number % 3 == 0)
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        assert set(pool.map(one, range(first, last))) == {200}


def shadow(console):
    with urllib.request.urlopen(console + "/api/status") as answer:
        return json.load(answer)["shadow"]


def fidelity(console):
    with urllib.request.urlopen(console + "/api/fidelity") as answer:
        return json.load(answer)


def finish(faults):
    """Asked with tools, the simulator calls one; what it shows in its place is in its log."""
    return "stop" if "drop-calls" in faults else "length" if "finish-length" in faults else "tool_calls"


def cell(answer, other):
    called, wanted = finish(answer) == "tool_calls", finish(other) == "tool_calls"
    return ("tp" if wanted else "fp") if called else ("fn" if wanted else "tn")


def f1(cells):
    return 2 * cells["tp"] / (2 * cells["tp"] + cells["fp"] + cells["fn"])


def test_the_store_agrees_with_what_the_simulators_did(vendors, tmp_path):
    configuration, store = tmp_path / "belay.yaml", tmp_path / "belay.sqlite"
    configuration.write_text(CONFIGURATION.format(**{name: vendor.url for name, vendor in vendors.items()}))
    arguments = ["serve", "--config", configuration, "--store", store, "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0"]

    proxy = Program(*arguments)
    load(proxy, 0, EXCHANGES // 2)
    assert proxy.stop() == 0
    with sqlite3.connect(store) as database:
        (waited,) = database.execute("SELECT count(*) FROM shadow_job").fetchone()
    assert waited > 0, "the restart was to find something waiting"
    proxy = Program(*arguments)
    load(proxy, EXCHANGES // 2, EXCHANGES)
    console = next(line.split()[-1] for line in proxy.lines if "console on" in line)
    deadline = time.monotonic() + 240
    while (status := shadow(console))["waiting"] + status["underway"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not status["waiting"] and not status["underway"] and status["dropped"] == {}, status
    while not (page := fidelity(console))["caught_up"] or sum(row["comparisons"] for row in page["rows"]) < EXCHANGES:
        assert time.monotonic() < deadline, page
        time.sleep(0.1)
    metrics = urllib.request.urlopen(console + "/metrics").read().decode()
    assert f'belay_shadow_requests_total{{outcome="answered"}} {status["requests"]["answered"]}' in metrics
    assert proxy.stop() == 0

    # What they did.
    answers = {name: vendor.answers() for name, vendor in vendors.items()}
    official = answers.pop("official")
    expected, floor, valid, finished = collections.defaultdict(collections.Counter), collections.Counter(), collections.Counter(), collections.Counter()
    for name, questions in answers.items():
        for question, (faults,) in questions.items():
            expected[name][cell(faults, official[question][0])] += 1
            if finish(faults) == "tool_calls":
                finished[name] += 1
                valid[name] += "args-truncated" not in faults
    assert sum(map(len, answers.values())) == EXCHANGES == len(official)
    for first, *second in official.values():
        assert len(second) <= 1
        for faults in second:
            floor[cell(faults, first)] += 1
    # It is worth comparing: each cell is there, the vendors differ, and the reference disagrees with itself.
    assert all(set(cells) == {"tp", "fp", "fn", "tn"} for cells in expected.values())
    assert f1(expected["acme"]) < f1(expected["zeta"]) < 1 and 0.5 < f1(floor) < 1

    # What the store says.
    database = sqlite3.connect(store)
    stored, stored_floor = collections.defaultdict(collections.Counter), collections.Counter()
    for kind, vendor, name, count in database.execute("SELECT kind, vendor, cell, count(*) FROM fidelity GROUP BY 1, 2, 3"):
        if kind == "vendor":
            stored[vendor][name] = count
        else:
            assert vendor == "official"
            stored_floor[name] = count
    assert stored == expected
    assert stored_floor == floor
    assert 0.15 * EXCHANGES < floor.total() < 0.45 * EXCHANGES
    assert {name: f1(cells) for name, cells in stored.items()} == {name: f1(cells) for name, cells in expected.items()}
    judged = collections.Counter()
    for vendor, answer in database.execute("SELECT vendor, answer FROM fidelity WHERE kind = 'vendor'"):
        judged[vendor] += json.loads(answer)["finish"] == "tool_calls" and json.loads(answer)["valid"]
    assert judged == valid
    assert database.execute("SELECT count(*) FROM shadow_job").fetchone() == (0,)

    # What the report says, and what the console said.
    report = json.loads(subprocess.run(
        [BELAY, "report", "--store", store, "--format", "json", "--gate", "0.82"], stdout=subprocess.PIPE, check=True).stdout)
    for rows in (report["rows"], page["rows"]):
        assert {row["vendor"] for row in rows} == set(expected)
        for row in rows:
            cells = expected[row["vendor"]]
            assert {name: row[name] for name in ("tp", "fp", "fn", "tn")} == cells
            assert abs(row["tool_call_f1"] - f1(cells)) < 1e-9 and abs(row["floor_f1"] - f1(floor)) < 1e-9
            assert abs(row["schema_accuracy"] - valid[row["vendor"]] / finished[row["vendor"]]) < 1e-9
    print(f"{EXCHANGES} exchanges, {waited} waited for the restart:", {name: (f1(cells), dict(cells)) for name, cells in expected.items()}, "floor", f1(floor), dict(floor), "schema accuracy",
          {name: valid[name] / finished[name] for name in valid})
