// SPDX-License-Identifier: Apache-2.0

/// The look of every page of figures: `belay compare --html` and `belay report --format html`.
package enum PageStyle {
  /// Light and dark follow the reader's system. Colours carry a meaning, and never alone: each has its word or figure beside it.
  package static let css = """

    :root { color-scheme: light dark; --page:#f7f7f4; --card:#fff; --ink:#1a1a19; --soft:#5d5c57; --line:#e4e3dd; --grid:#ecebe6;
      --blue:#2a6fc9; --good:#1b7f4d; --bad:#c03a2b; --open:#8a6a00; --calls:#2a6fc9; --stop:#a9b7c6; --other:#d99a1c; --failed:#c03a2b; }
    @media (prefers-color-scheme: dark) { :root { --page:#141413; --card:#1e1e1c; --ink:#f1f0ea; --soft:#a8a69d; --line:#33322f; --grid:#2a2926;
      --blue:#6aa6f0; --good:#4fbf86; --bad:#f0786a; --open:#e0b84a; --calls:#5c9aea; --stop:#5a6673; --other:#d9a441; --failed:#e2685a; } }
    * { box-sizing:border-box } body { margin:0; background:var(--page); color:var(--ink);
      font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif }
    main { max-width:1080px; margin:0 auto; padding:40px 20px 60px }
    h1 { font-size:28px; line-height:1.2; margin:0 0 6px; letter-spacing:-.01em } h2 { font-size:18px; margin:0 }
    .sub { color:var(--soft); margin:0 0 24px } .note { color:var(--soft); margin:2px 0 14px; font-size:14px }
    section { background:var(--card); border:1px solid var(--line); border-radius:12px; padding:20px 22px; margin:0 0 16px }
    .tiles { display:grid; grid-template-columns:repeat(auto-fit,minmax(200px,1fr)); gap:16px; padding:0; border:0; background:none }
    .tile { background:var(--card); border:1px solid var(--line); border-radius:12px; padding:16px 20px; display:flex; flex-direction:column }
    .tile span,.tile small { color:var(--soft); font-size:13px; overflow-wrap:anywhere } .tile b { font-size:24px; line-height:1.35; font-weight:650 }
    .row { display:grid; grid-template-columns:minmax(90px,190px) 1fr 92px; gap:14px; align-items:center; min-height:30px }
    .name { overflow:hidden; text-overflow:ellipsis; white-space:nowrap } .figure { text-align:right; font-variant-numeric:tabular-nums; font-weight:600; white-space:nowrap }
    svg { display:block; overflow:visible } .grid { stroke:var(--grid) } .tick { fill:var(--soft); font-size:12px }
    .gate { stroke:var(--ink); stroke-width:1.5 } .floor { stroke:var(--soft); stroke-width:1.5; stroke-dasharray:2 3 }
    .whisker { stroke-width:4; stroke-linecap:round; opacity:.45 } .thin { stroke:var(--blue); stroke-width:1.5; opacity:.6 }
    .faint { stroke:var(--blue); stroke-width:4; stroke-linecap:round; opacity:.22 } .path { stroke:var(--blue); stroke-width:2 }
    line.good { stroke:var(--good) } line.bad { stroke:var(--bad) } line.open { stroke:var(--open) } line.plain { stroke:var(--blue) }
    .dot { stroke:var(--card); stroke-width:2; paint-order:stroke } circle.good { fill:var(--good) } circle.bad { fill:var(--bad) }
    circle.open { fill:var(--open) } circle.plain { fill:var(--blue) }
    .figure.good,.pill.good { color:var(--good) } .figure.bad,.pill.bad { color:var(--bad) } .figure.open,.pill.open { color:var(--open) }
    rect { stroke:var(--card); stroke-width:2 } rect.calls { fill:var(--calls) } rect.stop { fill:var(--stop) } rect.other { fill:var(--other) } rect.failed { fill:var(--failed) }
    .legend { display:flex; flex-wrap:wrap; gap:4px 18px; margin:0 0 8px; font-size:13px; color:var(--soft) }
    .legend i { display:inline-block; width:11px; height:11px; border-radius:3px; margin-right:6px }
    i.calls { background:var(--calls) } i.stop { background:var(--stop) } i.other { background:var(--other) } i.failed { background:var(--failed) }
    .scroll { overflow-x:auto } table { border-collapse:collapse; width:100%; font-size:14px; font-variant-numeric:tabular-nums }
    th { text-align:right; font-weight:500; color:var(--soft); font-size:13px } td { text-align:right; border-top:1px solid var(--line) }
    th,td { padding:7px; white-space:nowrap } th:nth-child(-n+2),td:nth-child(-n+2) { text-align:left } th:first-child,td:first-child { padding-left:0 }
    .heat { width:auto; min-width:100% } .heat th,.heat td { padding:5px 8px; text-align:center } .heat td:first-child { text-align:left; font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace }
    .heat td:first-child { position:sticky; left:0; background:var(--card); padding-right:14px } .heat th:nth-child(2) { text-align:center } .heat .zero,.heat .unknown { color:var(--soft) }
    .heat.many th { height:1px; vertical-align:bottom; padding:4px 2px } .heat.many th span { writing-mode:vertical-rl; transform:rotate(180deg); max-height:150px; overflow:hidden; text-overflow:ellipsis }
    .heat.many td { padding:5px 4px } .heat.many td:first-child { padding:5px 12px 5px 9px }
    td.fatal { --tint:var(--bad) } td.degrade { --tint:var(--other) } td.info { --tint:var(--blue) } i.fatal { background:var(--bad) } i.degrade { background:var(--other) } i.info { background:var(--blue) }
    td.h1 { background:color-mix(in srgb,var(--tint) 8%,transparent) } td.h2 { background:color-mix(in srgb,var(--tint) 16%,transparent) } td.h3 { background:color-mix(in srgb,var(--tint) 28%,transparent) }
    td.h4 { background:color-mix(in srgb,var(--tint) 42%,transparent) } td.h5 { background:color-mix(in srgb,var(--tint) 58%,transparent) } .heat td:first-child { border-left:3px solid var(--tint); padding-left:9px }
    .pill { font-weight:600 } code { font:13px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace } footer { color:var(--soft); font-size:13px; padding:8px 2px }
    td small { color:var(--soft) } .empty { text-align:center; padding:48px 22px } .empty code { display:block; margin:8px 0; overflow-x:auto; white-space:nowrap }
    @media (max-width:560px) { main { padding:24px 12px 40px } section { padding:16px 14px } .tiles { padding:0 } h1 { font-size:23px }
      .row { grid-template-columns:1fr auto; gap:0 10px; margin-bottom:8px } .row svg { grid-column:1/-1; grid-row:2 } .axis span { display:none } }

    """
}
