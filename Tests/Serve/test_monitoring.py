# SPDX-License-Identifier: Apache-2.0
"""The examples for Prometheus, Grafana and compose, against what a gateway with traffic really exports."""
import json
import re
import shutil
import subprocess
import time

import pytest
import yaml

from conftest import BELAY, ROOT, get, running

EXAMPLES = ROOT / "examples"
OWN = re.compile(r"\bbelay_[a-z0-9_]+")
LABEL = re.compile(r'([a-z_]+)\s*(?:=~|!~|!=|=)\s*"')


def expressions(value):
    """Every query of a dashboard, wherever it lies."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("expr", "query", "definition") and isinstance(inner, str):
                yield inner
            else:
                yield from expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Metric names, and the labels of each, after traffic with findings, repairs, retries and tokens."""
    folder = tmp_path_factory.mktemp("monitoring")
    with running("simulate", "--listen", "127.0.0.1:0", "--recordings", EXAMPLES / "data/recordings.jsonl",
                 "--fault", "schema-wrong-type%30", "--fault", "finish-stop%30", "--seed", "3") as vendor:
        # With a receiver of alarms, which are never due here: its families are only there where one is.
        (folder / "belay.yaml").write_text(
            f"listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nmode: enforce\nstore: {{ path: {folder}/belay.sqlite }}\n"
            f"vendors:\n  careless: {{ base_url: \"{vendor.addresses[0]}/v1\" }}\n"
            f"alarms:\n  webhooks:\n    - {{ url: \"{vendor.addresses[0]}/alarms\" }}\n")
        with running("serve", "--config", folder / "belay.yaml", addresses=2) as serve:
            proxy, console = serve.addresses
            replay(proxy, folder)
            text = until(lambda: get(console + "/metrics"), 'belay_request_duration_seconds_count{gen_ai_provider_name="careless",gen_ai_request_model="kimi-k2-0905"} 12')
    found = {}
    for name, labels in re.findall(r"^(belay_[a-z0-9_]+)(?:\{(.*)\})? ", text, re.M):
        found.setdefault(name, set()).update(re.findall(r'([a-z_]+)="', labels))
    declared = set(re.findall(r"^# TYPE (\S+)", text, re.M))
    # Families that are only declared would show no labels to compare with.
    wanted = {f"belay_{name}_total" for name in ("requests", "findings", "tool_calls", "attempts", "tokens", "records_dropped")}
    assert wanted <= set(found), f"the traffic shows nothing of {wanted - set(found)}"
    return found, declared


def until(ask, text):
    """Asks until the answer has a line of this text: records leave the event loop within 50 ms."""
    for _ in range(200):
        answer = ask()
        if text in answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"never {text!r}:\n{answer[:3000]}")


def replay(proxy, folder):
    done = subprocess.run(
        [BELAY, "replay", EXAMPLES / "data/conversations.jsonl", "--model", "kimi-k2-0905", "--base-url", proxy + "/v1",
         "--output", folder / "results.jsonl", "--summary", folder / "summary.json", "--api-key", "sk-none"],
        capture_output=True, text=True)
    # 1: not every request succeeded, which is the point of a careless vendor.
    assert done.returncode in (0, 1), done.stderr



def check(queries, exported):
    found, declared = exported
    for query in queries:
        names = set(OWN.findall(query))
        for name in names:
            family = re.sub(r"_(bucket|sum|count)$", "", name)
            assert name in found or name in declared or family in declared, f"{name} of {query!r} is not exported"
        labels = set(LABEL.findall(query)) - {"job", "le"}
        groups = set(re.findall(r"by \(([^)]*)\)", query))
        labels |= {label.strip() for group in groups for label in group.split(",")} - {"le"}
        known = set().union(*(found.get(name, set()) for name in names)) if names else set()
        unknown = {label for label in labels if not label.startswith("$")} - known
        # A family without a sample yet shows no labels to compare with.
        if names and all(name in found for name in names):
            assert not unknown, f"{unknown} of {query!r} are no labels of {names}: {known}"


def test_every_query_of_the_dashboard_is_answered(exported):
    dashboard = json.loads((EXAMPLES / "grafana-dashboard.json").read_text())
    queries = [query for query in expressions(dashboard) if OWN.search(query)]
    assert len(queries) >= 10
    check(queries, exported)


def test_every_query_of_the_dashboard_is_promql(exported, tmp_path):
    dashboard = json.loads((EXAMPLES / "grafana-dashboard.json").read_text())
    queries = [query for query in expressions(dashboard) if OWN.search(query) and not query.startswith("label_values")]
    rules = [{"record": f"check:{number}", "expr": query.replace("$__rate_interval", "5m")} for number, query in enumerate(queries)]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    promtool("check", "rules", tmp_path / "rules.yaml")


def test_the_alert_rules_hold_before_promtool_and_ask_for_what_there_is(exported):
    file = EXAMPLES / "prometheus-alerts.yaml"
    promtool("check", "rules", file)
    check([rule["expr"] for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]], exported)


def test_the_compose_file_mounts_what_is_there_and_scrapes_the_console(tmp_path):
    compose = yaml.safe_load((EXAMPLES / "compose.yaml").read_text())
    assert set(compose["services"]) == {"belay", "prometheus", "grafana"}
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (EXAMPLES / source).exists() or ".build" in source, f"{source} is not there"
        for config in service.get("configs", []):
            assert config["source"] in compose["configs"]
    scrape = tmp_path / "prometheus.yml"
    text = compose["configs"]["prometheus"]["content"].replace("/etc/prometheus", str(tmp_path))
    scrape.write_text(text)
    (tmp_path / "belay-token").write_text("0123456789abcdef")
    shutil.copy(EXAMPLES / "prometheus-alerts.yaml", tmp_path / "alerts.yaml")
    promtool("check", "config", scrape)
    [job] = yaml.safe_load(text)["scrape_configs"]
    assert job["static_configs"][0]["targets"] == ["belay:8612"]
    assert "--console :8612" in compose["services"]["belay"]["entrypoint"][2]


def promtool(*arguments):
    assert shutil.which("promtool"), "promtool is missing: Tests/setup test installs it"
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
