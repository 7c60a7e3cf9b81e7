# SPDX-License-Identifier: Apache-2.0
"""The proxies that are compared: how each is set up before the same fake vendor, and where its streams are."""
import os, pathlib, shutil, socket, subprocess, sys, time
from dataclasses import dataclass

# From PyPI, each in an environment of its own under .build/bench.
PINNED = {"litellm": ["--only-binary", ":all:", "litellm[proxy]==1.106.2"], "mitmproxy": ["mitmproxy==11.0.2"]}
BELAY = ("not inspected", "observe", "two loops", "enforce", "recording", "shadow")
ALL = ("direct", "nginx", "haproxy", "litellm", "mitmproxy") + BELAY


@dataclass
class Peer:
    name: str
    port: int
    pid: int | None
    """Where a request of each kind goes: requests, streams, slow."""
    paths: dict
    """The model's name that it wants in the body, by kind."""
    models: dict
    """The process that is asked again of everything, behind `shadow`."""
    reference: int | None = None

    def url(self, kind):
        return f"http://127.0.0.1:{self.port}{self.paths[kind]}"


PLAIN = {"requests": "/v1/chat/completions", "streams": "/v1/stream/chat/completions", "slow": "/v1/slow/chat/completions"}
MODEL = {kind: "kimi-k2-0905" for kind in PLAIN}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def environment(root, name):
    """A Python environment with that peer in it, made on first use."""
    folder = root / ".build/bench" / name
    done = folder / ".done"
    if not done.exists() or done.read_text() != repr(PINNED[name]):
        print(f"installing {' '.join(PINNED[name])}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "-q", *PINNED[name]], check=True, stdout=sys.stderr)
        done.write_text(repr(PINNED[name]))
    return folder / "bin"


class Stage:
    """Starts processes, and ends those that it started."""

    def __init__(self, root, folder, vendor_port):
        self.root, self.folder, self.vendor = root, folder, vendor_port
        self.started = []
        self.belay_observe = None

    def start(self, port, *command, seconds=10, env=None):
        log = open(self.folder / "stderr.log", "ab")
        # What the caller has set would win over the files: BELAY_STORE=off measures recording without recording.
        env = {name: value for name, value in (env or os.environ).items() if not name.startswith("BELAY_")}
        process = subprocess.Popen([str(c) for c in command], stdout=log, stderr=log, env=env)
        self.started.append(process)
        for _ in range(seconds * 200):
            if process.poll() is not None:
                sys.exit(f"{command[0]} ended with {process.returncode} before it listened; see {self.keep_log()}")
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                return process.pid
            except OSError:
                time.sleep(0.005)
        sys.exit(f"{command[0]} did not listen on {port}; see {self.keep_log()}")

    def keep_log(self):
        kept = pathlib.Path("/tmp/belay-bench-stderr.log")
        shutil.copy(self.folder / "stderr.log", kept)
        return kept

    def stop(self):
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def peer(self, name):
        if name in BELAY:
            return self.belay(name)
        return {"direct": self.direct, "nginx": self.nginx, "haproxy": self.haproxy, "litellm": self.litellm,
                "mitmproxy": self.mitmproxy}[name]()

    def direct(self):
        return Peer("direct", self.vendor, None, PLAIN, MODEL)

    def nginx(self):
        port, folder = free_port(), self.folder
        (folder / "nginx.conf").write_text(f"""
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_rlimit_nofile 20000;
events {{ worker_connections 20000; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder}; client_body_buffer_size 1m; client_max_body_size 8m; keepalive_requests 1000000;
  upstream vendor {{ server 127.0.0.1:{self.vendor}; keepalive 64; keepalive_requests 1000000; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; tcp_nodelay on;
    location / {{ proxy_pass http://vendor; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }} }}
}}""")
        return Peer("nginx", port, self.start(port, "nginx", "-p", folder, "-c", folder / "nginx.conf"), PLAIN, MODEL)

    def haproxy(self):
        port = free_port()
        (self.folder / "haproxy.cfg").write_text(f"""
global
  nbthread 1
  maxconn 9950
defaults
  mode http
  timeout connect 10s
  timeout client 120s
  timeout server 120s
  option http-no-delay
frontend front
  bind 127.0.0.1:{port} backlog 4096
  default_backend vendor
backend vendor
  http-reuse always
  server vendor 127.0.0.1:{self.vendor}
""")
        return Peer("haproxy", port, self.start(port, "haproxy", "-db", "-f", self.folder / "haproxy.cfg"), PLAIN, MODEL)

    def litellm(self):
        port, bin = free_port(), environment(self.root, "litellm")
        models = {kind: f"kimi-{kind}" for kind in PLAIN}
        lines = "".join(
            f"  - model_name: {models[kind]}\n    litellm_params: {{ model: openai/kimi-k2-0905, api_key: none, "
            f"api_base: 'http://127.0.0.1:{self.vendor}{PLAIN[kind].removesuffix('/chat/completions')}' }}\n" for kind in PLAIN)
        (self.folder / "litellm.yaml").write_text("model_list:\n" + lines)
        env = {**os.environ, "LITELLM_LOG": "ERROR", "LITELLM_TELEMETRY": "False", "LITELLM_LOCAL_MODEL_COST_MAP": "True",
               "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
               "PATH": f"{bin}:{os.environ['PATH']}"}
        pid = self.start(port, bin / "litellm", "--config", self.folder / "litellm.yaml", "--host", "127.0.0.1", "--port", port,
                         "--num_workers", 1, seconds=60, env=env)
        return Peer("litellm", port, pid, {kind: "/v1/chat/completions" for kind in PLAIN}, models)

    def mitmproxy(self):
        port, bin = free_port(), environment(self.root, "mitmproxy")
        pid = self.start(port, bin / "mitmdump", "--mode", f"reverse:http://127.0.0.1:{self.vendor}", "--listen-host", "127.0.0.1",
                         "--listen-port", port, "--set", "stream_large_bodies=1", "--set", f"confdir={self.folder}", "-q", seconds=30)
        return Peer("mitmproxy", port, pid, PLAIN, MODEL)

    def belay(self, name):
        """One process for what is inspected and what is not, one for each other way."""
        if name in ("not inspected", "observe") and self.belay_observe:
            port, pid = self.belay_observe
        else:
            port = free_port()
            store = f"{{ path: {self.folder}/belay.sqlite, bodies: all }}" if name == "recording" else "off"
            config = self.folder / f"belay-{port}.yaml"
            reference, shadow = None, ""
            if name == "shadow":
                # Everything that the shadow can carry, without any budget in its way.
                place = free_port()
                reference = self.start(place, self.folder / "vendor", place, 200, 50)
                shadow = (f"  reference: {{ base_url: \"http://127.0.0.1:{place}/v1\" }}\nreference: reference\nshadow: {{ sample: 1, repeat: 0, "
                          "per_minute: 1000000, per_day: 100000000, tokens_per_day: 1000000000000, concurrency: 32, queue: 10000 }\n")
            config.write_text(f"""
listen: 127.0.0.1:{port}
console: off
mode: {"enforce" if name == "enforce" else "observe"}
store: {store}
loops: {2 if name == "two loops" else 1}
vendors:
  vendor: {{ base_url: "http://127.0.0.1:{self.vendor}/v1" }}
  stream: {{ base_url: "http://127.0.0.1:{self.vendor}/v1/stream" }}
  slow: {{ base_url: "http://127.0.0.1:{self.vendor}/v1/slow" }}
{shadow}""")
            pid = self.start(port, self.root / ".build/release/belay", "serve", "--config", config)
            if name in ("not inspected", "observe"):
                self.belay_observe = (port, pid)
            if reference:
                return Peer(name, port, pid, {"requests": "/v1/chat/completions", "streams": "/stream/v1/chat/completions",
                                              "slow": "/slow/v1/chat/completions"}, MODEL, reference)
        end = "/v1/passing" if name == "not inspected" else "/v1/chat/completions"
        return Peer(name, port, pid, {"requests": end, "streams": "/stream" + end, "slow": "/slow" + end}, MODEL)
