# SPDX-License-Identifier: Apache-2.0
"""SIGHUP reads the configuration again: nothing under way is lost, and a file with problems changes nothing and says why."""
import concurrent.futures
import json
import signal
import threading
import time
import urllib.request

from conftest import ROOT, get


def ask(proxy, text, stream=False):
    """The whole answer, and the vendor that gave it."""
    body = {"model": "kimi-k2-0905", "stream": stream, "messages": [{"role": "user", "content": text}]}
    request = urllib.request.Request(proxy + "/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.read().decode(), response.headers["server"] or ""


def configuration(vendors, default, more=""):
    lines = "".join(f"  {name}: {{ base_url: '{url}/v1' }}\n" for name, url in vendors.items())
    return (f"listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nstore: off\ndefault_vendor: {default}\nvendors:\n{lines}{more}")


def test_a_reload_changes_what_comes_and_leaves_what_is_under_way(start, tmp_path):
    vendors = {
        name: start("simulate", "--name", name, "--listen", "127.0.0.1:0", "--recordings", ROOT / "examples/data/recordings.jsonl",
                    "--pace", "100ms").addresses[0]
        for name in ("one", "two")
    }
    file = tmp_path / "belay.yaml"
    file.write_text(configuration(vendors, "one"))
    serve = start("serve", "--config", file, addresses=2)
    proxy, console = serve.addresses
    assert ask(proxy, "who are you")[1] == "one"

    # Streams of seconds, under way during all that follows; and short requests, one after the other, all the time.
    stop = threading.Event()

    def keep_asking():
        answers = []
        while not stop.is_set():
            answers.append(ask(proxy, "again"))
        return answers

    def first_bytes(stream):
        body = {"model": "kimi-k2-0905", "stream": True, "messages": [{"role": "user", "content": f"a long story {stream}"}]}
        request = urllib.request.Request(proxy + "/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
        response = urllib.request.urlopen(request, timeout=60)
        return response, response.readline()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(keep_asking) for _ in range(2)]
        streams = [first_bytes(number) for number in range(4)]

        for default in ("two", "one", "two"):
            file.write_text(configuration(vendors, default))
            seen = len(serve.log)
            serve.process.send_signal(signal.SIGHUP)
            serve.said("configuration reloaded", after=seen)
            assert ask(proxy, "who are you now")[1] == default

        # A broken file: where, and what is wrong; and the last good one stays.
        for text, complaint in ((configuration(vendors, "three"), "three"), ("vendors: [", "belay.yaml:1"),
                                (configuration(vendors, "one", "limitz: {}\n"), "limitz")):
            file.write_text(text)
            seen = len(serve.log)
            serve.process.send_signal(signal.SIGHUP)
            line = serve.said("the configuration stays as it was", after=seen)
            assert complaint in line and "belay.yaml" in line, line
            assert ask(proxy, "and now")[1] == "two"

        for response, first in streams:
            with response:
                rest = response.read().decode()
            assert first.startswith(b"data:") and rest.rstrip().endswith("data: [DONE]")
        stop.set()
        answers = [answer for task in asking for answer in task.result()]

    assert len(answers) > 10
    assert all("finish_reason" in text for text, _ in answers)
    assert {server for _, server in answers} == {"one", "two"}
    # Records leave the event loop within 50 ms.
    made = len(answers) + len(streams) + 7
    for _ in range(100):
        tally = json.loads(get(console + "/api/tally"))["vendors"]
        if sum(vendor["requests"] for vendor in tally.values()) >= made:
            break
        time.sleep(0.05)
    assert sum(vendor["requests"] for vendor in tally.values()) == made
    assert sum(vendor["failed"] for vendor in tally.values()) == 0
