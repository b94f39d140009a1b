#include "core/files.h"
#include "core/json.h"
#include "evalreport/eval_report.h"

namespace rn {

void write_eval_report(const std::filesystem::path& folder, const EvalReportInput& input) {
  make_writable_folder(folder, "--report");
  write_file_atomically(folder / "eval.html", eval_page(input));
  write_file_atomically(folder / "eval.json", json_text(eval_json(input)) + "\n");
}

}  // namespace rn
