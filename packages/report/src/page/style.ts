/**
 * Style of a page. Colours of lines and marks are those of Okabe and Ito, which colour-blind readers tell apart,
 * darkened for light paper and lightened for dark: text at least 4.5 to 1, lines and marks at least 3 to 1.
 */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --raised: #f5f7f9; --ink: #1b2228; --soft: #515c66; --rule: #d5dbe1;
  --accent: #00588f; --warm: #a34400; --c0: #0072b2; --c1: #b8500b; --c2: #00795a; --c3: #a8407c; --c4: #3d3d3d;
  --c5: #8a6d00; --c6: #2f86b5; --c7: #6b4fa0; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181c; --raised: #1d2329; --ink: #e8ecef; --soft: #a9b4be; --rule: #39434d;
    --accent: #6cb8ee; --warm: #f0a15e; --c0: #56b4e9; --c1: #f0a15e; --c2: #35c79b; --c3: #e58fc0; --c4: #d4d4d4;
    --c5: #e6cf4a; --c6: #8fd0f5; --c7: #b9a3ea; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.75rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 1.5rem 0 .35rem; }
p, ul, dl { margin: .5rem 0; }
a { color: var(--accent); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }
.question { font-size: 1.1rem; max-width: 52rem; }
.varied { color: var(--soft); padding-left: 1.1rem; }
.note, .n { color: var(--soft); font-size: .85rem; font-weight: 400; }
.note { max-width: 62rem; }
.failure { border-left: 4px solid var(--warm); padding-left: .75rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; min-width: 30rem; }
th, td { padding: .4rem .8rem; text-align: right; vertical-align: top; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th:first-child { text-align: left; padding-left: 0; font-weight: 600; white-space: normal; min-width: 10rem; }
thead th { vertical-align: bottom; border-bottom: 2px solid var(--ink); }
tr.baseline th, tr.baseline td { background: var(--raised); }
.delta { color: var(--soft); font-size: .85rem; } .delta.sure { color: var(--accent); font-weight: 600; }
details { margin: .75rem 0; } summary { cursor: pointer; font-weight: 600; padding: .35rem 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
figure { margin: 0; } figcaption { font-weight: 600; margin-bottom: .25rem; }
svg text { fill: var(--soft); font-size: 12px; font-family: inherit; }
.panels { display: grid; gap: 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 34rem), 1fr)); }
.row { display: grid; grid-template-columns: 11rem 1fr 10.5rem; gap: .75rem; align-items: center; min-height: 1.6rem; }
.row .name { font-size: .9rem; } .num { font-variant-numeric: tabular-nums; font-size: .85rem; color: var(--soft); }
.group { margin: .6rem 0 0; font-weight: 600; font-size: .9rem; }
.strip { display: block; overflow: visible; }
.zero { stroke: var(--soft); stroke-dasharray: 2 3; } .interval { stroke: var(--accent); stroke-width: 2.5; }
.mark { stroke: var(--accent); stroke-width: 2; } .mark.sure { fill: var(--accent); } .mark.open { fill: var(--paper); }
.seed { fill: var(--warm); }
.charts { display: grid; gap: 1.5rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.plot { display: block; } .grid { stroke: var(--rule); }
.line { fill: none; stroke-width: 1.75; vector-effect: non-scaling-stroke; } .d1 { stroke-dasharray: 6 4; } .d2 { stroke-dasharray: 2 3; }
.c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); } .c3 { stroke: var(--c3); }
.c4 { stroke: var(--c4); } .c5 { stroke: var(--c5); } .c6 { stroke: var(--c6); } .c7 { stroke: var(--c7); }
.legend { list-style: none; padding: 0; font-size: .85rem; display: flex; flex-wrap: wrap; gap: .1rem 1rem; }
.swatch { vertical-align: middle; }
.facts { display: grid; gap: 0 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; } dt { color: var(--soft); } dd { margin: 0; }
pre { background: var(--raised); padding: 1rem; overflow: auto; max-height: 30rem; font-size: .85rem; }
.browser { display: grid; gap: 1rem 1.5rem; grid-template-columns: minmax(15rem, 22rem) minmax(0, 1fr); }
.filters { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; }
.field, .controls label { font-size: .85rem; color: var(--soft); display: grid; gap: .15rem; }
select, button, input[type=range] { font: inherit; color: inherit; }
select, button { background: var(--raised); border: 1px solid var(--soft); border-radius: 4px; padding: .3rem .5rem; max-width: 100%; }
.list { max-height: 36rem; overflow-y: auto; margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--rule); }
.list button { display: block; width: 100%; text-align: left; border: 0; border-bottom: 1px solid var(--rule); border-radius: 0; background: none; padding: .45rem .5rem; }
.list button:focus-visible { outline-offset: -3px; }
.list button[aria-current=true] { background: var(--raised); border-left: 4px solid var(--accent); }
.case { display: grid; gap: 1rem 1.5rem; grid-template-columns: minmax(14rem, 24rem) minmax(0, 1fr); align-items: start; }
.case h3 { margin-top: 0; }
.case canvas { width: 100%; aspect-ratio: 1; background: #000; display: block; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin-top: .5rem; }
.field { max-width: 100%; } .field label { font-size: inherit; }
.controls .tick { display: flex; gap: .4rem; align-items: center; color: var(--ink); }
.controls .wide { flex: 1 1 100%; } .controls input[type=range] { width: 100%; }
.answers { width: 100%; min-width: 0; table-layout: fixed; } .answers td { text-align: left; white-space: normal; }
.answers th:first-child { min-width: 0; width: 42%; } .answers .verdict { width: 6rem; }
.right { color: var(--c2); } .wrong { color: var(--warm); }
footer { padding-top: 2rem; padding-bottom: 3rem; }
[hidden] { display: none !important; }
@media (max-width: 60rem) { .browser, .case { grid-template-columns: 1fr; } .list { max-height: 14rem; } }
@media (max-width: 40rem) {
  header, main, footer { padding-left: 1rem; padding-right: 1rem; }
  .row { grid-template-columns: 1fr auto; gap: 0 .75rem; } .row .strip { grid-column: 1 / -1; grid-row: 2; } .row.axis > span { display: none; }
  th, td { padding: .35rem .5rem; } th:first-child { min-width: 8.5rem; }
  dl { grid-template-columns: 1fr; } dt { margin-top: .35rem; }
}
@media print { nav, .filters, .controls, .list { display: none; } pre { max-height: none; } .scroll { overflow: visible; } }
`;
