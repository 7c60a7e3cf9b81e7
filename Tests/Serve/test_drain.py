# SPDX-License-Identifier: Apache-2.0
"""SIGTERM: readiness turns false first, new requests are taken until `drain_delay` is over, and what is under way ends."""
import http.client
import json
import signal
import urllib.error
import urllib.request

from conftest import ROOT


def readiness(console):
    try:
        with urllib.request.urlopen(console + "/health/ready", timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def begin(proxy):
    """A stream that has begun."""
    connection = http.client.HTTPConnection(proxy.removeprefix("http://").removesuffix("/v1"), timeout=60)
    body = {"model": "kimi-k2-0905", "stream": True, "messages": [{"role": "user", "content": "a story of some length"}]}
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
    return connection.getresponse()


def test_a_stop_is_told_before_it_begins_and_ends_nothing_that_is_under_way(start, tmp_path):
    vendor = start("simulate", "--listen", "127.0.0.1:0", "--recordings", ROOT / "examples/data/recordings.jsonl", "--pace", "150ms").addresses[0]
    file = tmp_path / "belay.yaml"
    file.write_text(f"listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nstore: off\nvendors:\n  one: {vendor}/v1\nlimits: {{ drain_delay: 2s, drain: 60s }}\n")
    serve = start("serve", "--config", file, addresses=2)
    proxy, console = serve.addresses
    assert readiness(console) == 200
    stream = begin(proxy)
    first = stream.read(1)

    serve.process.send_signal(signal.SIGTERM)
    serve.said("draining")
    assert readiness(console) == 503
    # Whoever has not heard yet is served all the same.
    late = begin(proxy)
    assert late.status == 200

    # The listener closes, the streams go on.
    while True:
        try:
            urllib.request.urlopen(proxy.removesuffix("/v1") + "/v1/models", timeout=10).close()
        except urllib.error.HTTPError:
            continue
        except (urllib.error.URLError, ConnectionError):
            break
    assert readiness(console) == 503
    assert (first + stream.read()).endswith(b"data: [DONE]\n\n")
    assert late.read().endswith(b"data: [DONE]\n\n")
    assert serve.process.wait(30) == 0
