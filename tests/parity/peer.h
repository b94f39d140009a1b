#pragma once

#include <filesystem>
#include <map>
#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

#include "boxes/ground_truth.h"
#include "config/profiles.h"
#include "infer/detections.h"
#include "model/state_dict.h"

namespace rn::parity {

/// Whether a Python here can import this; the tests skip where none can.
bool can_import(const std::string& modules);

/// Why a parity test is skipped.
inline constexpr const char* kNoTorchvision =
    "no python3 here can import torchvision; tools/setup.sh test installs Debian's";

/// Runs the Python that has torchvision with these arguments. @return its standard output
/// @throws Error with what it wrote if it fails
std::string run_python(const std::vector<std::string>& arguments);

/// A picture with its objects, in its own frame.
struct Picture {
  cv::Mat image;  ///< RGB
  GroundTruth objects;
};

/// Real pictures (COCO's, wide and tall in turn) if they are there, else drawn scenes.
std::vector<Picture> pictures(size_t count);

/// One model, one number of pictures.
struct Case {
  Profile profile;
  BackboneName backbone;
  size_t batch;
  std::string name() const;     ///< for the report: "v1 resnet18, 2 images"
  std::string version() const;  ///< peer.py's name of the profile: v1 or v2
  AppConfig config() const;
};

/// v1 and v2, ResNet-18, 50 and 101, one image and a batch of two of different sizes.
std::vector<Case> all_cases();
std::string case_name(const Case& c);  ///< for googletest

/// A folder of its own with what peer.py writes, removed at the end.
class Peer {
 public:
  Peer(const Case& c, const std::vector<Picture>& inputs,
       const std::vector<std::string>& arguments);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  /// The tensors of one of its files.
  StateDict read(const std::string& name) const;

 private:
  std::filesystem::path folder_;
};

/// Prints the largest difference that was found and fails the test if it is over the limit.
void report(const Case& c, const std::string& what, double largest, double limit);

/// The largest |a - b|; infinity if the shapes differ or a number isn't finite.
double largest_difference(const torch::Tensor& a, const torch::Tensor& b);
/// |a - b| / |b| as 2-norms over all elements.
double relative_difference(const torch::Tensor& a, const torch::Tensor& b);

/// Rounding may swap detections whose scores are almost equal: `theirs` in the order of `found`,
/// where a detection of the same class and place scores within 1e-5; else as they are.
Detections ranked_as(const Detections& found, const Detections& theirs);

}  // namespace rn::parity
