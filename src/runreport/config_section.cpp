#include <fmt/format.h>

#include "report/html.h"
#include "report/page_text.h"
#include "runreport/sections.h"

namespace rn::page::run {

std::string config_section(const RunReportInput& input) {
  if (input.config.empty()) return {};
  return section("config", "The resolved config",
                 "All settings of this run, defaults included; config.json in its folder holds "
                 "the same, and can be trained with again.",
                 folded("Show it", fmt::format("<pre class=\"config\">{}</pre>\n",
                                               html_escape(input.config))));
}

}  // namespace rn::page::run
