# SPDX-License-Identifier: Apache-2.0
"""What a reload changes, and what it says that it does not."""
import contextlib
import http.client
import json
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

from conftest import BELAY, ROOT

SETTINGS = "listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nvendors:\n  one: http://127.0.0.1:9/v1\n"


def status(console, token=None):
    request = urllib.request.Request(f"{console}/api/status", headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_token_follows_and_what_does_not_is_told(start, tmp_path):
    file = tmp_path / "belay.yaml"
    store = f"store: {{ path: {tmp_path}/belay.sqlite"
    file.write_text(f"{SETTINGS}{store} }}\n")
    serve = start("serve", "--config", file, addresses=2)
    console = serve.addresses[1]
    assert status(console) == 200

    def reloaded(text):
        seen = len(serve.log)
        file.write_text(text)
        serve.process.send_signal(signal.SIGHUP)
        serve.said("configuration reloaded", after=seen)
        return "".join(serve.log[seen:])

    log = reloaded(f"console_token: first-token-of-16\n{SETTINGS}{store}, redact_paths: ['$.messages'], max_age: 1h }}\n")
    assert "setting=store.redact_paths" in log and "setting=store.max_age" in log and "setting=store.path" not in log
    assert [status(console), status(console, "first-token-of-16")] == [401, 200]
    log = reloaded(f"console_token: other-token-of-16\n{SETTINGS}store: off\n")
    assert "setting=store " in log or "setting=store\n" in log
    assert [status(console, "first-token-of-16"), status(console, "other-token-of-16")] == [401, 200]


def test_bodies_that_are_to_be_kept_no_more_are_not_and_that_is_told(start, tmp_path):
    vendor = start("simulate", "--listen", "127.0.0.1:0", "--recordings", ROOT / "examples/data/recordings.jsonl").addresses[0]
    file, store = tmp_path / "belay.yaml", tmp_path / "belay.sqlite"
    places = "listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\n"
    file.write_text(f"{places}vendors:\n  one: {vendor}/v1\nstore: {{ path: {store} }}\n")
    serve = start("serve", "--config", file, addresses=2)

    def reloaded(settings):
        seen = len(serve.log)
        file.write_text(f"{places}vendors:\n  one: {vendor}/v1\nstore: {settings}\n")
        serve.process.send_signal(signal.SIGHUP)
        serve.said("configuration reloaded", after=seen)
        return "".join(serve.log[seen:])

    def ask(word):
        body = json.dumps({"model": "kimi-k2-0905", "messages": [{"role": "user", "content": word}]}).encode()
        request = urllib.request.Request(serve.addresses[0] + "/v1/chat/completions", body, {"Content-Type": "application/json"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as response:
            assert response.status == 200 and response.read()

    def found(word):
        done = subprocess.run([BELAY, "list", "--store", store, "--text", word], capture_output=True, text=True, timeout=60)
        return "kimi-k2-0905" in done.stdout

    ask("zebrafinch")
    log = reloaded(f"{{ path: {store}, bodies: none }}")
    assert "bodies of new exchanges are not kept any more" in log and "store.bodies" not in log
    ask("goldcrest")
    log = reloaded("off")
    assert "setting=store" in log and "bodies" not in log
    ask("wryneck")
    assert "bodies are kept again" in reloaded(f"{{ path: {store} }}")
    ask("capercaillie")
    end = time.monotonic() + 20
    while not found("capercaillie"):
        assert time.monotonic() < end, "it is never found"
        time.sleep(0.1)
    assert [word for word in ("zebrafinch", "goldcrest", "wryneck") if found(word)] == ["zebrafinch"]


def test_a_file_that_closes_an_address_opens_none(start, tmp_path):
    """The addresses stay as they were: what guards them goes by them."""
    file = tmp_path / "belay.yaml"
    vendors = "store: off\nvendors:\n  one: http://127.0.0.1:9/v1\n"
    file.write_text(f"listen: 0.0.0.0:0\nconsole: 0.0.0.0:0\nconsole_token: first-token-of-16\nclients: {{ me: {{ key_sha256: {'0' * 64} }} }}\n{vendors}")
    serve = start("serve", "--config", file, addresses=0)
    port = int(re.search(r":(\d+)", serve.process.stdout.readline())[1])
    line = next(line for line in serve.process.stdout if "console" in line)
    console = "http://127.0.0.1:" + re.search(r":(\d+)", line)[1]

    def post():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", "/v1/chat/completions", "{}", {"Content-Type": "application/json"})
        return connection.getresponse().status

    assert (post(), status(console)) == (401, 401)
    for text in (f"listen: 127.0.0.1:0\nconsole: off\nclients: {{ me: {{ key_sha256: {'0' * 64} }} }}\n{vendors}",
                 f"listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nconsole_token: first-token-of-16\n{vendors}"):
        seen = len(serve.log)
        file.write_text(text)
        serve.process.send_signal(signal.SIGHUP)
        serve.said("the configuration stays as it was", after=seen)
        assert (post(), status(console)) == (401, 401)


def test_a_token_that_is_replaced_ends_what_was_opened_with_it(start, tmp_path):
    file = tmp_path / "belay.yaml"

    def settings(token, more=""):
        return f"console_token: {token}\nstore: {{ path: {tmp_path}/belay.sqlite }}\n{more}{SETTINGS}"

    file.write_text(settings("first-token-of-16"))
    serve = start("serve", "--config", file, addresses=2)
    proxy, console = serve.addresses

    def reload(text):
        seen = len(serve.log)
        file.write_text(text)
        serve.process.send_signal(signal.SIGHUP)
        serve.said("configuration reloaded", after=seen)

    def ask():
        """There is no vendor: that is recorded, too."""
        body = b'{"model": "kimi-k2", "messages": [{"role": "user", "content": "x"}]}'
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(urllib.request.Request(f"{proxy}/v1/chat/completions", body, {"Content-Type": "application/json"}), timeout=10).close()

    def opened():
        """Once there is a store."""
        end = time.monotonic() + 20
        while True:
            try:
                return urllib.request.urlopen(
                    urllib.request.Request(f"{console}/api/live", headers={"Authorization": "Bearer first-token-of-16"}), timeout=20)
            except urllib.error.HTTPError as error:
                assert error.code == 503 and time.monotonic() < end

    ask()
    with opened() as events:
        assert events.readline() == b": live\n"
        # With a token that stays it goes on.
        reload(settings("first-token-of-16", "mode: annotate\n"))
        ask()
        assert any(line == b"event: exchange\n" for line in iter(events.readline, b""))
        reload(settings("other-token-of-16"))
        # A quiet stream says after ten seconds that it is there.
        assert not any(b"still here" in line for line in iter(events.readline, b""))
    assert [status(console, "first-token-of-16"), status(console, "other-token-of-16")] == [401, 200]
