#pragma once

#include <cstdint>
#include <string>

#include "data/dataset.h"
#include "infer/detector.h"

namespace rn {

/// What a picture takes from pixels to boxes.
struct DetectorSpeed {
  DetectClock::Seconds seconds{};  ///< mean of a picture, by phase
  int64_t pictures = 0;
};

/// Gives the detector the first pictures of a data set one by one, as predict does, for about
/// `most_seconds`; the first one of all warms up and isn't counted.
/// @return no pictures if none of them could be read, or time sufficed for the first alone
DetectorSpeed time_detector(Detector& detector, const Dataset& dataset, torch::Device device,
                            double most_seconds = 3);

/// "speed      of a picture: 2.1 ms preprocess, 48.0 ms network, 1.2 ms postprocess (mean of 15)"
std::string speed_line(const DetectorSpeed& speed);

}  // namespace rn
