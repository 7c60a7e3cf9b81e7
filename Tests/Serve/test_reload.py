# SPDX-License-Identifier: Apache-2.0
"""What a reload changes, and what it says that it does not."""
import http.client
import re
import signal
import urllib.error
import urllib.request

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
