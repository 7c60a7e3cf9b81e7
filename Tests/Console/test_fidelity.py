# SPDX-License-Identifier: Apache-2.0
"""The page on fidelity, from the verdicts down to one exchange's answer beside the reference's."""
import pytest

from test_pages import SCRIPT, ask, show


def open_page(page, console, address="#/fidelity?range=30d"):
    show(page, console, address)
    page.until("document.querySelectorAll('table.vendors tbody tr').length === 3")


def test_verdicts_stand_with_their_figures_and_sample_sizes(page, console):
    open_page(page, console)
    rows = ask(console, "/api/fidelity?range=30d")["rows"]
    text = page.text("table.vendors")
    for row in rows:
        assert row["verdict_words"] in text
        assert f"{row['informative']} informative" in text
        assert f"{100 * row['tool_call_f1']:.1f}" in text
        assert f"FP {row['fp']}" in text and f"FN {row['fn']}" in text
    assert "out of the rotation" not in text
    assert "drift now" in text and "below gate now" in text, "a verdict is of the range, and things have changed within it"


def test_alarms_stand_at_the_top_in_the_plots_and_in_the_frame(page, console):
    open_page(page, console)
    alarms = [one for one in ask(console, "/api/fidelity?range=30d")["alarms"] if one["resolved_at"] is None]
    assert {one["kind"] for one in alarms} == {"drift", "below_gate"}
    for one in alarms:
        assert one["text"] in page.text("ul.alarms")
    page.until("document.querySelector('#recording').innerText === '2 alarms'")
    marks = page.evaluate("[...document.querySelectorAll('figure')].map((one) => [one.innerText.split('\\n')[0], one.querySelectorAll('.alarm-mark').length])")
    assert [number for name, number in marks if name.startswith("fireworks")] == [2]
    assert sum(number for _, number in marks) == 2


def test_each_plot_has_its_band_gate_and_floor(page, console):
    open_page(page, console)
    figures = page.evaluate("[...document.querySelectorAll('figure')].map((one) => ['path.area', 'path.line', 'line.gate', 'line.floor'].map((name) => one.querySelectorAll(name).length))")
    assert figures == [[1, 1, 1, 1]] * 3
    assert page.evaluate("[...document.querySelectorAll('figure svg')].every((one) => one.getAttribute('aria-label').includes('informative comparison'))")
    inside = """[...document.querySelectorAll('figure svg')].every((plot) => [...plot.querySelectorAll('path, circle, line')].every((one) => {
      const [box, all] = [one.getBoundingClientRect(), plot.getBoundingClientRect()];
      return box.left >= all.left - 1 && box.right <= all.right + 1 && box.top >= all.top - 1 && box.bottom <= all.bottom + 1; }))"""
    assert page.evaluate(inside)


def test_a_disagreement_leads_to_the_exchange_and_both_answers(page, console):
    open_page(page, console)
    page.evaluate("document.querySelector('table.vendors a[href*=\"cell=fp\"]').focus()")
    page.press("Enter")
    page.until("document.querySelectorAll('table.list tbody tr').length >= 50")
    assert page.evaluate("[...document.querySelectorAll('table.list tbody tr')].every((row) => row.innerText.includes('only the'))")
    page.click("input[name=tp]")
    page.until("document.querySelector('input[name=tp]')?.checked && document.querySelector('a.row-link')")
    page.press("j")
    page.press("Enter")
    page.until("document.querySelector('section.comparison')")
    text = page.text("section.comparison")
    for words in ["Compared with moonshot", "Both called tools.", "calls differ", "prompt tokens: +6", "/days", "3 differences", "nothing there"]:
        assert words in text, words
    assert SCRIPT.split(">")[0] in text and page.evaluate("document.title") != "owned"
    assert page.text("main p a").startswith("← Comparisons")


def test_keys_lead_there_and_the_range_changes(page, console):
    show(page, console, "#/")
    page.press("f")
    page.until("location.hash === '#/fidelity' && document.querySelectorAll('table.vendors tbody tr').length === 3")
    page.evaluate("const box = document.querySelector('#range'); box.value = '1d'; box.dispatchEvent(new Event('change'))")
    page.until("location.hash.includes('range=1d')")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_can_be_read(page, console, theme, width):
    page.resize(width, 850)
    open_page(page, console)
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), "nothing sticks out"


def test_without_comparisons_it_says_what_to_do(browser, tmp_path):
    from conftest import Console

    console = Console()
    try:
        show(browser, console, "#/fidelity")
        browser.until("document.querySelector('main .notice')")
        assert "Nothing is compared in this range." in browser.text() and "reference:" in browser.text()
    finally:
        assert console.stop() == 0
