#include "cli/detector_speed.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/conv_timer.h"
#include "cli/start_lines.h"
#include "core/error.h"
#include "core/stopwatch.h"
#include "data/image.h"

namespace rn {

DetectorSpeed time_detector(Detector& detector, const Dataset& dataset, torch::Device device,
                            double most_seconds) {
  constexpr int64_t kMostPictures = 32;
  DetectorSpeed speed;
  DetectClock clock(wait_for(device));
  detector.time_with(&clock);
  const Stopwatch time;
  bool is_warm = false;
  for (int64_t i = 0; i < std::min(kMostPictures, dataset.size()); ++i) {
    if (is_warm && time.seconds() > most_seconds) break;
    cv::Mat picture;
    try {
      picture = read_image(dataset[i].path);
    } catch (const Error&) {  // whose place to be told is the evaluation
      continue;
    }
    clock.start();
    detector({picture});
    if (!std::exchange(is_warm, true)) continue;
    ++speed.pictures;
    for (size_t phase = 0; phase < DetectClock::kPhases; ++phase) {
      speed.seconds[phase] += clock.seconds()[phase];
    }
  }
  detector.time_with(nullptr);
  for (double& seconds : speed.seconds) {
    seconds /= static_cast<double>(std::max<int64_t>(1, speed.pictures));
  }
  return speed;
}

std::string speed_line(const DetectorSpeed& speed) {
  const auto ms = [&](DetectPhase phase) {
    return fmt::format("{:.1f} ms", 1e3 * speed.seconds[static_cast<size_t>(phase)]);
  };
  return start_line("speed", fmt::format("of a picture: {} preprocess, {} network, {} postprocess "
                                         "(one at a time, mean of {})",
                                         ms(DetectPhase::kPreprocess), ms(DetectPhase::kNetwork),
                                         ms(DetectPhase::kPostprocess), speed.pictures));
}

}  // namespace rn
