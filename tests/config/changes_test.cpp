#include "config/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/load.h"
#include "config/profiles.h"
#include "core/error.h"

namespace rn {
namespace {

using Texts = std::vector<std::string>;

TEST(ConfigChanges, AreToldApartByWhetherTheyChangeTheResult) {
  AppConfig after;
  after.data.workers = 7;
  after.train.checkpoint.every = 2;
  after.train.checkpoint.keep_last = 3;
  after.train.optimizer.kind = OptimizerKind::kSgd;
  const ConfigChanges changes = config_changes(dump_config(AppConfig{}), dump_config(after));
  EXPECT_EQ(changes.of_result, (Texts{"train.optimizer.kind: \"adamw\" -> \"sgd\"",
                                      "train.checkpoint.every: 1.0 -> 2.0"}));
  EXPECT_EQ(changes.harmless,
            (Texts{"data.workers: 2 -> 7", "train.checkpoint.keep_last: 0 -> 3"}));
}

TEST(ConfigChanges, FromAndToNothingAreToldToo) {
  EXPECT_EQ(config_changes("{}", R"({"a": {"b": 1}})").of_result, Texts{"a.b: absent -> 1"});
  EXPECT_EQ(config_changes(R"({"name": "a"})", "{}").harmless, Texts{"name: \"a\" -> absent"});
  EXPECT_TRUE(config_changes("{}", "{}").of_result.empty());
}

TEST(ConfigChanges, FromWhatIsNoConfigAreAnError) {
  for (const char* text : {"", "no JSON", "\"text\"", "[1]", "null"}) {
    EXPECT_THROW(config_changes(text, "{}"), Error) << text;
  }
}

TEST(ConfigChanges, KeysWithoutEffectAreKeysOfTheConfig) {
  const auto config = nlohmann::json::parse(dump_config(AppConfig{}));
  for (std::string key : keys_without_effect()) {
    std::replace(key.begin(), key.end(), '.', '/');
    EXPECT_TRUE(config.contains(nlohmann::json::json_pointer("/" + key))) << key;
  }
}

TEST(ChangedSettings, AreWhatSetTakesAndNothingElse) {
  AppConfig config;
  config.name = "mine";
  EXPECT_TRUE(changed_settings(config).empty());
  config.train.epochs = 3;
  config.data.val.images = "some where/val";
  config.model.anchors.sizes = {16, 32, 64, 128, 256};
  EXPECT_EQ(changed_settings(config),
            (Texts{"data.val.images=some where/val", "model.anchors.sizes=[16,32,64,128,256]",
                   "train.epochs=3"}));
}

TEST(ChangedSettings, OfAProfileAreThoseThatItDoesNotBring) {
  AppConfig config;
  config.model.profile = Profile::kTorchvisionV1;
  apply_profile(config.model.profile, config);
  config.loss.classification.gamma = 1.5;
  EXPECT_EQ(changed_settings(config),
            (Texts{"model.profile=torchvision_v1", "loss.classification.gamma=1.5"}));
}

}  // namespace
}  // namespace rn
