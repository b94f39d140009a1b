#include "parity/coco_answers.h"

#include <fmt/ranges.h>
#include <zlib.h>

#include <bit>
#include <cstdlib>

#include "core/error.h"
#include "core/files.h"
#include "eval/report_text.h"

namespace rn::parity {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

bool same_bits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

double from_hex(const Json& text) {
  return std::strtod(text.get_ref<const std::string&>().c_str(), nullptr);
}

std::vector<double> read_array(const std::string& path, size_t count) {
  const std::string packed = read_file(path);
  std::vector<double> values(count);
  uLongf bytes = count * sizeof(double);
  const int status = ::uncompress(reinterpret_cast<Bytef*>(values.data()), &bytes,
                                  reinterpret_cast<const Bytef*>(packed.data()), packed.size());
  RN_CHECK(status == Z_OK && bytes == count * sizeof(double), "{}: {} bytes", path, bytes);
  return values;
}

/// The index of an element as numpy would write it.
std::string index_text(size_t element, const std::vector<int64_t>& shape) {
  std::vector<int64_t> index(shape.size());
  auto rest = static_cast<int64_t>(element);
  for (size_t i = shape.size(); i-- > 0; rest /= shape[i]) index[i] = rest % shape[i];
  return fmt::format("[{}]", fmt::join(index, ", "));
}

std::string difference(const std::string& name, double found, double expected) {
  if (same_bits(found, expected)) return {};
  return fmt::format("{}: found {} ({:a}), expected {} ({:a})\n", name, found, found, expected,
                     expected);
}

std::string array_difference(const std::string& name, const EvalArray& array,
                             const CocoAnswer& answer) {
  const auto shape = answer.json["shapes"][name].get<std::vector<int64_t>>();
  if (array.shape != shape) {
    return fmt::format("{}: shape [{}], expected [{}]\n", name, fmt::join(array.shape, ", "),
                       fmt::join(shape, ", "));
  }
  const auto expected = read_array(answer.arrays + "." + name, array.values.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    if (same_bits(array.values[i], expected[i])) continue;
    return difference(name + index_text(i, shape), array.values[i], expected[i]);
  }
  return {};
}

std::string category_differences(const EvaluationResult& result, const Json& expected) {
  const Json rows = to_json(result)["per_category"];
  if (rows.size() != expected.size()) {
    return fmt::format("{} categories, expected {}\n", rows.size(), expected.size());
  }
  std::string text;
  for (size_t k = 0; k < rows.size(); ++k) {
    for (const auto& [key, value] : expected[k].items()) {
      const std::string name = fmt::format("category {} {}", rows[k]["id"].dump(), key);
      const Json& found = rows[k][key];
      if (value.is_string()) {
        text += difference(name, found.get<double>(), from_hex(value));
      } else if (found != value) {
        text += fmt::format("{}: found {}, expected {}\n", name, found.dump(), value.dump());
      }
    }
  }
  return text;
}

}  // namespace

EvalOptions CocoAnswer::options() const {
  EvalOptions options;
  const Json& params = json["options"];
  if (params.contains("maxDets")) {
    options.max_detections = params["maxDets"].get<std::vector<int64_t>>();
  }
  options.class_agnostic = params.value("useCats", 1) == 0;
  return options;
}

CocoAnswers read_answers(const fs::path& folder) {
  const Json all = Json::parse(read_file(folder / "answers.json"));
  CocoAnswers read{all["versions"], {}};
  for (size_t c = 0; c < all["cases"].size(); ++c) {
    const std::string path = (folder / std::to_string(c)).string();
    const Json& evaluations = all["cases"][c]["evaluations"];
    for (size_t e = 0; e < evaluations.size(); ++e) {
      read.answers.push_back(
          {path + ".gt.json", path + ".dt.json", fmt::format("{}.{}", path, e), evaluations[e]});
    }
  }
  return read;
}

std::string differences(const EvaluationResult& result, const CocoAnswer& answer) {
  std::string text;
  for (size_t i = 0; i < CocoStats::kNames.size(); ++i) {
    text +=
        difference(CocoStats::kNames[i], result.stats.values[i], from_hex(answer.json["stats"][i]));
  }
  if (const auto expected = answer.json["summary"].get<std::string>();
      summary_text(result) != expected) {
    text += fmt::format("summary:\n{}expected:\n{}", summary_text(result), expected);
  }
  text += category_differences(result, answer.json["per_category"]);
  text += array_difference("precision", result.precision, answer);
  text += array_difference("recall", result.recall, answer);
  return text + array_difference("scores", result.scores, answer);
}

}  // namespace rn::parity
