# SPDX-License-Identifier: Apache-2.0
"""What `belay serve` says and does at its start, with what it finds around it: a file, variables, slips of the pen."""
import json
import os
import signal
import socket
import subprocess
import urllib.request

import pytest

from conftest import BELAY, ROOT, environment

KEY = "sk-PLANTEDKEY0123456789"


@pytest.fixture
def vendor(start):
    return start("simulate", "--listen", "127.0.0.1:0", "--recordings", ROOT / "examples/data/recordings.jsonl").addresses[0]


def configuration(vendor, more=""):
    return f"listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nstore: off\nvendors:\n  one:\n    base_url: {vendor}/v1\n{more}"


def ask(proxy):
    body = {"model": "kimi-k2-0905", "messages": [{"role": "user", "content": "hello"}]}
    request = urllib.request.Request(proxy + "/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as response:
        return response.status


def test_a_file_that_nobody_named_is_the_first_thing_told(start, vendor, tmp_path):
    (tmp_path / "belay.yaml").write_text(configuration(vendor))
    found = start("serve", addresses=2, folder=tmp_path)
    assert found.lines[0] == "configuration: ./belay.yaml"
    variable = start("serve", addresses=2, variables={"BELAY_CONFIG": str(tmp_path / "belay.yaml")})
    assert variable.lines[0] == f"configuration: {tmp_path}/belay.yaml"
    named = start("serve", "--config", "belay.yaml", addresses=2, folder=tmp_path)
    assert named.lines[0].startswith("belay on ")


def test_a_replay_tells_of_a_file_that_nobody_named_before_it_sends(vendor, tmp_path):
    (tmp_path / "belay.yaml").write_text(f"vendors: {{groq: {{base_url: '{vendor}/v1', api_key: '${{KEY}}'}}, own: {vendor}/v1}}\n")
    (tmp_path / "set.jsonl").write_text(json.dumps({"messages": [{"role": "user", "content": "hello"}]}) + "\n")

    def replay(*vendors, folder=tmp_path, **variables):
        named = [word for vendor in vendors for word in ("--vendor", vendor)]
        files = ["--output", tmp_path / "results.jsonl", "--summary", tmp_path / "summary.json"]
        done = subprocess.run([BELAY, "replay", tmp_path / "set.jsonl", *named, "--model", "kimi-k2", *files], capture_output=True, text=True,
                              timeout=60, cwd=folder, env=environment() | {"KEY": KEY} | variables)
        assert done.returncode == 0 and KEY not in done.stderr + done.stdout
        return done.stderr.splitlines()

    told = ["configuration: ./belay.yaml", f"  groq: {vendor}/v1"]
    assert replay("groq")[:2] == told
    assert replay("groq", "own")[:3] == [*told, f"  own: {vendor}/v1"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    by_variable = replay("groq", folder=elsewhere, BELAY_CONFIG=str(tmp_path / "belay.yaml"))
    assert by_variable[:2] == [f"configuration: {tmp_path}/belay.yaml", f"  groq: {vendor}/v1"]
    # It was said on the command line.
    assert not [line for line in replay(f"groq={vendor}/v1") if "configuration" in line]


@pytest.mark.parametrize("form", ["curl", "python", "bundle"])
def test_a_script_of_an_export_tells_of_a_file_that_nobody_named(start, vendor, tmp_path, form):
    store = tmp_path / "store.sqlite"
    file = tmp_path / "other.yaml"
    file.write_text(configuration(vendor).replace("store: off", f"store: {{ path: {store} }}"))
    with_store = start("serve", "--config", file, addresses=2)
    assert ask(with_store.addresses[0]) == 200
    with_store.process.send_signal(signal.SIGTERM)
    with_store.process.wait(60)
    (tmp_path / "belay.yaml").write_text("vendors: {one: 'http://somebody.example/v1'}\n")

    def export(*more):
        command = [BELAY, "export", "last", "--store", store, "--format", form, *more]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path, env=environment())
        assert done.returncode == 0, done.stderr
        return done.stderr.splitlines()

    assert export()[:2] == ["configuration: ./belay.yaml", "  one: http://somebody.example/v1"]
    assert not [line for line in export("--base-url", vendor) if "configuration" in line]


@pytest.mark.parametrize("command", [["serve", "--tls-key"], ["serve"], ["check"], ["serve", "--config"]])
def test_a_private_key_in_place_of_its_path_is_not_repeated(command):
    key = " -----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEG\n-----END PRIVATE KEY-----\n"
    refused = subprocess.run([BELAY, *command, key], capture_output=True, text=True, timeout=60)
    assert refused.returncode != 0 and "path" in refused.stderr
    assert "MIGHAg" not in refused.stderr + refused.stdout


@pytest.mark.parametrize("variable", ["http_proxy", "all_proxy", "ALL_PROXY"])
def test_a_vendor_on_this_machine_is_asked_without_a_proxy(start, vendor, tmp_path, variable):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        (tmp_path / "belay.yaml").write_text(configuration(vendor, "  two: http://vendor.example/v1\n"))
        port = closed.getsockname()[1]
        # Bound and not listening: whoever goes there is refused.
        serve = start("serve", "--config", tmp_path / "belay.yaml", addresses=2,
                      variables={"no_proxy": "", "NO_PROXY": "", variable: f"http://127.0.0.1:{port}"})
        assert ask(serve.addresses[0]) == 200
        assert "`two` is asked in the clear" in serve.said(variable)


def test_no_slip_of_the_pen_shows_a_key(start, vendor, tmp_path):
    file = tmp_path / "belay.yaml"
    file.write_text(configuration(vendor, f"    api_kye: {KEY}\n"))
    refused = subprocess.run([BELAY, "serve", "--config", file], capture_output=True, text=True, timeout=60)
    assert refused.returncode != 0 and "did you mean `api_key`?" in refused.stderr and "api_kye: ***" in refused.stderr
    assert KEY not in refused.stderr + refused.stdout

    file.write_text(configuration(vendor))
    serve = start("serve", "--config", file, addresses=2)
    file.write_text(configuration(vendor, f"    api_kye: {KEY}\n"))
    serve.process.send_signal(signal.SIGHUP)
    assert KEY not in serve.said("the configuration stays as it was")


def test_a_reload_warns_as_a_start_does(start, vendor, tmp_path):
    file = tmp_path / "belay.yaml"
    file.write_text(configuration(vendor))
    serve = start("serve", "--config", file, addresses=2)
    assert not [line for line in serve.log if "warning" in line]
    file.write_text(configuration(vendor, f"    api_key: {KEY}\n  two: {vendor}\n"))
    os.chmod(file, 0o644)
    serve.process.send_signal(signal.SIGHUP)
    serve.said("configuration reloaded")
    assert "has no path" in serve.said("the base URL of `two`")
    assert KEY not in serve.said("is written out in a file that others can read")


@pytest.mark.parametrize("connections, is_told", [(40, False), (250, True)])
def test_a_limit_that_takes_more_descriptors_than_there_are_is_told(start, vendor, tmp_path, connections, is_told):
    file = tmp_path / "belay.yaml"
    file.write_text(configuration(vendor, f"limits: {{ connections: {connections} }}\n"))
    serve = start("serve", "--config", file, addresses=2, descriptors=300)
    serve.said("listening")
    assert ask(serve.addresses[0]) == 200
    assert any("`limits.connections` is 250" in line and "may have 300" in line for line in serve.log) == is_told
