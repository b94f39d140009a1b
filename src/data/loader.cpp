#include "data/loader.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "core/error.h"
#include "data/collate.h"
#include "data/image.h"
#include "data/image_cache.h"

namespace rn {
namespace {

std::vector<bool> wide_pictures(const Dataset& dataset) {
  std::vector<bool> is_wide;
  for (const LabelledImage& image : dataset.images()) {
    is_wide.push_back(image.size.width >= image.size.height);
  }
  return is_wide;
}

LoaderOptions common_options(const DataConfig& config, int64_t batch_size) {
  LoaderOptions options;
  options.sampler.batch_size = batch_size;
  options.sampler.group_by_aspect = config.group_by_aspect;
  options.preprocess = config;
  options.workers = config.workers;
  options.prefetch = config.prefetch;
  options.cache_mb = config.cache_mb;
  return options;
}

}  // namespace

LoaderOptions training_loader(const DataConfig& config, int64_t batch_size, uint64_t seed) {
  LoaderOptions options = common_options(config, batch_size);
  options.sampler.shuffle = true;
  options.sampler.drop_last = config.drop_last;
  options.sampler.seed = seed;
  options.augment = config.augment;
  options.max_bad_images = config.max_bad_images;
  return options;
}

LoaderOptions validation_loader(const DataConfig& config, int64_t batch_size) {
  LoaderOptions options = common_options(config, batch_size);
  options.sampler.shuffle = false;
  options.cache_mb = 0;  // each validation has a loader of its own, which reads every picture once
  return options;
}

class DataLoader::Impl {
 public:
  Impl(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options)
      : dataset_(std::move(dataset)),
        options_(options),
        sampler_(wide_pictures(*dataset_), options.sampler),
        cache_(dataset_->size(), options.cache_mb << 20) {
    if (options_.augment) check_augmentation(*options_.augment);
    use_opencv_quietly();
  }

  ~Impl() { stop(); }

  int64_t batches_per_epoch() const { return sampler_.batches_per_epoch(); }

  void start(int64_t epoch, int64_t first_batch) {
    RN_CHECK(first_batch >= 0 && first_batch <= batches_per_epoch(), "first_batch {} of {}",
             first_batch, batches_per_epoch());
    stop();
    is_stopping_ = false;
    epoch_ = epoch;
    batches_ = sampler_.epoch_batches(epoch);
    next_to_load_ = next_to_give_ = first_batch;
    const auto left = static_cast<int64_t>(batches_.size()) - first_batch;
    try {
      for (int64_t i = 0; i < std::min(options_.workers, left); ++i) {
        workers_.emplace_back([this] { work(); });
      }
    } catch (const std::system_error&) {
      // The system gives no more threads: those that it gave, or next() itself, do the work.
    }
  }

  std::optional<Batch> next() {
    if (next_to_give_ >= static_cast<int64_t>(batches_.size())) return std::nullopt;
    Slot slot = workers_.empty() ? load_slot(next_to_give_++) : take_slot();
    try {
      note_bad_pictures(slot.bad);
      if (slot.error) std::rethrow_exception(slot.error);
    } catch (...) {
      stop();
      throw;
    }
    return std::move(slot.batch);
  }

 private:
  bool are_too_many(size_t bad_pictures) const {
    return bad_pictures > static_cast<size_t>(options_.max_bad_images);
  }

  /// Told in the order of the batches, whichever worker found them first.
  /// @throws Error if there are too many by now
  void note_bad_pictures(const std::vector<std::pair<int64_t, BadPicture>>& bad) {
    for (const auto& [index, picture] : bad) {
      if (!bad_indices_.insert(index).second) continue;
      bad_reasons_.push_back(picture.reason);
      if (options_.on_bad_picture && !are_too_many(bad_indices_.size())) {
        options_.on_bad_picture(picture);
      }
    }
    if (!are_too_many(bad_indices_.size())) return;
    fail("{}: {} pictures can't be read, more than data.max_bad_images={}:\n{}", dataset_->source(),
         bad_indices_.size(), options_.max_bad_images, fmt::join(bad_reasons_, "\n"));
  }

  /// A batch, or what went wrong with it.
  struct Slot {
    std::optional<Batch> batch;
    std::vector<std::pair<int64_t, BadPicture>> bad;  ///< by their index
    std::exception_ptr error;
  };

  /// What a batch is made of.
  struct Samples {
    std::vector<Sample> samples;
    std::vector<ImageSize> sizes_input;
  };

  /// Ends the epoch and the workers.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    may_load_.notify_all();
    workers_.clear();  // joins
    slots_.clear();
    batches_.clear();
  }

