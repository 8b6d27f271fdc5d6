import { FIGURE_STYLE, PALETTE, paletteProperties } from './figure-style';

/** Style of a page. */
export const STYLE = `
:root { color-scheme: light dark; ${paletteProperties(PALETTE.light)} }
@media (prefers-color-scheme: dark) { :root { ${paletteProperties(PALETTE.dark)} } }
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
.panels { display: grid; gap: 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 34rem), 1fr)); }
.row { display: grid; grid-template-columns: 11rem 1fr 10.5rem; gap: .75rem; align-items: center; min-height: 1.6rem; }
.row .name { font-size: .9rem; } .num { font-variant-numeric: tabular-nums; font-size: .85rem; color: var(--soft); }
.group { margin: .6rem 0 0; font-weight: 600; font-size: .9rem; }
.charts { display: grid; gap: 1.5rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
${FIGURE_STYLE}.drawings { display: flex; flex-wrap: wrap; gap: 2rem 2.5rem; align-items: flex-start; }
.drawn { min-width: 0; max-width: 100%; } .drawn table, .plain { min-width: 0; } .drawn .scroll svg { display: block; } .drawn .note { max-width: 40rem; }
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
.planes { display: grid; grid-template-columns: 1fr 1fr; gap: 3px; } .planes .axial { grid-column: 1 / -1; }
.case canvas { width: 100%; aspect-ratio: 1; background: #000; display: block; cursor: crosshair; touch-action: pan-y; }
.study { display: grid; gap: 1.5rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 34rem), 1fr)); }
.studied { display: grid; gap: 1rem; grid-template-columns: minmax(8rem, 13rem) minmax(0, 1fr); align-items: start; break-inside: avoid; }
.studied .answers th:first-child { width: 34%; } .studied h3 { margin-top: 0; } .studied img { width: 100%; aspect-ratio: 1; background: #000; display: block; }
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
  .studied { grid-template-columns: 1fr; } .studied img { max-width: 14rem; }
  th, td { padding: .35rem .5rem; } th:first-child { min-width: 8.5rem; }
  dl { grid-template-columns: 1fr; } dt { margin-top: .35rem; }
}
@media print { nav, .filters, .controls, .list { display: none; } pre { max-height: none; } .scroll { overflow: visible; } }
`;
