#include "report/svg_chart.h"

namespace rn {

std::string_view chart_css() {
  // Light is the default and what is printed; the dark colours are the same hues, lighter.
  return R"css(
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2126; --faint: #5c6670; --line: #dfe3e7; --wash: #f5f7f8;
  --accent: #0072b2; --on-accent: #ffffff;
  --p1: #d55e00; --p2: #009e73; --p3: #b85c95; --p4: #c98a00; --p5: #3f9bd1; --p6: #6b5fb5;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --ink: #e4e7ea; --faint: #99a3ad; --line: #2f363d; --wash: #1c2025;
    --accent: #56b4e9; --on-accent: #0b1116;
    --p1: #f0803c; --p2: #2fc29a; --p3: #e09cc4; --p4: #e6b03c; --p5: #8acbf0; --p6: #a79cf0;
  }
}
.chart { display: block; max-width: 100%; height: auto; overflow: visible; }
.chart text { font-size: 12px; fill: var(--faint); font-variant-numeric: tabular-nums; }
.chart text.ink { fill: var(--ink); }
.chart text.over { paint-order: stroke; stroke: var(--paper); stroke-width: 4px;
  stroke-linejoin: round; }
.chart text.on { fill: var(--on-accent); }
.chart text.small { font-size: 11px; }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.chart .axis { stroke: var(--faint); stroke-width: 1; }
.chart .mark { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 3 3; }
.chart .frame { stroke: var(--line); stroke-width: 1; }
.chart path, .key path { fill: none; stroke-linejoin: round; stroke-linecap: butt; }
.w0 { stroke-width: 1; stroke-opacity: .35; } .w1 { stroke-width: 1.8; } .w2 { stroke-width: 3; }
.chart .w0:hover { stroke-opacity: 1; stroke-width: 2.5; }
.d1 { stroke-dasharray: 7 3; } .d2 { stroke-dasharray: 2 2.5; }
.d3 { stroke-dasharray: 9 3 2 3; } .d4 { stroke-dasharray: 4 2; }
.d5 { stroke-dasharray: 16 4; } .d6 { stroke-dasharray: 12 3 2 3 2 3; }
.s0 { stroke: var(--accent); } .s1 { stroke: var(--p1); } .s2 { stroke: var(--p2); }
.s3 { stroke: var(--p3); } .s4 { stroke: var(--p4); } .s5 { stroke: var(--p5); }
.s6 { stroke: var(--p6); } .sn { stroke: var(--faint); }
.f0 { fill: var(--accent); } .f1 { fill: var(--p1); } .f2 { fill: var(--p2); }
.f3 { fill: var(--p3); } .f4 { fill: var(--p4); } .f5 { fill: var(--p5); }
.f6 { fill: var(--p6); } .fn { fill: var(--faint); }
.chart .column { fill-opacity: .8; }
.chart .hollow { fill: var(--paper); }
.chart .hatched { fill: var(--paper); stroke: var(--faint); stroke-width: 1; }
.chart path.hatch { stroke: var(--faint); stroke-width: 1; pointer-events: none; }
.legend { list-style: none; margin: .4rem 0 0; padding: 0; display: flex; flex-wrap: wrap;
  gap: .1rem 1.1rem; font-size: .82rem; color: var(--faint); }
.key { width: 44px; height: 10px; vertical-align: middle; }
)css";
}

}  // namespace rn
