#include "model/model_file.h"

#include <set>
#include <utility>

#include "core/config_io.h"
#include "core/error.h"
#include "model/safetensors.h"

namespace rn {
namespace {

constexpr const char* kFormat = "retinanet.cpp";
constexpr const char* kVersion = "1";

Json categories_to_json(const std::vector<Category>& categories) {
  Json list = Json::array();
  for (const auto& [id, name] : categories) list.push_back({{"id", id}, {"name", name}});
  return list;
}

Json parse_entry_json(const std::string& source, const char* key, const std::string& text) {
  Json value = parse_json(text);
  if (value.is_discarded()) {
    fail("{}: metadata entry {} is not JSON; the file is damaged", source, key);
  }
  return value;
}

std::vector<Category> categories_from_json(const std::string& source, const Json& list) {
  std::vector<Category> categories;
  std::set<int64_t> ids;
  for (const Json& item : list) {
    if (!item.is_object() || !item.contains("id") || !item["id"].is_number_integer() ||
        !item.contains("name") || !item["name"].is_string()) {
      fail("{}: metadata entry categories: expected a list of {{id, name}}; the file is damaged",
           source);
    }
    categories.push_back({item["id"].get<int64_t>(), item["name"].get<std::string>()});
    if (!ids.insert(categories.back().id).second) {
      fail("{}: metadata entry categories: id {} stands twice", source, categories.back().id);
    }
  }
  if (categories.empty()) fail("{}: metadata entry categories: no classes", source);
  return categories;
}

/// Takes the entries that are this file's own out of `metadata`, the rest stays for the callers.
ModelFile describe(const std::string& source, std::map<std::string, std::string> metadata) {
  const auto take = [&](const char* key) {
    const auto node = metadata.extract(key);
    return node ? node.mapped() : std::string();
  };
  if (const std::string format = take("format"); format != kFormat) {
    fail(
        "{}: no model file of this program (its metadata has format \"{}\", expected \"{}\"); make "
        "one with `retinanet train` or `retinanet import`",
        source, format, kFormat);
  }
  if (const std::string version = take("version"); version != kVersion) {
    fail("{}: model file version \"{}\", this program reads \"{}\"; use the program that wrote it",
         source, version, kVersion);
  }
  ModelFile file;
  from_json({source, "model"}, parse_entry_json(source, "model", take("model")), file.config);
  check(file.config, source);
  file.categories =
      categories_from_json(source, parse_entry_json(source, "categories", take("categories")));
  file.metadata = std::move(metadata);
  return file;
}

/// The tensors that grow with the config's numbers must be in the file, so that a damaged config
/// can't ask for memory that the file has no weights for.
void check_sizes(const std::string& source, const ModelFile& file, const TensorFile& tensors) {
  const auto check = [&](const std::string& name, const std::vector<int64_t>& shape) {
    const auto it = tensors.tensors.find(name);
    if (it != tensors.tensors.end() && it->second.sizes() == torch::IntArrayRef(shape)) return;
    fail(
        "{}: tensor {}: found {}, expected shape [{}] after the file's own model config and its {} "
        "classes; the file is damaged",
        source, name,
        it == tensors.tensors.end() ? "none"
                                    : fmt::format("[{}]", fmt::join(it->second.sizes(), ", ")),
        fmt::join(shape, ", "), file.categories.size());
  };
  const int64_t channels = file.config.fpn.channels;
  const int64_t last_conv = file.config.head.num_convs - 1;
  const int64_t anchors = AnchorGenerator(file.config.anchors).num_anchors();
  const auto classes = static_cast<int64_t>(file.categories.size());
  check("head.classification_head.cls_logits.weight", {anchors * classes, channels, 3, 3});
  if (last_conv >= 0) {
    check(fmt::format("head.classification_head.conv.{}.0.weight", last_conv),
          {channels, channels, 3, 3});
  }
}

}  // namespace

void save_model(const std::filesystem::path& path, const RetinaNet& model, const ModelFile& file) {
  RN_CHECK(model->num_classes() == static_cast<int64_t>(file.categories.size()),
           "{} classes, {} categories", model->num_classes(), file.categories.size());
  save_model(path, state_dict(*model), file);
}

void save_model(const std::filesystem::path& path, const StateDict& weights,
                const ModelFile& file) {
  TensorFile out{weights, file.metadata};
  out.metadata["format"] = kFormat;
  out.metadata["version"] = kVersion;
  out.metadata["model"] = json_text(to_json(file.config));
  out.metadata["categories"] = json_text(categories_to_json(file.categories));
  write_safetensors(path, out);
}

bool is_model_file(const std::map<std::string, std::string>& metadata) {
  const auto format = metadata.find("format");
  return format != metadata.end() && format->second == kFormat;
}

LoadedModel load_model(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  if (ending == ".pth" || ending == ".pt" || ending == ".pkl") {
    fail("{}: holds weights of another system; make a model file of them with `retinanet import`",
         path.string());
  }
  TensorFile tensors = read_safetensors(path);
  ModelFile file = describe(path.string(), std::move(tensors.metadata));
  check_sizes(path.string(), file, tensors);
  RetinaNet model(file.config, static_cast<int64_t>(file.categories.size()));
  load_state_dict(*model, tensors.tensors, path.string(),
                  "the weights are not of the architecture that the file names; take another file "
                  "or mend its metadata");
  model->eval();
  return {std::move(model), std::move(file)};
}

}  // namespace rn
