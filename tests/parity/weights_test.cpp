// Weights to here and back to torchvision, through the program's own commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/program.h"
#include "core/error.h"
#include "core/files.h"
#include "core/temporary_folder.h"
#include "infer/detector.h"
#include "model/model_file.h"
#include "model/weight_file.h"
#include "parity/peer.h"

namespace rn::parity {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Weights : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!can_import("torchvision")) GTEST_SKIP() << kNoTorchvision;
  }
};

std::string profile_file(const Case& c) {
  return fmt::format("{}/configs/profiles/{}.json", RN_SOURCE_DIR, enum_name(c.profile));
}

/// Runs what `export` printed, then this, in the folder where it wrote.
std::string run_exported(const std::string& code, const Peer& peer, const std::string& more) {
  write_file_atomically(
      peer.path("exported.py"),
      fmt::format("import os\nos.chdir('{}')\n", peer.path("").string()) + code + more);
  return run_python({peer.path("exported.py").string()});
}

/// The program on the files of the peer's folder: weights.pth -> model.safetensors -> back.pth.
Ended import_and_export(const Case& c, const Peer& peer) {
  const Ended imported = run_program(
      peer.path(""), fmt::format("import weights.pth --config {} --out model.safetensors --set "
                                 "model.backbone.name={} --set data.short_side=320 --set "
                                 "data.long_side=448",
                                 profile_file(c), enum_name(c.backbone)));
  EXPECT_EQ(imported.exit_code, 0) << imported;
  EXPECT_THAT(imported.err, HasSubstr("a torchvision RetinaNet"));
  EXPECT_THAT(imported.err, HasSubstr("91 class logits (names: COCO's)"));
  Ended exported = run_program(
      peer.path(""), "export --model model.safetensors --format torchvision --out back.pth");
  EXPECT_EQ(exported.exit_code, 0) << exported;
  EXPECT_THAT(exported.err, Not(HasSubstr("differ"))) << exported;
  return exported;
}

TEST_P(Weights, ThereAndBackAreTheSameBits) {
  const Case c = GetParam();
  const Peer peer(c, pictures(1), {"--min-size", "96", "--max-size", "160"});
  const Ended exported = import_and_export(c, peer);
  const StateDict theirs = peer.read("weights.pth");
  const StateDict ours = peer.read("model.safetensors");
  ASSERT_EQ(ours.size(), theirs.size());
  double worst = 0;
  for (const auto& [name, tensor] : theirs) {
    worst = std::max(worst, largest_difference(ours.at(name), tensor));
  }
  report(c, "weights imported", worst, 0);
  const std::string answer = run_exported(exported.out, peer, R"(
first = torch.load("weights.pth", weights_only=True)
back = model.state_dict()
assert sorted(first) == sorted(back)
same = [torch.equal(first[n], back[n]) and first[n].dtype == back[n].dtype for n in first]
print(len(same) - sum(same))
)");
  report(c, "weights exported and loaded strictly: unequal", std::stod(answer), 0);
}

TEST_P(Weights, TheExportedModelFindsTheSameBoxes) {
  const Case c = GetParam();
  const auto inputs = pictures(c.batch);
  const Peer peer(c, inputs, {"--min-size", "96", "--max-size", "160"});
  const Ended exported = import_and_export(c, peer);
  run_exported(exported.out, peer, R"(
inputs = torch.load("input.pth")
image = inputs["image.0"].permute(2, 0, 1).to(torch.float32) / 255
with torch.no_grad():
    torch.save(model([image])[0], "found.pth")
)");
  const StateDict file = peer.read("found.pth");
  Detector detector = Detector::load(peer.path("model.safetensors"), torch::kCPU, Precision::kFp32);
  const Detections found = detector({inputs[0].image}).at(0);
  const Detections theirs =
      ranked_as(found, {file.at("boxes"), file.at("scores"), file.at("labels")});
  EXPECT_GT(found.size(), 50);
  report(c, "exported model: boxes (px)", largest_difference(found.boxes, theirs.boxes), 1e-2);
  report(c, "exported model: scores", largest_difference(found.scores, theirs.scores), 1e-4);
  report(c, "exported model: classes", largest_difference(found.labels, theirs.labels), 0);
}

std::vector<Case> cases_of_one_image() {
  std::vector<Case> cases = all_cases();
  std::erase_if(cases, [](const Case& c) { return c.batch != 1; });
  return cases;
}

INSTANTIATE_TEST_SUITE_P(All, Weights, testing::ValuesIn(cases_of_one_image()),
                         [](const auto& test) { return case_name(test.param); });

// Python's own package reads our model files, if it is there.
TEST(ModelFile, OpensWithTheSafetensorsPackage) {
  if (!can_import("torchvision, safetensors")) {
    GTEST_SKIP() << "python3 can't import safetensors here (pip install safetensors)";
  }
  const TemporaryFolder folder;
  torch::manual_seed(0);
  const ModelConfig config =
      Case{Profile::kTorchvisionV2, BackboneName::kResNet18, 1}.config().model;
  RetinaNet model(config, 2);
  save_model(folder / "m.safetensors", model, {config, {{1, "a"}, {2, "b"}}, {}});
  const std::string answer = run_python({"-c", R"(
import sys, torch
from safetensors.torch import load_file
tensors = load_file(sys.argv[1])
print(len(tensors), tensors["backbone.body.conv1.weight"].double().sum().item())
)",
                                         (folder / "m.safetensors").string()});
  const StateDict own = state_dict(*model);
  const double sum = own.at("backbone.body.conv1.weight").to(torch::kFloat64).sum().item<double>();
  double read = 0;
  size_t count = 0;
  ASSERT_EQ(std::sscanf(answer.c_str(), "%zu %lf", &count, &read), 2) << answer;
  EXPECT_EQ(count, own.size());
  EXPECT_NEAR(read, sum, 1e-9);
}

}  // namespace
}  // namespace rn::parity
