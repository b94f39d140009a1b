#include "report/page_frame.h"

namespace rn::page {

std::string_view page_css() {
  return R"css(
* { box-sizing: border-box; }
html { background: var(--paper); -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 1000px; color: var(--ink);
  background: var(--paper); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto,
  "Noto Sans", Ubuntu, Cantarell, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 650; margin: 0 0 1.2rem;
  overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.25; font-weight: 650; margin: 0 0 .3rem; }
h3 { font-size: 1rem; font-weight: 650; margin: 1.8rem 0 .6rem; }
section { margin-top: 2.6rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: .15em; }
.lead { margin: 0 0 1.2rem; max-width: 46rem; }
.note { color: var(--faint); font-size: .85rem; max-width: 46rem; margin: .8rem 0 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
  gap: .5rem 1.5rem; margin: 0 0 1.6rem; }
.facts .file { grid-column: 1 / -1; display: flex; gap: .2rem .8rem; flex-wrap: wrap; }
.facts .file dt { min-width: 6.5rem; padding-top: .17rem; }
.facts dt { color: var(--faint); font-size: .8rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 1px;
  background: var(--line); border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
.tile { background: var(--paper); padding: .8rem 1rem; display: flex; flex-direction: column; }
.tile .name { font-size: .85rem; color: var(--faint); }
.tile .value { font-size: 2.1rem; line-height: 1.2; font-weight: 600;
  font-variant-numeric: tabular-nums; }
.tile:first-child .value { color: var(--accent); }
.tile .note { margin: 0; font-size: .8rem; }
.findings { margin: 1.2rem 0 0; padding-left: 1.1rem; max-width: 48rem; }
.findings li { margin: .25rem 0; }
.more { font-size: .8rem; white-space: nowrap; }
nav { margin: 1.4rem 0 0; font-size: .88rem; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem;
  font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .28rem .55rem; border-bottom: 1px solid var(--line);
  vertical-align: baseline; }
th { font-weight: 500; }
th:first-child, td:first-child { padding-left: 0; }
thead th { color: var(--faint); font-size: .8rem; font-weight: 500; background: var(--paper);
  border-bottom-color: var(--faint); vertical-align: bottom; }
tfoot th, tfoot td { border-bottom: 0; border-top: 1px solid var(--faint); font-weight: 600; }
.n { text-align: right; white-space: nowrap; }
td.bar { width: 5.5rem; min-width: 3.5rem; padding-right: 0; }
.plain td.bar { width: 9rem; padding-right: .8rem; }
td.wide-bar { width: 9rem; min-width: 6rem; }
td.text { color: var(--faint); font-size: .86rem; min-width: 15rem; }
td.text em { font-style: normal; color: var(--ink); }
.plain th[scope=row] { white-space: nowrap; font-weight: 600; }
tr.gap th, tr.gap td { border-top: 1px solid var(--faint); }
tbody.gap tr:first-child > * { border-top: 2px solid var(--line); }
.narrow { width: auto; margin-top: 1.2rem; }
.tag { color: var(--faint); font-size: .78rem; font-weight: 400; }
.mini { display: block; width: 100%; height: .62rem; overflow: visible; }
.few .mini rect { fill: none; stroke: var(--faint); stroke-width: 1.5px;
  vector-effect: non-scaling-stroke; }
.wide { overflow-x: auto; }
.sort { min-width: 46rem; }
.sort th[scope=row] { min-width: 7rem; }
th [role=button] { cursor: pointer; }
th [role=button]:hover { color: var(--ink); text-decoration: underline; }
th[aria-sort] [role=button] { color: var(--ink); font-weight: 650; }
th[aria-sort=descending] [role=button]::after { content: " ↓"; }
th[aria-sort=ascending] [role=button]::after { content: " ↑"; }
figure { margin: 0; min-width: 0; }
.chart-name { margin: 0 0 .2rem; font-size: .88rem; font-weight: 600; }
figcaption { color: var(--faint); font-size: .82rem; line-height: 1.4; margin-top: .35rem;
  overflow-wrap: anywhere; }
figure + figure { margin-top: 1.4rem; }
.grid { display: grid; gap: 1.5rem 2rem; align-items: start; }
.grid figure + figure { margin-top: 0; }
.g2 { grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
.g3 { grid-template-columns: repeat(auto-fill, minmax(min(100%, 17.5rem), 1fr)); gap: 1.5rem 1rem; }
.g4 { grid-template-columns: repeat(auto-fill, minmax(min(100%, 14rem), 1fr)); gap: 1.2rem 1rem; }
details { margin-top: 1rem; }
summary { cursor: pointer; color: var(--accent); font-size: .88rem; }
.shot { display: block; width: 100%; height: auto; max-height: 22rem; background: var(--wash);
  border-radius: 3px; overflow: hidden; }
.wide + .grid { margin-top: 1.5rem; }
.grid + .grid { margin-top: 1.2rem; }
.boxes .wrong { stroke-dasharray: 5 4; }
.config { margin: .6rem 0 0; padding: .8rem 1rem; overflow-x: auto; background: var(--wash);
  border-radius: 4px; font: .8rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
.kind { width: 40px; height: 20px; vertical-align: middle; background: #6a6f74;
  border-radius: 3px; print-color-adjust: exact; }
.boxes rect { fill: none; pointer-events: all; vector-effect: non-scaling-stroke; }
.boxes .halo { stroke: #000; stroke-opacity: .45; stroke-width: 4.5px; }
.boxes .found, .boxes .truth { stroke-width: 2px; }
.boxes .k-cls { stroke: #ff8a3d; }
.boxes .k-loc { stroke: #ffd83d; stroke-dasharray: 13 3; }
.boxes .k-both { stroke: #ff9bd6; stroke-dasharray: 9 3 2 3; }
.boxes .k-dupe { stroke: #9fd2ff; stroke-dasharray: 2 2.5; }
.boxes .k-bkg { stroke: #ff6b61; stroke-width: 4px; }
.boxes .truth { stroke: #6fe3c0; stroke-dasharray: 5 5; }
.shot text { fill: #fff; stroke: #000; stroke-width: .22em; stroke-linejoin: round;
  paint-order: stroke; font-weight: 600; }
.shot .truth-label { fill: #a9f2da; }
.values { position: absolute; z-index: 9; pointer-events: none; background: var(--paper);
  border: 1px solid var(--line); border-radius: 4px; padding: .3rem .55rem; font-size: .8rem;
  line-height: 1.45; max-width: 20rem; box-shadow: 0 2px 8px rgb(0 0 0 / .18);
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.values .key { width: 26px; }
footer { margin-top: 3rem; color: var(--faint); font-size: .8rem; }
@media screen {
  .tall { max-height: 44rem; overflow: auto; }
  .tall thead th { position: sticky; top: 0; z-index: 1; }
  .tall tfoot th, .tall tfoot td { position: sticky; bottom: 0; background: var(--paper);
    box-shadow: 0 -1px var(--faint); }
}
@media (max-width: 40rem) {
  .plain .bar { display: none; }
  .plain td.text { min-width: 11rem; }
  .errors, .errors thead, .errors tbody { display: block; }
  .errors tr { display: grid; grid-template-columns: 1fr 4rem 4rem; padding: .3rem 0;
    border-bottom: 1px solid var(--line); }
  .errors th, .errors td { border: 0; padding: .1rem 0; }
  .errors td.text, .errors th:last-child { grid-column: 1 / -1; min-width: 0; }
  .matrix .chart { max-width: none; }
  .sort td.bar { width: 2rem; min-width: 2rem; padding-left: .3rem; }
  .sort th, .sort td { padding-right: .35rem; }
}
@media print {
  @page { margin: 15mm 13mm; }
  :root { color-scheme: light; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  tfoot { display: table-row-group; }
  nav, .more, details:not([open]) { display: none; }
  section { margin-top: 1.6rem; padding-top: 1rem; }
  h2, h3, .lead { break-after: avoid; }
  figure, tr, p, .tiles, .legend, .plain { break-inside: avoid; }
  .wide { overflow: visible; }
  .sort { min-width: 0; font-size: 8pt; }
  .sort th, .sort td { padding: .2rem .35rem; }
  td.bar { width: 3rem; }
  .g2 { grid-template-columns: 1fr 1fr; }
  .g3 { grid-template-columns: 1fr 1fr 1fr; }
  .g4 { grid-template-columns: 1fr 1fr 1fr; }
  .grid { gap: 1rem; }
}
)css";
}

}  // namespace rn::page
