# SPDX-License-Identifier: Apache-2.0
"""Keys planted wherever a key can stand; then everything that Belay writes, keeps, shows or exports is searched for them."""
import base64
import gzip
import hashlib
import http.server
import json
import re
import sqlite3
import subprocess
import threading
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
    console = proxy.line("console on").split()[-1]
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


# What a vendor can put a key into.
HOSTILE = """
vendors:
  hostile: {{ base_url: {vendor}, api_key: "${{VENDOR_KEY}}", headers: {{ x-gateway-auth: "Bearer ${{GATEWAY}}" }} }}
  reference: {{ base_url: {vendor}, api_key: "${{REFERENCE}}" }}
default_vendor: hostile
reference: reference
shadow: {{ sample: 1, sample_of_few: 1, repeat: 0, per_minute: 6000 }}
listen: 127.0.0.1:0
console: 127.0.0.1:0
store: {{ path: {store}, bodies: {bodies} }}
log: {{ level: trace, format: {form} }}
"""
REFERENCE, PASSWORD = f"sk-reference-{MARK}-70123456789", f"password-{MARK}-80123456789"
EVERY = [CLIENT, VENDOR, HEADER, QUERY, COOKIE, REFERENCE, PASSWORD]
TOOLS = [{"type": "function", "function": {
    "name": "run", "parameters": {"type": "object", "properties": {"x": {"type": "string"}}, "additionalProperties": False}}}]


def completion(content=None, arguments=None, name="run", call="functions.run:0", finish=None, **more):
    calls = [{"id": call, "type": "function", "function": {"name": name, "arguments": arguments}}] if arguments else None
    message = {"role": "assistant", "content": content} | ({"tool_calls": calls} if calls else {})
    choice = {"index": 0, "message": message, "finish_reason": finish or ("tool_calls" if calls else "stop")}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "kimi-k2", "choices": [choice]} | more


def stream(deltas, finish="stop"):
    events = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    return "".join(f"data: {json.dumps({'id': 'c', 'object': 'chat.completion.chunk', 'created': 1, 'model': 'kimi-k2'} | event)}\n\n"
                   for event in events) + "data: [DONE]\n\n"


def pieces(text):
    return [text[start:start + 3] for start in range(0, len(text), 3)]


def escaped(text):
    return "".join(f"\\u{ord(character):04x}" for character in text)


