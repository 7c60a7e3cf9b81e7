# SPDX-License-Identifier: Apache-2.0
"""The table and the plot of a run."""
import html


def table(rows, columns, figures):
    """rows: (title, key, format); figures: {peer: {key: value}}. Cells without a figure are dashes."""
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "--:|" * len(columns)]
    for title, key, form in rows:
        if not any(key in figures[name] for name in columns):
            continue
        cells = [form.format(figures[name][key]) if key in figures[name] else "–" for name in columns]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def plot(panels, columns, figures):
    """Horizontal bars, a panel for each of (title, key, format), as one SVG that follows the reader's colours."""
    width, bar, gap, label = 720, 18, 6, 120
    parts, y = [], 10
    for title, key, form in panels:
        shown = [(name, figures[name][key]) for name in columns if figures[name].get(key, 0) > 0]
        if not shown:
            continue
        most = max(value for _, value in shown)
        parts.append(f'<text x="10" y="{y + 14}" class="title">{html.escape(title)}</text>')
        y += 26
        for name, value in shown:
            length = max(1, (width - label - 120) * value / most)
            own = "own" if name in ("not inspected", "observe", "two loops", "enforce", "recording", "shadow") else "peer"
            parts.append(f'<text x="{label - 8}" y="{y + 13}" class="name">{html.escape(name)}</text>'
                         f'<rect x="{label}" y="{y}" width="{length:.1f}" height="{bar}" class="{own}"/>'
                         f'<text x="{label + length + 6:.1f}" y="{y + 13}">{html.escape(form.format(value))}</text>')
            y += bar + gap
        y += 14
    style = ("text{font:12px system-ui,sans-serif;fill:#333}.title{font-weight:600}.name{text-anchor:end}.own{fill:#2f6fde}.peer{fill:#9aa4b2}"
             "@media(prefers-color-scheme:dark){text{fill:#ddd}.peer{fill:#667}}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" role="img" aria-label="Belay beside its peers">'
            f"<style>{style}</style>{''.join(parts)}</svg>\n")