  /// A worker: loads the next batch nobody has taken, while it is not too far ahead.
  void work() {
    const auto count = static_cast<int64_t>(batches_.size());
    const int64_t ahead = std::max(options_.prefetch, options_.workers);
    while (true) {
      int64_t index = 0;
      {
        std::unique_lock lock(mutex_);
        may_load_.wait(lock, [&] {
          return is_stopping_ || next_to_load_ >= count || next_to_load_ < next_to_give_ + ahead;
        });
        if (is_stopping_ || next_to_load_ >= count) return;
        index = next_to_load_++;
      }
      Slot slot = load_slot(index);
      {
        const std::lock_guard lock(mutex_);
        slots_.emplace(index, std::move(slot));
      }
      is_loaded_.notify_one();
    }
  }

  Slot take_slot() {
    Slot slot;
    {
      std::unique_lock lock(mutex_);
      is_loaded_.wait(lock, [&] { return slots_.contains(next_to_give_); });
      slot = std::move(slots_.extract(next_to_give_++).mapped());
    }
    may_load_.notify_all();
    return slot;
  }

  Slot load_slot(int64_t index) {
    Slot slot;
    try {
      load_batch(index, slot);
    } catch (...) {
      slot.error = std::current_exception();
    }
    return slot;
  }

  /// Leaves the slot without a batch if the epoch was given up meanwhile, or for its bad pictures.
  void load_batch(int64_t number, Slot& slot) {
    Samples samples;
    for (const int64_t index : batches_[static_cast<size_t>(number)]) {
      if (is_stopping_) return;
      add_sample(index, samples, slot);
    }
    if (samples.samples.empty() && !add_another(number, samples, slot)) return;
    slot.batch = collate(samples.samples, samples.sizes_input, options_.preprocess);
  }

  /// Finds a picture for a batch that has lost its own. @return whether there is one
  bool add_another(int64_t number, Samples& samples, Slot& slot) {
    const auto count = static_cast<int64_t>(batches_.size());
    for (int64_t ahead = 1; ahead < count; ++ahead) {
      for (const int64_t index : batches_[static_cast<size_t>((number + ahead) % count)]) {
        if (is_stopping_ || are_too_many(slot.bad.size())) return false;
        if (add_sample(index, samples, slot)) return true;
      }
    }
    std::vector<std::string> reasons;
    for (const auto& [index, picture] : slot.bad) reasons.push_back(picture.reason);
    fail("not one picture of the {} can be read:\n{}", dataset_->source(),
         fmt::join(reasons, "\n"));
  }

  /// @return whether the picture could be read
  bool add_sample(int64_t index, Samples& samples, Slot& slot) {
    const LabelledImage& record = (*dataset_)[index];
    Sample sample{{}, record.objects, record.id};
    try {
      sample.image = cache_.get(index, record);
    } catch (const Error& error) {
      if (options_.max_bad_images == 0) throw;
      slot.bad.emplace_back(index, BadPicture{record.id, error.what()});
      return false;
    }
    std::optional<int64_t> short_side;
    if (options_.augment) {
      const AugmentChoice choice =
          draw_augmentation(*options_.augment, options_.sampler.seed, epoch_, index);
      sample = augment(sample, choice, options_.augment->min_visible, options_.preprocess.mean);
      short_side = choice.short_side;
    }
    samples.sizes_input.push_back(
        resized_size({sample.image.rows, sample.image.cols}, options_.preprocess, short_side));
    samples.samples.push_back(std::move(sample));
    return true;
  }

  const std::shared_ptr<const Dataset> dataset_;
  const LoaderOptions options_;
  const BatchSampler sampler_;
  ImageCache cache_;

  // Of next() alone.
  std::set<int64_t> bad_indices_;
  std::vector<std::string> bad_reasons_;

  // Set by start() while there are no workers.
  int64_t epoch_ = 0;
  std::vector<std::vector<int64_t>> batches_;

  std::mutex mutex_;  // guards what follows, up to the workers
  std::condition_variable may_load_;
  std::condition_variable is_loaded_;
  int64_t next_to_load_ = 0;
  int64_t next_to_give_ = 0;
  std::map<int64_t, Slot> slots_;
  std::atomic<bool> is_stopping_{false};  // also read between pictures, without the mutex

  std::vector<std::jthread> workers_;
};

DataLoader::DataLoader(std::shared_ptr<const Dataset> dataset, const LoaderOptions& options)
    : impl_(std::make_unique<Impl>(std::move(dataset), options)) {}
DataLoader::~DataLoader() = default;

int64_t DataLoader::batches_per_epoch() const { return impl_->batches_per_epoch(); }
void DataLoader::start(int64_t epoch, int64_t first_batch) { impl_->start(epoch, first_batch); }
std::optional<Batch> DataLoader::next() { return impl_->next(); }

}  // namespace rn