def hostile_answers(key):
    """By case: status, fields, body."""
    call = {"index": 0, "id": "functions.run:0", "type": "function", "function": {"name": "run", "arguments": ""}}
    arguments = [{"tool_calls": [call]}] + [
        {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces(json.dumps({"x": key}))]
    plain = {
        "call id": completion(arguments="{}", call=key), "tool name": completion(arguments="{}", name=key),
        "finish reason": completion("x", finish=key), "arguments": completion(arguments=json.dumps({"x": key})),
        "name of an argument": completion(arguments=json.dumps({key: 1})), "model": completion("x", model=key, system_fingerprint=key),
        "content": completion(f"it is {key}"),
    }
    answers = {name: (200, {}, json.dumps(answer)) for name, answer in plain.items()}
    answers["error"] = 401, {}, json.dumps({"error": {"message": f"Incorrect API key provided: {key}"}})
    answers["header"] = 200, {f"x-{key}": "1", "x-debug": f"Bearer {key}", "location": f"http://h/?key={key}"}, json.dumps(completion("x"))
    answers["escaped"] = 200, {}, json.dumps(completion("KEY")).replace("KEY", escaped(key))
    answers["escaped error"] = 401, {}, json.dumps({"error": {"message": "KEY"}}).replace("KEY", escaped(key))
    answers["escaped arguments"] = 200, {}, json.dumps(completion(arguments='{"x":"KEY"}')).replace("KEY", escaped(key).replace("\\", "\\\\"))
    for name, deltas in [
            ("content", [{"content": piece} for piece in pieces(key)]), ("arguments", arguments),
            ("reasoning", [{"reasoning_content": piece} for piece in pieces(key)])]:
        answers[f"pieces of {name}"] = 200, {"content-type": "text/event-stream"}, stream(deltas)
    return answers


class Hostile(http.server.BaseHTTPRequestHandler):
    """Answers with what the question names: a case, and the number of a key."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        name, number = body["messages"][0]["content"].split("/")
        status, fields, text = hostile_answers(EVERY[int(number)])[name]
        self.send_response(status)
        for field, value in ({"content-type": "application/json"} | fields | {"content-length": str(len(text.encode()))}).items():
            self.send_header(field, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def put_together(text):
    """What is said, and what the calls' arguments are, for a reader of the stream; and all of it without escapes."""
    said = {}
    for line in re.findall(rb"^data: (\{.*)$", text, re.M):
        try:
            delta = json.loads(line)["choices"][0]["delta"]
        except (ValueError, LookupError, TypeError):
            continue
        for name in ["content", "reasoning_content"]:
            said[name] = said.get(name, "") + (delta.get(name) or "")
        for call in delta.get("tool_calls") or []:
            said["arguments"] = said.get("arguments", "") + call.get("function", {}).get("arguments", "")
    unescaped = re.sub(rb"\\+u00([2-7][0-9a-fA-F])", lambda match: bytes([int(match[1], 16)]), text)
    return unescaped + "\n".join(said.values()).encode()


@pytest.mark.parametrize("bodies", ["all", "none"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_key_that_a_vendor_repeats_is_anywhere(tmp_path, monkeypatch, bodies, form):
    for name, key in [("VENDOR_KEY", VENDOR), ("GATEWAY", HEADER), ("REFERENCE", REFERENCE)]:
        monkeypatch.setenv(name, key)
    monkeypatch.delenv("BELAY_STORE", raising=False)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    store, file = tmp_path / "belay.sqlite", tmp_path / "belay.yaml"
    file.write_text(HOSTILE.format(vendor=f"http://127.0.0.1:{server.server_port}/v1", store=store, bodies=bodies, form=form))
    proxy = Program("serve", "--config", file)
    console = proxy.line("console on").split()[-1]

    basic = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    shown = {"Authorization": f"Bearer\t{CLIENT}, extra", "x_litellm_key": "other-credential", "Cookie": f"theme=dark; sid={COOKIE}",
             "X-Forwarded-Authorization": f"Basic {basic}", "Content-Type": "application/json"}
    count = 0
    for name in hostile_answers("key"):
        for number in range(len(EVERY)):
            body = {"model": "kimi-k2", "messages": [{"role": "user", "content": f"{name}/{number}"}], "tools": TOOLS,
                    "stream": name.startswith("pieces")}
            ask(f"{proxy.url}/chat/completions?key={QUERY}", shown, json.dumps(body).encode())
            count += 1
    # What a client names, too.
    named = {"messages": [{"role": "user", "content": "content/0"}], "model": f"kimi-{CLIENT}"}
    ask(f"{proxy.url}/chat/completions", shown, json.dumps(named).encode())
    ask(f"{proxy.url}/{CLIENT}/chat/completions", shown, json.dumps(named | {"model": "m\u2028\u202e\u009b"}).encode())
    ask(f"{proxy.url}/{CLIENT.replace('a', '%61')}/chat/completions", shown, json.dumps(named | {"model": "kimi-k2"}).encode())
    count += 3

    seen = {}
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        shadow = json.loads(urllib.request.urlopen(f"{console}/api/status").read())["shadow"]
        tables = subprocess.run([BELAY, "list", "--store", store, "--json", "--limit", "1000"], capture_output=True, timeout=60).stdout
        if not shadow["waiting"] and not shadow["underway"] and shadow["compared"] and tables.count(b'"id"') >= count:
            break
        time.sleep(0.2)
    assert shadow["compared"] > 0, shadow
    ids = re.findall(r'"id": ?"([0-9A-Z]{26})"', tables.decode())
    assert len(set(ids)) >= count
    for path in ["/metrics", "/api/tally", "/api/overview", "/api/exchanges", "/api/names", "/api/comparisons", "/api/fidelity", "/api/status"]:
        seen[f"console: {path}"] = ask(console + path, {})[1]
    for name in set(ids):
        seen[f"console: {name}"] = ask(f"{console}/api/exchanges/{name}", {})[1]
        seen[f"console: body of {name}"] = ask(f"{console}/api/exchanges/{name}/body?of=response&attempt=0", {})[1]
    for name in sorted(set(ids))[::3]:
        seen[f"show {name}"] = run("show", name, "--store", store)[1] + run("show", name, "--full", "--store", store)[1]
        seen[f"export {name}"] = run("export", name, "--store", store, "--format", "json")[1]
        bundle = tmp_path / f"{name}.tar.gz"
        run("export", name, "--store", store, "--format", "bundle", "-o", bundle)
        if bundle.exists():
            seen[f"bundle {name}"] = gzip.decompress(bundle.read_bytes())
    for form_of_report in ["csv", "json", "markdown"]:
        seen[f"report {form_of_report}"] = run("report", "--by", "tool", "--format", form_of_report, "--store", store)[1]

    assert proxy.stop() == 0
    server.shutdown()
    seen["log"] = "".join(proxy.errors + proxy.lines).encode()
    assert seen["log"].count(b"exchange_id") >= count
    assert not any(character in seen["log"].decode() for character in "\u2028\u202e\u009b")
    seen |= {f"file: {path.name}": path.read_bytes() for path in tmp_path.glob("belay.sqlite*")}
    # There was something to search: the marks say that keys were there.
    assert sum(b"[redacted]" in text for text in seen.values()) > 50
    leaks = [name for name, text in seen.items() if MARK.encode() in text or MARK.encode() in put_together(text)]
    assert leaks == []
