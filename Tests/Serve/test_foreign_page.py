# SPDX-License-Identifier: Apache-2.0
"""A page of another site, in Chromium, that tries to spend the vendor's key through the data port, and one that may; and a vendor's own."""
import html
import http.client
import http.server
import json
import re
import shutil
import subprocess
import threading

import pytest

from conftest import BELAY


class Answering(http.server.BaseHTTPRequestHandler):
    """A vendor that knows nothing of pages, or lets every one read its answers; and a site with one page."""
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        sent = self.rfile.read(length)
        if self.server.behind and self.path.startswith("/v1/"):
            return self.pass_on(sent)
        self.server.asked.append(f"{self.command} {self.path}")
        self.server.known.append(self.headers.get("If-None-Match"))
        is_page = self.path == "/" or self.server.is_all_pages
        body, kind = (self.server.page.encode(), "text/html") if is_page else (self.server.said, "application/json")
        self.send_response(200)
        if self.server.is_open:
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Methods", "*")
            self.send_header("Access-Control-Allow-Headers", "*")
        for name, value in self.server.fields.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def pass_on(self, sent):
        """As a proxy in front that has the page and Belay under one address."""
        connection = http.client.HTTPConnection(self.server.behind)
        connection.request(self.command, self.path, sent, dict(self.headers))
        answer = connection.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        connection.close()

    do_GET = do_POST = do_DELETE = do_OPTIONS = answer

    def log_message(self, *arguments):
        pass


def serve(is_open=False, is_all_pages=False):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.asked, server.page, server.is_open, server.is_all_pages = [], "", is_open, is_all_pages
    server.known, server.said, server.fields, server.behind = [], b'{"paid": true}', {}, None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def shown(url, tmp_path, *options):
    """A page after its scripts have run."""
    if not shutil.which("chromium"):
        pytest.fail("chromium is missing: Tests/setup test installs it")
    page = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server", f"--user-data-dir={tmp_path}/profile",
         "--virtual-time-budget=8000", *options, "--dump-dom", url], capture_output=True, text=True, timeout=90)
    return page.stdout


def title_of(page):
    return html.unescape(re.search(r"<title>(.*?)</title>", page)[1])


@pytest.mark.parametrize("is_allowed, has_clients", [(False, False), (True, False), (False, True), (True, True)])
def test_a_page_of_another_site_spends_no_key(start, tmp_path, is_allowed, has_clients):
    # Not by the vendor's leave: the page that is let in has one that gives none, and the other one that gives it.
    vendor, site = serve(is_open=not is_allowed), serve()
    origin = f"http://localhost:{site.server_address[1]}"
    made = subprocess.run([BELAY, "key", "new", "page"], capture_output=True, text=True, timeout=60)
    key, entry = made.stdout.strip(), made.stderr[made.stderr.index("clients:"):]
    file = tmp_path / "belay.yaml"
    file.write_text(
        f"listen: 127.0.0.1:0\nconsole: off\nstore: off\n"
        f"vendors: {{ v: {{ base_url: 'http://127.0.0.1:{vendor.server_address[1]}/v1', api_key: sk-of-the-vendor }} }}\n"
        + (f"allowed_origins: ['{origin}']\n" if is_allowed else "") + (entry if has_clients else ""))
    url = start("serve", "--config", file).addresses[0]
    chat = json.dumps({"model": "kimi-k2", "messages": [{"role": "user", "content": "hi"}]})
    bearer = json.dumps({"Authorization": f"Bearer {key}"} if has_clients else {})
    site.page = f"""<title>?</title><script>
      async function attempt(path, options) {{
        options.headers = {{ ...{bearer}, ...options.headers }};
        try {{
          const answer = await fetch('{url}' + path, options);
          return [answer.status, answer.headers.has('x-belay-exchange-id'), await answer.text()].join(' ');
        }} catch (error) {{ return 'refused'; }}
      }}
      const chat = (type) => ({{ method: 'POST', headers: {{ 'Content-Type': type }}, body: {json.dumps(chat)} }});
      (async () => {{
        const told = [
          await attempt('/v1/chat/completions', chat('text/plain')),
          await attempt('/v1/chat/completions', chat('application/json')),
          await attempt('/v1/files/1', {{ method: 'DELETE' }}),
          await attempt('/v1/models', {{}}),
        ];
        document.title = told.join(' | ');
      }})();
    </script>"""
    title = title_of(shown(f"{origin}/", tmp_path))
    for server in (vendor, site):
        server.shutdown()
    if is_allowed:
        assert title == " | ".join(['200 true {"paid": true}'] * 4)
        assert not [asked for asked in vendor.asked if asked.startswith("OPTIONS")]
    else:
        assert title == " | ".join(["refused"] * 4) and vendor.asked == []


