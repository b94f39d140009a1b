#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <sstream>
#include <string>

#include "core/files.h"
#include "core/temporary_folder.h"

namespace rn {

/// The name of a Chromium on this machine; empty if there is none.
inline std::string browser_program() {
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    if (std::system(fmt::format("command -v {} >/dev/null 2>&1", name).c_str()) == 0) return name;
  }
  return {};
}

/// How a real browser shows a page.
struct Shown {
  double window = 0, content = 0;  ///< widths in CSS pixels; content beyond the window overflows
  int charts = 0, drawn = 0;       ///< <svg class="chart">, and those of them that take up room
  int with_lines = 0;              ///< charts whose values can be had under the pointer
  int with_values = 0;             ///< those of them that show values when one points at them
  std::string background, ink;     ///< computed colours: "rgb(255, 255, 255)"
  std::string problems;            ///< what the page or the browser's console complains of
};

namespace browser_detail {

/// Looks at the page from within, when it has been laid out, and tells the page around it.
inline constexpr const char* kProbe = R"js(<script>
window.addEventListener("load", function () {
  setTimeout(function () {
    function number(selector) { return document.querySelectorAll(selector).length; }
    const charts = Array.from(document.querySelectorAll("svg.chart"));
    const drawn = charts.filter(function (chart) {
      const box = chart.getBoundingClientRect();
      return box.width > 100 && box.height > 20 && chart.querySelectorAll("text").length > 0;
    });
    const lined = charts.filter(function (chart) { return chart.dataset.plane; });
    const valued = lined.filter(function (chart) {
      const box = chart.getBoundingClientRect();
      return [0.3, 0.5, 0.7, 0.9, 0.95].some(function (share) {
        chart.dispatchEvent(new PointerEvent("pointermove", {
          clientX: box.left + share * box.width, clientY: box.top + box.height / 2 }));
        const shown = number(".values b") > 0;
        chart.dispatchEvent(new PointerEvent("pointerleave"));
        return shown && number(".values") === 0;
      });
    });
    const style = getComputedStyle(document.body);
    parent.postMessage([
      "window=" + innerWidth, "content=" + document.documentElement.scrollWidth,
      "charts=" + charts.length, "drawn=" + drawn.length, "with_lines=" + lined.length,
      "with_values=" + valued.length, "background=" + style.backgroundColor, "ink=" + style.color,
    ].join("\n") + "\n", "*");
  }, 100);
});
</script>)js";

/// Headless windows have a least width; a frame has none.
inline std::string frame_page(int width) {
  return fmt::format(
      "<!DOCTYPE html><html><body style=\"margin:0\"><iframe src=\"page.html\" "
      "style=\"border:0;width:{}px;height:900px\"></iframe><script>"
      "addEventListener('message', function (event) {{"
      "const p = document.createElement('pre'); p.textContent = 'PROBE\\n' + event.data + 'END';"
      "document.body.appendChild(p); }});</script></body></html>",
      width);
}

}  // namespace browser_detail

/// @param page XHTML @param width of the window in CSS pixels
inline Shown show_in_browser(const std::string& page, int width, bool dark) {
  const TemporaryFolder folder;
  std::string probed = page;
  probed.insert(probed.rfind("</body>"), browser_detail::kProbe);
  write_file_atomically(folder / "page.html", probed);
  write_file_atomically(folder / "frame.html", browser_detail::frame_page(width));
  const std::string command = fmt::format(
      "timeout 100 {0} --headless --no-sandbox --disable-gpu --user-data-dir='{1}/profile' "
      "--blink-settings=preferredColorScheme={2} --window-size=1600,1000 "
      "--virtual-time-budget=5000 --enable-logging=stderr --dump-dom 'file://{1}/frame.html' "
      ">'{1}/dom' 2>'{1}/log'",
      browser_program(), folder.path().string(), dark ? 0 : 1);
  const int status = std::system(command.c_str());
  Shown shown;
  if (status != 0) shown.problems += fmt::format("the browser ended with {}\n", status);

  std::istringstream log(read_file(folder / "log"));
  for (std::string line; std::getline(log, line);) {
    if (line.find("CONSOLE") != std::string::npos) shown.problems += line + "\n";
  }
  const std::string dom = read_file(folder / "dom");
  const size_t start = dom.find("PROBE\n", dom.find("<pre>"));
  if (start == std::string::npos) {
    shown.problems += "the page was not shown\n";
    return shown;
  }
  std::map<std::string, std::string> values;
  std::istringstream lines(dom.substr(start, dom.find("END", start) - start));
  for (std::string line; std::getline(lines, line);) {
    const size_t equals = line.find('=');
    if (equals != std::string::npos) values[line.substr(0, equals)] = line.substr(equals + 1);
  }
  shown.window = std::stod(values.at("window"));
  shown.content = std::stod(values.at("content"));
  shown.charts = std::stoi(values.at("charts"));
  shown.drawn = std::stoi(values.at("drawn"));
  shown.with_lines = std::stoi(values.at("with_lines"));
  shown.with_values = std::stoi(values.at("with_values"));
  shown.background = values.at("background");
  shown.ink = values.at("ink");
  return shown;
}

}  // namespace rn
