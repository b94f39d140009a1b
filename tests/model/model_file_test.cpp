#include "model/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files.h"
#include "model/safetensors.h"
#include "model/state_dict.h"
#include "model/test_models.h"

namespace rn {
namespace {

using ::testing::AllOf;
using testing::error_of;
using ::testing::HasSubstr;
using testing::make_model;
using testing::small_config;
using testing::TemporaryFile;

ModelFile example_file(Norm norm = Norm::kBatchNorm) {
  ModelFile file;
  file.config = small_config(norm);
  file.config.backbone.weights = "some/where.safetensors";
  file.categories = {{3, "cat"}, {90, "tooth \"brush\""}};
  file.metadata = {{"preprocess", R"({"short_side": 320})"}, {"profile", "default"}};
  return file;
}

std::string error_of_loading(const std::filesystem::path& path) {
  return error_of([&] { load_model(path); });
}

/// Writes the example, changed by `change`.
template <class Change>
void write_changed(const std::filesystem::path& path, Change&& change) {
  const ModelFile file = example_file();
  save_model(path, make_model(file.config, 2), file);
  TensorFile raw = read_safetensors(path);
  change(raw);
  write_safetensors(path, raw);
}

TEST(ModelFile, LoadedModelGivesTheSameOutputsBitForBit) {
  for (const Norm norm : {Norm::kFrozenBatchNorm, Norm::kBatchNorm, Norm::kGroupNorm}) {
    const TemporaryFile place("model.safetensors");
    const ModelFile file = example_file(norm);
    RetinaNet model = make_model(file.config, 2);
    const torch::Tensor images = torch::randn({1, 3, 64, 80});
    const torch::NoGradGuard no_grad;
    model->forward(images);  // moves the batch norm's statistics away from 0 and 1
    model->eval();
    save_model(place.path(), model, file);

    LoadedModel loaded = load_model(place.path());
    EXPECT_EQ(loaded.file.categories, file.categories);
    EXPECT_EQ(loaded.file.metadata, file.metadata);
    EXPECT_EQ(loaded.file.config.backbone.weights, file.config.backbone.weights);
    EXPECT_FALSE(loaded.model->is_training());
    const Predictions a = model->forward(images), b = loaded.model->forward(images);
    for (size_t l = 0; l < a.size(); ++l) {
      EXPECT_TRUE(a[l].logits.equal(b[l].logits)) << enum_name(norm) << " level " << l;
      EXPECT_TRUE(a[l].deltas.equal(b[l].deltas)) << enum_name(norm) << " level " << l;
    }
  }
}

TEST(ModelFile, StoresTorchvisionsOrderOfElements) {
  const TemporaryFile place("order.safetensors");
  const ModelFile file = example_file();
  RetinaNet model = make_model(file.config, 2);
  save_model(place.path(), model, file);
  const std::string name = "backbone.body.layer1.0.conv1.weight";
  const torch::Tensor stored = read_safetensors(place.path()).tensors.at(name);
  EXPECT_TRUE(stored.is_contiguous());
  EXPECT_TRUE(stored.equal(state_dict(*model).at(name)));
}

TEST(ModelFile, WeightsThatDoNotFitAreAllListed) {
  const TemporaryFile place("unfit.safetensors");
  write_changed(place.path(), [](TensorFile& raw) {
    raw.tensors.erase("backbone.body.bn1.weight");
    raw.tensors["backbone.body.layer9.weight"] = torch::zeros({1});
    raw.tensors["backbone.body.bn1.bias"] = torch::zeros({65});
    raw.tensors["backbone.body.bn1.num_batches_tracked"] = torch::tensor(1.5f);
  });
  EXPECT_THAT(
      error_of_loading(place.path()),
      AllOf(HasSubstr(place.path().string()), HasSubstr("1 missing: backbone.body.bn1.weight"),
            HasSubstr("1 unexpected: backbone.body.layer9.weight"),
            HasSubstr("backbone.body.bn1.bias (found [65], expected [64])"),
            HasSubstr("num_batches_tracked (found Float, expected Long)"),
            HasSubstr("take another file")));
}

TEST(ModelFile, FileOfAnotherArchitectureIsRefused) {
  const TemporaryFile place("other.safetensors");
  write_changed(place.path(), [](TensorFile& raw) {
    std::string& model = raw.metadata["model"];
    model.replace(model.find("resnet18"), 8, "resnet34");
  });
  EXPECT_THAT(error_of_loading(place.path()),
              AllOf(HasSubstr("missing: backbone.body.layer1.2.bn1.bias"),
                    HasSubstr("not of the architecture that the file names")));
}

TEST(ModelFile, ForeignFilesAreRefusedWithTheRemedy) {
  const TemporaryFile place("foreign.safetensors");
  write_safetensors(place.path(), {{{"a", torch::zeros({2})}}, {{"format", "pt"}}});
  EXPECT_THAT(error_of_loading(place.path()),
              AllOf(HasSubstr("format \"pt\""), HasSubstr("retinanet train")));
  write_changed(place.path(), [](TensorFile& raw) { raw.metadata["version"] = "2"; });
  EXPECT_THAT(error_of_loading(place.path()), HasSubstr("version \"2\""));
}

TEST(ModelFile, DamagedMetadataIsRefused) {
  const TemporaryFile place("metadata.safetensors");
  const auto error_with = [&](const char* key, const std::string& text) {
    write_changed(place.path(), [&](TensorFile& raw) { raw.metadata[key] = text; });
    return error_of_loading(place.path());
  };
  EXPECT_THAT(error_with("model", "{"), HasSubstr("entry model is not JSON"));
  EXPECT_THAT(error_with("model", std::string(100'000, '[') + std::string(100'000, ']')),
              HasSubstr("entry model is not JSON"));
  EXPECT_THAT(error_with("model", R"({"backbon": {}})"),
              HasSubstr("model.backbon: unknown key, did you mean \"model.backbone\"?"));
  EXPECT_THAT(error_with("categories", "[]"), HasSubstr("no classes"));
  EXPECT_THAT(error_with("categories", "[1]"), HasSubstr("list of {id, name}"));
  EXPECT_THAT(error_with("categories", R"([{"id":1,"name":"a"},{"id":1,"name":"b"}])"),
              HasSubstr("id 1 stands twice"));
  EXPECT_THAT(error_with("categories", R"([{"id":1,"name":"a"}])"),
              HasSubstr("found [18, 32, 3, 3], expected shape [9, 32, 3, 3]"));
}

TEST(ModelFile, HugeNumbersInTheConfigAskForNoMemory) {
  const TemporaryFile place("huge.safetensors");
  write_changed(place.path(), [](TensorFile& raw) {
    raw.metadata["model"] = R"({"backbone":{"name":"resnet18"},"fpn":{"channels":4096},)"
                            R"("head":{"num_convs":16}})";
  });
  EXPECT_THAT(error_of_loading(place.path()), HasSubstr("expected shape [18, 4096, 3, 3]"));
}

TEST(ModelFile, TruncatedFileIsRefused) {
  const TemporaryFile place("truncated.safetensors");
  const ModelFile file = example_file();
  save_model(place.path(), make_model(file.config, 2), file);
  const std::string bytes = read_file(place.path());
  for (const size_t keep : {size_t{0}, size_t{100}, bytes.size() / 2, bytes.size() - 1}) {
    write_file_atomically(place.path(), bytes.substr(0, keep));
    EXPECT_THAT(error_of_loading(place.path()), HasSubstr("cut short")) << keep;
  }
}

}  // namespace
}  // namespace rn
