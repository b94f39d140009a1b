#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "data/augment.h"
#include "data/batch.h"
#include "data/config.h"
#include "data/dataset.h"
#include "data/sampler.h"

namespace rn {

/// A picture that was left out of its batch.
struct BadPicture {
  int64_t image_id = 0;
  std::string reason;  ///< names the file
};

/// How a data set becomes batches. Made by the two functions below.
struct LoaderOptions {
  SamplerOptions sampler;
  PreprocessConfig preprocess;
  std::optional<AugmentConfig> augment;  ///< absent: pictures as they are
  int64_t workers = 0;                   ///< threads; 0 loads in next()
  int64_t prefetch = 4;                  ///< batches kept ready; at least one for each worker
  int64_t cache_mb = 0;                  ///< decoded pictures kept in memory, in MiB at most
  /// So many different pictures that can't be read are left out; the next one is an error.
  int64_t max_bad_images = 0;
  /// Told of each that is left out, once, in next(), in the order of the batches, on the calling
  /// thread.
  std::function<void(const BadPicture&)> on_bad_picture;
};

/// Shuffled by (seed, epoch), augmented.
LoaderOptions training_loader(const DataConfig& config, int64_t batch_size, uint64_t seed);

/// Every image once, the same in every epoch, nothing random. In the order of the file, except that
/// with group_by_aspect wide and tall pictures come in batches of their own.
LoaderOptions validation_loader(const DataConfig& config, int64_t batch_size);

/// Loads batches ahead of time. Batch b of epoch e is a function of (data set, options, e, b):
/// neither the number of workers nor the place an epoch is started at changes a bit of it. One
/// thread at a time may call it.
///
/// A picture that can't be read (as max_bad_images allows) leaves its batch smaller, every time: it
/// is tried again in each epoch. A batch that loses all its pictures gets one of the batches after
/// it in its epoch, from the first on again after the last: the next that can be read.
class DataLoader {
 public:
  /// @throws Error if no batch can be made
  DataLoader(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options);
  /// Waits at most for the pictures that are being decoded.
  ~DataLoader();
  DataLoader(const DataLoader&) = delete;
  DataLoader& operator=(const DataLoader&) = delete;

  int64_t batches_per_epoch() const;

  /// Begins an epoch (or goes on in it, at `first_batch`); what was under way is given up.
  /// @param first_batch 0..batches_per_epoch()
  void start(int64_t epoch, int64_t first_batch = 0);

  /// The next batch in order; nothing at the end of the epoch. A fault in a worker comes out here,
  /// in the place of its batch, and ends the epoch.
  /// @throws Error naming the picture, or all bad ones if they are more than max_bad_images
  std::optional<Batch> next();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rn
