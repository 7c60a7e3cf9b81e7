# SPDX-License-Identifier: Apache-2.0
"""Keys planted wherever a key can stand; then everything that Belay writes, keeps, shows or exports is searched for them."""
import gzip
import hashlib
import json
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from conftest import BELAY, Program

# A part that all share: no encoding of Belay's own would hide it.
MARK = "PLANTED5f3a"
CLIENT, OTHER, VENDOR, HEADER, TOKEN, QUERY, COOKIE = (
    f"{kind}-{MARK}-{number}0123456789" for number, kind in enumerate(
        ["belay", "sk-other", "sk-vendor", "gw", "console", "query", "session"]))

CONFIGURATION = """
vendors:
  good: {{ base_url: {good}, api_key: "${{VENDOR_KEY}}", headers: {{ x-gateway: "${{GATEWAY}}" }} }}
  bad: {{ base_url: {bad}, api_key: "${{VENDOR_KEY}}" }}
  closed: {{ base_url: "http://127.0.0.1:1/v1", api_key: "${{VENDOR_KEY}}" }}
clients: {{ alice: {{ key_sha256: {digest} }} }}
listen: 127.0.0.1:0
console: 127.0.0.1:0
console_token: ${{CONSOLE}}
store: {{ path: {store}, bodies: all }}
log: {{ level: trace, format: {format} }}
"""


def ask(url, headers, body=None):
    """Status and everything that came."""
    request = urllib.request.Request(url, data=body, headers=headers)
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, str(answer.headers).encode() + answer.read()


def run(*arguments, environment=None):
    done = subprocess.run([BELAY, *map(str, arguments)], capture_output=True, timeout=60, env=environment)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_planted_key_is_anywhere(tmp_path, vendor, monkeypatch, form):
    monkeypatch.setenv("VENDOR_KEY", VENDOR)
    monkeypatch.setenv("GATEWAY", HEADER)
    monkeypatch.setenv("CONSOLE", TOKEN)
    monkeypatch.delenv("BELAY_STORE", raising=False)
    broken = Program("simulate", "--listen", "127.0.0.1:0", "--fault", "error-500")
    store = tmp_path / "belay.sqlite"
    file = tmp_path / "belay.yaml"
    file.write_text(CONFIGURATION.format(
        good=vendor.url, bad=broken.url, digest=hashlib.sha256(CLIENT.encode()).hexdigest(), store=store, format=form))
    proxy = Program("serve", "--config", file)
    seen = {}

    # Every place that a client has for a key, on paths that end well and badly.
    body = json.dumps({
        "model": "kimi-k2", "messages": [{"role": "user", "content": f"what did I send? {CLIENT} {VENDOR}"}]}).encode()
    good = {"Authorization": f"Bearer {CLIENT}", "Content-Type": "application/json", "Cookie": f"s={COOKIE}"}
    requests = {
        "bearer": ("/chat/completions", good), "x-api-key": ("/chat/completions", {"x-api-key": CLIENT, "api-key": OTHER}),
        "query": (f"/chat/completions?key={QUERY}&access_token={QUERY}", good),
        "own key in the query": (f"/chat/completions?key={CLIENT}", good),
        "unknown key": ("/chat/completions", {"Authorization": f"Bearer {OTHER}"}), "no key": ("/chat/completions", {}),
        "not JSON": ("/chat/completions", good), "passing": ("/models", good),
    }
    for name, (path, headers) in requests.items():
        data = None if name == "passing" else b"{" + CLIENT.encode() if name == "not JSON" else body
        seen[f"answer: {name}"] = ask(proxy.url + path, headers, data)[1]
    for place in ["bad", "closed"]:
        url = proxy.url.replace("/v1", f"/{place}/v1/chat/completions")
        status, seen[f"answer: {place}"] = ask(url, good, body)
        assert status >= 500

    # The console, with its token, with a wrong one, and without.
    console = next(line.split()[-1] for line in proxy.lines if line.startswith("console on"))
    token = {"Authorization": f"Bearer {TOKEN}"}
    listed = {"exchanges": []}
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        status, answer = ask(f"{console}/api/exchanges", token)
        assert status == 200
        listed = json.loads(answer[answer.index(b"{"):])
        if len(listed["exchanges"]) >= 5:
            break
    ids = [exchange["id"] for exchange in listed["exchanges"]]
    assert len(ids) >= 5
    paths = ["/", "/metrics", "/health/ready", "/api/status", "/api/tally", "/api/overview", "/api/exchanges", "/api/names"]
    paths += [f"/api/exchanges/{name}" for name in ids]
    bodies = [f"/api/exchanges/{name}/body?of={side}" for name in ids for side in ["request", "response"]]
    paths += bodies + [f"{path}&attempt={number}" for path in bodies for number in (0, 1)]
    answered = {}
    for path in paths:
        for kind, headers in [("token", token), ("wrong", {"Authorization": f"Bearer {OTHER}"}), ("none", {})]:
            status, seen[f"console {kind}: {path}"] = ask(console + path, headers)
            answered[kind, status] = answered.get((kind, status), 0) + 1
    # Bodies were there to be searched: a request of each, and an answer of most.
    assert answered["token", 200] > 8 + len(ids) * 2, answered

    # The files while the proxy runs, WAL and all, and what the commands make of them.
    seen |= {f"file: {path.name}": path.read_bytes() for path in tmp_path.glob("belay.sqlite*")}
    assert any(name.endswith("-wal") for name in seen)
    seen["list"] = run("list", "--store", store)[1]
    seen["list --json"] = run("list", "--store", store, "--json")[1]
    for name in ids:
        for option in [[], ["--json"], ["--raw"]]:
            seen[f"show {option} {name}"] = run("show", name, "--store", store, *option)[1]
        for target in ["curl", "python", "json", "k2vv"]:
            seen[f"export {target} {name}"] = run("export", name, "--store", store, "--format", target)[1]
        bundle = tmp_path / f"{name}.tar.gz"
        seen[f"export bundle {name}, on the screen"] = run("export", name, "--store", store, "--format", "bundle", "-o", bundle)[1]
        seen[f"export bundle {name}"] = gzip.decompress(bundle.read_bytes())
    # What had a request to keep is there, so that the search below is of something.
    for target in ["bundle", "json", "curl"]:
        assert sum(len(seen[f"export {target} {name}"]) > 200 for name in ids) >= 5, target
    assert any(b"what did I send" in text for text in seen.values())

    assert proxy.stop() == 0 and broken.stop() == 0
    seen["log"] = "".join(proxy.errors).encode()
    seen["output"] = "".join(proxy.lines).encode()
    assert seen["log"].count(b"exchange_id") == len(requests) + 2
    seen |= {f"file at rest: {path.name}": path.read_bytes() for path in tmp_path.glob("belay.sqlite*")}
    # Bodies are packed in the file: the words of the index are not, and neither is any text column.
    with sqlite3.connect(store) as database:
        for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            try:
                seen[f"table {table}"] = repr(database.execute(f'select * from "{table}"').fetchall()).encode()
            except sqlite3.DatabaseError:
                # A table whose module only Belay loads.
                continue

    # What a client types into its own question is its content, but for the keys that Belay knows of: those are gone, too.
    leaks = [name for name, text in seen.items() if MARK.encode() in text]
    assert leaks == []