@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_vendors_page_spends_no_other_vendors_key(start, tmp_path, is_trusted):
    hostile, other = serve(is_all_pages=True), serve()
    file = tmp_path / "belay.yaml"
    file.write_text(
        "listen: 127.0.0.1:0\nconsole: off\nstore: off\nallowed_origins: ['https://belay.test']\nvendors:\n"
        + "".join(f"  {name}: {{ base_url: 'http://127.0.0.1:{vendor.server_address[1]}/v1', api_key: sk-of-{name} }}\n"
                  for name, vendor in (("hostile", hostile), ("other", other))) + "default_vendor: hostile\n")
    url = start("serve", "--config", file).addresses[0]
    hostile.page = """<title>shown</title><script>
      document.title = 'run';
      (async () => {
        try { document.title += (await fetch('/other/v1/files')).status; } catch (error) { document.title += ' refused'; }
        try { await navigator.serviceWorker.register('/hostile/v1/worker.js'); document.title += ' stays'; } catch (error) {}
      })();
    </script>"""
    if is_trusted:
        # As the address that was printed, opened by hand.
        page = shown(f"{url}/v1", tmp_path)
    else:
        # Of a plain name a browser does not say who asks, nor for what.
        page = shown(url.replace("127.0.0.1", "belay.test") + "/v1", tmp_path, "--host-resolver-rules=MAP belay.test 127.0.0.1")
    for server in (hostile, other):
        server.shutdown()
    if is_trusted:
        assert "foreign_page" in page and hostile.asked == []
    else:
        assert title_of(page) == "shown" and hostile.asked
    assert other.asked == []


@pytest.mark.parametrize("is_in_front", [False, True])
@pytest.mark.parametrize("cached", ["no-cache", "public, max-age=3600"])
def test_a_browser_takes_no_vendors_answer_for_anothers(start, tmp_path, cached, is_in_front):
    one, other, site = serve(), serve(), serve()
    for vendor, said in ((one, b"one"), (other, b"other")):
        vendor.said, vendor.fields = said, {"Cache-Control": cached, "ETag": '"of the first page"'}
    origin = f"http://localhost:{site.server_address[1]}"
    file = tmp_path / "belay.yaml"
    file.write_text(
        f"listen: 127.0.0.1:0\nconsole: off\nstore: off\nallowed_origins: ['{origin}']\nvendors:\n"
        + "".join(f"  {name}: {{ base_url: 'http://127.0.0.1:{vendor.server_address[1]}/v1' }}\n" for name, vendor in (("one", one), ("other", other)))
        + "default_vendor: one\n")
    url = start("serve", "--config", file).addresses[0]
    if is_in_front:
        # A page that asks its own address names no origin, and Belay is told that address.
        site.behind, url = url.removeprefix("http://"), ""
    site.page = f"""<title>?</title><script>
      (async () => {{
        const told = [];
        for (const vendor of ['one', 'other', 'one']) {{
          told.push(await (await fetch('{url}/v1/models', {{ headers: {{ 'x-belay-vendor': vendor }} }})).text());
        }}
        document.title = told.join(' ');
      }})();
    </script>"""
    title = title_of(shown(f"{origin}/", tmp_path))
    for server in (one, other, site):
        server.shutdown()
    assert title == "one other one" and one.known == [None, None] and other.known == [None]
