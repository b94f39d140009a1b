#pragma once

#include <cstdint>
#include <string>

#include "core/run_events.h"
#include "data/config.h"
#include "data/dataset.h"

namespace rn {

/// Notices that a training run waits for its data instead of computing.
class DataWait {
 public:
  /// @param cores that the loader's threads may use
  DataWait(const DataConfig& config, const Dataset& dataset, int64_t cores);

  /// @return what would help, once, when an epoch ends of which much went by waiting; else empty
  std::string add(const StepEvent& event);

 private:
  std::string remedy() const;

  DataConfig config_;
  int64_t decoded_mb_ = 0;  ///< MiB, of all pictures
  int64_t cores_;
  double seconds_ = 0, waiting_ = 0;  ///< of this epoch
  bool is_told_ = false;
};

}  // namespace rn
