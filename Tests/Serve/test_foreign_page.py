# SPDX-License-Identifier: Apache-2.0
"""A page of another site, in Chromium, that tries to spend the vendor's key through the data port."""
import html
import http.server
import json
import re
import shutil
import subprocess
import threading

import pytest


class Answering(http.server.BaseHTTPRequestHandler):
    """A vendor that lets every page read its answers, and a site with one page."""
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        self.server.asked.append(f"{self.command} {self.path}")
        body, kind = (self.server.page.encode(), "text/html") if self.path == "/" else (b'{"paid": true}', "application/json")
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Methods", "*")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = do_OPTIONS = answer

    def log_message(self, *arguments):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.asked, server.page = [], ""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.mark.parametrize("is_allowed", [False, True])
def test_a_page_of_another_site_spends_no_key(start, tmp_path, is_allowed):
    if not shutil.which("chromium"):
        pytest.fail("chromium is missing: Tests/setup test installs it")
    vendor, site = serve(), serve()
    origin = f"http://localhost:{site.server_address[1]}"
    file = tmp_path / "belay.yaml"
    file.write_text(
        f"listen: 127.0.0.1:0\nconsole: off\nstore: off\n"
        f"vendors: {{ v: {{ base_url: 'http://127.0.0.1:{vendor.server_address[1]}/v1', api_key: sk-of-the-vendor }} }}\n"
        + (f"allowed_origins: ['{origin}']\n" if is_allowed else ""))
    url = start("serve", "--config", file).addresses[0]
    chat = json.dumps({"model": "kimi-k2", "messages": [{"role": "user", "content": "hi"}]})
    site.page = f"""<title>?</title><script>
      async function attempt(path, options) {{
        try {{ const answer = await fetch('{url}' + path, options); return answer.status + ' ' + (await answer.text()); }}
        catch (error) {{ return 'refused'; }}
      }}
      (async () => {{
        const told = [
          await attempt('/v1/chat/completions', {{ method: 'POST', headers: {{ 'Content-Type': 'text/plain' }}, body: {json.dumps(chat)} }}),
          await attempt('/v1/files/1', {{ method: 'DELETE' }}),
          await attempt('/v1/models', {{}}),
        ];
        document.title = told.join(' | ');
      }})();
    </script>"""
    page = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server", f"--user-data-dir={tmp_path}/profile",
         "--virtual-time-budget=8000", "--dump-dom", f"{origin}/"], capture_output=True, text=True, timeout=90)
    title = html.unescape(re.search(r"<title>(.*?)</title>", page.stdout)[1])
    for server in (vendor, site):
        server.shutdown()
    if is_allowed:
        assert title == " | ".join(['200 {"paid": true}'] * 3)
    else:
        assert title == "refused | refused | refused" and vendor.asked == []
