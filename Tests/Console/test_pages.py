# SPDX-License-Identifier: Apache-2.0
"""Every page on data, as a person uses it: opened, filtered, read, and live."""
import json
import pathlib
import sqlite3
import urllib.error
import urllib.request
import uuid

import pytest

from conftest import Console

VIOLATION = 'arguments.days: "three" is a string, and the schema wants an integer'
SCRIPT = "<script>document.title='owned'</script>"


def ask(console, path):
    with urllib.request.urlopen(console.url + path, timeout=10) as response:
        return json.load(response)


def one(console, where):
    """The newest exchange for which an expression holds."""
    return ask(console, "/api/exchanges?limit=1&where=" + urllib.request.quote(where))["exchanges"][0]


def show(page, console, address):
    # Another query, so that the page is loaded anew and not only told of another #.
    page.open(f"{console.url}/?{uuid.uuid4()}{address}")
    page.until("document.readyState === 'complete' && document.querySelector('main h1')")


def test_the_overview_shows_vendors_with_the_figures_of_the_api(page, console):
    show(page, console, "#/?range=24h")
    page.until("document.querySelectorAll('figure svg').length >= 7")
    figures = ask(console, "/api/overview?range=24h")["vendors"]
    text = page.text("table.figures")
    assert [name for name in text.splitlines()[0].split("\t") if name] == ["moonshot", "fireworks", "no vendor"]
    accuracy = figures["fireworks"]["schema_accuracy"]
    assert f"{accuracy['part']} of {accuracy['samples']}" in text
    assert f"{figures['moonshot']['latency']['first_token']['samples']} samples" in text
    assert "arguments.schema.type" in page.text()
    assert "A value is of another type than the schema says." in page.text()
    assert page.evaluate("[...document.querySelectorAll('figure')].every((one) => one.querySelector('svg[aria-label]') || one.innerText.includes('in this range'))")


def test_a_finding_of_the_overview_leads_to_its_exchanges(page, console):
    show(page, console, "#/")
    page.until("document.querySelector('a[href*=\"finding=arguments.schema.type\"]')")
    page.click('a[href*="finding=arguments.schema.type"]')
    page.until("document.querySelectorAll('table.list tbody tr').length > 0")
    assert page.evaluate("[...document.querySelectorAll('table.list tbody tr')].every((row) => row.innerText.includes('arguments.schema.type'))")


def test_the_overview_keeps_up_with_what_is_recorded(page, console):
    show(page, console, "#/?range=1h")
    page.until("document.querySelector('table.figures')")
    before = page.text("#overview-note")
    page.evaluate("document.querySelector('table.figures').dataset.old = 'yes'")
    console.record(900)
    page.until(f"document.querySelector('#overview-note').innerText !== {json.dumps(before)}")
    assert page.evaluate("document.querySelector('table.figures').dataset.old") is None
    assert page.evaluate("document.querySelector('#range').value") == "1h"


