#include "report/page_frame.h"

namespace rn::page {

std::string_view page_script() {
  // No "<" and no "&": it must be XML, too.
  return R"js(
document.querySelectorAll("table.sort").forEach(function (table) {
  var body = table.tBodies[0];
  table.querySelectorAll("th.sortable").forEach(function (head) {
    var button = document.createElement("span");
    button.setAttribute("role", "button");
    button.tabIndex = 0;
    button.textContent = head.textContent;
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("keydown", function (event) {
      if (event.key === "Enter") button.click();
    });
    button.addEventListener("click", function () {
      var numbers = head.classList.contains("n");
      var was = head.getAttribute("aria-sort");
      var down = was ? was === "ascending" : numbers;
      var column = head.cellIndex;
      function key(row) {
        var cell = row.cells[column];
        return numbers ? Number(cell.dataset.v) : cell.textContent.trim();
      }
      function order(a, b) {
        return numbers ? key(a) - key(b) : key(a).localeCompare(key(b));
      }
      Array.from(body.rows)
        .sort(function (a, b) { return down ? order(b, a) : order(a, b); })
        .forEach(function (row) { body.appendChild(row); });
      table.querySelectorAll("th[aria-sort]").forEach(function (other) {
        other.removeAttribute("aria-sort");
      });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
    });
  });
});
document.querySelectorAll("svg.chart[data-plane]").forEach(function (chart) {
  var plane = chart.dataset.plane.split(" ").map(Number);
  var lines = [];
  chart.querySelectorAll("path").forEach(function (path) {
    var title = path.querySelector("title");
    if (!title) return;
    var runs = path.getAttribute("d").split("M").slice(1).map(function (run) {
      return run.split("L").map(function (point) { return point.split(" ").map(Number); });
    });
    lines.push({ name: title.textContent, look: path.getAttribute("class"), runs: runs });
    title.remove();
  });
  if (lines.length === 0) return;
  var cross = document.createElementNS(chart.namespaceURI, "line");
  cross.setAttribute("class", "mark");
  var box = document.createElement("div");
  box.className = "values";
  function hide() { cross.remove(); box.remove(); }
  function digits(step) { return Math.max(0, Math.min(8, Math.ceil(-Math.log10(step)))); }
  function xText(x) {
    var span = plane[5] - plane[4];
    var value = plane[4] + (x - plane[0]) / (plane[1] - plane[0]) * span;
    if (chart.dataset.scale === "log2") return String(Number(Math.pow(2, value).toPrecision(3)));
    if (chart.dataset.scale === "logit") {
      var p = 1 / (1 + Math.exp(-value));
      return p.toFixed(digits(Math.min(p, 1 - p)) + 1);
    }
    return value.toFixed(digits(span / (plane[1] - plane[0])));
  }
  function yText(y) {
    var span = plane[7] - plane[6];
    var value = plane[7] - (y - plane[2]) / (plane[3] - plane[2]) * span;
    return value.toFixed(digits(span / (plane[3] - plane[2])));
  }
  function place(runs, x) {
    var found = null;
    runs.forEach(function (run) {
      run.forEach(function (b, i) {
        var a = run[Math.max(0, i - 1)];
        if (a[0] > x) return;
        if (x > b[0]) return;
        found = b[0] > a[0] ? a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]) : b[1];
      });
    });
    return found;
  }
  function snapped(x) {
    var nearest = x, distance = 8;
    lines.forEach(function (line) {
      line.runs.forEach(function (run) {
        run.forEach(function (point) {
          if (distance > Math.abs(point[0] - x)) {
            nearest = point[0];
            distance = Math.abs(point[0] - x);
          }
        });
      });
    });
    return nearest;
  }
  function row(line) {
    var item = document.createElement("div");
    var key = document.createElementNS(chart.namespaceURI, "svg");
    key.setAttribute("class", "key");
    key.setAttribute("viewBox", "0 0 44 10");
    var stroke = document.createElementNS(chart.namespaceURI, "path");
    stroke.setAttribute("class", line.look);
    stroke.setAttribute("d", "M0 5L44 5");
    key.appendChild(stroke);
    item.append(key, " ", line.name, " ");
    var value = document.createElement("b");
    value.textContent = yText(line.y);
    item.appendChild(value);
    return item;
  }
  function show(event) {
    var frame = chart.getBoundingClientRect();
    var scale = chart.viewBox.baseVal.width / frame.width;
    var at = snapped((event.clientX - frame.left) * scale);
    var height = (event.clientY - frame.top) * scale;
    if (plane[0] > at || at > plane[1]) return hide();
    var shown = lines.map(function (line) {
      return { name: line.name, look: line.look, y: place(line.runs, at) };
    }).filter(function (line) {
      if (line.y === null) return false;
      return line.look.indexOf("w0") === -1 || 6 > Math.abs(line.y - height);
    }).sort(function (a, b) { return a.y - b.y; }).slice(0, 12);
    if (shown.length === 0) return hide();
    [["x1", at], ["x2", at], ["y1", plane[2]], ["y2", plane[3]]].forEach(function (pair) {
      cross.setAttribute(pair[0], pair[1]);
    });
    chart.appendChild(cross);
    box.textContent = "";
    var head = document.createElement("div");
    head.textContent = (chart.dataset.x ? chart.dataset.x + " " : "") + xText(at);
    box.appendChild(head);
    shown.forEach(function (line) { box.appendChild(row(line)); });
    document.body.appendChild(box);
    var right = document.documentElement.clientWidth - box.offsetWidth - 8;
    var wanted = event.clientX + 14;
    if (wanted > right) wanted = event.clientX - box.offsetWidth - 14;
    box.style.left = Math.max(8, Math.min(right, wanted)) + window.scrollX + "px";
    box.style.top = event.clientY + window.scrollY + 14 + "px";
  }
  chart.addEventListener("pointermove", show);
  chart.addEventListener("pointerdown", show);
  chart.addEventListener("pointerleave", hide);
});
)js";
}

}  // namespace rn::page