def test_a_store_that_cannot_be_written_is_the_first_thing_to_read(browser, tmp_path):
    console = Console(tmp_path / "belay.db")
    browser.resize(1280, 800)
    show(browser, console, "#/")
    browser.until("document.querySelector('table.figures')")
    other = sqlite3.connect(tmp_path / "belay.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    console.record(901)
    browser.until("document.querySelector('#store-failing')")
    assert "store.locked" in browser.text("#store-failing") and "another program holds" in browser.text("#store-failing")
    browser.until("document.querySelector('#recording').innerText === 'the store fails'", 25)
    assert ask(console, "/api/status")["store"]["failure_reason"] == "locked"
    other.execute("ROLLBACK")
    other.close()
    browser.until("!document.querySelector('#store-failing')")
    assert ask(console, "/api/status")["store"]["failure"] is None
    assert console.stop() == 0


def test_filters_narrow_the_list_and_the_address_keeps_them(page, console):
    show(page, console, "#/exchanges")
    page.until("document.querySelectorAll('table.list tbody tr').length >= 50")
    page.evaluate("const box = document.querySelector('#where'); box.value = \"retries > 1 && repairs has 'coercion'\"; box.form.requestSubmit()")
    page.until("document.querySelectorAll('table.list tbody tr').length === 1")
    assert "3 attempts" in page.text("table.list tbody")
    assert "where=retries" in page.evaluate("location.hash")


def test_an_expression_that_makes_no_sense_is_told_with_its_column(browser, console):
    browser.resize(1280, 800)
    show(browser, console, "#/exchanges?where=" + urllib.request.quote("calls > 0 && vendr == 'x'"))
    browser.until("document.querySelector('#complaint').innerText")
    complaint = browser.text("#complaint")
    assert "Column 14" in complaint and "did you mean vendor?" in complaint
    assert "             ^" in complaint


def test_an_exchange_is_opened_by_keyboard_and_its_violation_read(page, console):
    identity = one(console, "calls > 0 && !valid && ids_rewritten > 0")["id"]
    show(page, console, "#/exchanges?where=" + urllib.request.quote("ids_rewritten > 0"))
    page.until("document.querySelectorAll('a.row-link').length === 1")
    page.press("j")
    assert page.evaluate("document.activeElement.className") == "row-link"
    page.press("Enter")
    page.until("document.querySelector('mark')")
    assert page.evaluate("location.hash") == f"#/exchanges/{identity}"
    assert page.text("mark") == '"three"', "the offending bytes, after a letter of two bytes"
    assert VIOLATION in page.text(".violations")
    assert "bytes 25–32" in page.text(".violations")
    assert "A tool that checks its input refuses the call" in page.text(".findings")
    assert page.evaluate("[...document.querySelectorAll('.message del')].map((one) => one.innerText)") == ["call_7f3a", "call_7f3a"]
    assert page.evaluate("[...document.querySelectorAll('.message ins')].map((one) => one.innerText)") == ["functions.get_location:0"] * 2
    assert "Let me look that up." in page.text(".message.answer")
    page.press("u")
    page.until("location.hash.startsWith('#/exchanges?where=')")


def test_raw_bytes_are_fetched_when_they_are_asked_for(page, console):
    show(page, console, f"#/exchanges/{one(console, 'ids_rewritten > 0')['id']}")
    page.until("document.querySelectorAll('details.raw').length === 2")
    assert "Loading" in page.evaluate("document.querySelectorAll('details.raw')[1].textContent")
    page.evaluate("document.querySelectorAll('details.raw').forEach((one) => { one.open = true; })")
    page.until("document.querySelectorAll('details.raw')[1].innerText.includes('data: [DONE]')")


def test_attempts_are_drawn_over_time(page, console):
    show(page, console, f"#/exchanges/{one(console, 'retries > 1')['id']}")
    page.until("document.querySelectorAll('.timeline rect.answer').length === 3")
    assert "stopped at byte 41" in page.text(".attempts")
    starts = page.evaluate("[...document.querySelectorAll('.timeline rect.wait')].map((one) => Number(one.getAttribute('x')))")
    assert starts == sorted(starts) and len(set(starts)) == 3
    page.until("document.querySelector('.answer.message')")
    assert "coercion" in page.text()


def test_a_live_exchange_arrives_at_the_top(page, console):
    show(page, console, "#/exchanges?finding=completion.empty")
    page.until("document.querySelector('#live-state').innerText === 'live'")
    before = page.evaluate("document.querySelectorAll('table.list tbody tr').length")
    console.record(700)
    console.record(701, "completion.empty")
    page.until(f"document.querySelectorAll('table.list tbody tr').length === {before + 1}")
    assert "completion.empty" in page.text("table.list tbody tr:first-child")


def test_what_vendors_and_clients_write_is_text_and_nothing_else(page, console):
    identity = one(console, "vendor == 'moonshot' && model ~ 'script'")["id"]
    for address in (f"#/exchanges/{identity}", "#/exchanges", "#/?range=24h"):
        show(page, console, address)
        page.until("document.querySelector('#conversation .message, table.list tbody tr, table.figures')")
        assert "owned" not in page.evaluate("document.title")
        assert page.evaluate("document.querySelectorAll('main script, main img').length") == 0
    show(page, console, f"#/exchanges/{identity}")
    page.until("document.querySelector('.answer.message')")
    assert page.text().count(SCRIPT) >= 10


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_no_page_is_wider_than_its_window(page, console, width, dark, tmp_path):
    page.resize(width, 844, dark)
    planted = one(console, "model ~ 'script'")["id"]
    for name, address in (("overview", "#/?range=24h"), ("exchanges", "#/exchanges"), ("exchange", f"#/exchanges/{planted}")):
        show(page, console, address)
        page.until("document.querySelector('.answer.message, table.list tbody tr, table.figures')")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, name
        shade = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)")
        assert (sum(shade) < 380) == dark
        page.screenshot(tmp_path / f"{name}.png")
        assert pathlib.Path(tmp_path / f"{name}.png").stat().st_size > 5000


def test_the_listener_guards_what_it_shows(console):
    def status(path, method="GET", **headers):
        request = urllib.request.Request(console.url + path, method=method, headers={name.replace("_", "-"): value for name, value in headers.items()})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.headers
        except urllib.error.HTTPError as error:
            return error.code, error.headers

    code, headers = status("/")
    assert code == 200
    assert "script-src 'self'" in headers["content-security-policy"] and "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"
    for path in ("/api/exchanges", "/api/live", "/metrics"):
        assert status(path, Host="evil.example")[0] == 403
        assert status(path, Sec_Fetch_Site="cross-site")[0] == 403
        assert status(path, Origin="http://evil.example")[0] == 403
        assert status(path, "POST")[0] == 405
    assert status("/health/live", Host="probe.example")[0] == 200
    assert status("/metrics", "HEAD")[0] == 200


def test_a_token_is_asked_for_once_and_kept_for_the_tab(browser, tmp_path):
    console = Console(tmp_path / "belay.db", "a-token-of-the-test")
    browser.resize(1280, 800)
    browser.open(console.url + "/")
    browser.until("document.querySelector('#token')")
    browser.evaluate("document.querySelector('#token').value = 'wrong-token-wrong'; document.querySelector('#token').form.requestSubmit()")
    browser.until("document.querySelector('main').innerText.includes('That was not it')")
    browser.evaluate("document.querySelector('#token').value = 'a-token-of-the-test'; document.querySelector('#token').form.requestSubmit()")
    browser.until("document.querySelector('table.figures')")
    browser.open(console.url + "/?again#/exchanges")
    browser.until("document.querySelectorAll('table.list tbody tr').length > 0")
    assert console.stop() == 0


def test_without_a_store_the_page_says_so(browser):
    console = Console()
    browser.resize(1280, 800)
    browser.open(console.url + "/")
    browser.until("document.querySelector('main h1')?.innerText === 'Recording is off'")
    assert "belay.yaml" in browser.text()
    # The footer's state comes with an answer of its own.
    browser.until("document.querySelector('#recording')?.innerText.includes('recording is off')")
    assert console.stop() == 0
