#include "infer/predict.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include "core/config_io.h"
#include "core/error.h"
#include "core/files.h"
#include "data/image.h"
#include "infer/drawing.h"
#include "infer/output_names.h"
#include "infer/picture_reader.h"
#include "infer/picture_writer.h"
#include "infer/truth_drawing.h"
#include "infer/video.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

/// Short decimals: a thousandth of a pixel, a hundred-thousandth of a score.
double short_pixels(double value) { return std::round(value * 1e3) / 1e3; }
double short_score(double value) { return std::round(value * 1e5) / 1e5; }

Json to_json(const Detections& detections, const std::vector<Category>& categories) {
  Json list = Json::array();
  const float* box = detections.size() ? detections.boxes.data_ptr<float>() : nullptr;
  for (int64_t i = 0; i < detections.size(); ++i, box += 4) {
    const auto label = static_cast<size_t>(detections.labels[i].item<int64_t>());
    RN_CHECK(label < categories.size(), "label {}, {} categories", label, categories.size());
    list.push_back({{"bbox",
                     {short_pixels(box[0]), short_pixels(box[1]), short_pixels(box[2] - box[0]),
                      short_pixels(box[3] - box[1])}},
                    {"category_id", categories[label].id},
                    {"category", categories[label].name},
                    {"score", short_score(detections.scores[i].item<double>())}});
  }
  return list;
}

/// Writes the list entry by entry: a long video's detections need not fit into memory.
class JsonList {
 public:
  explicit JsonList(const fs::path& path) : path_(path), file_(path, std::ios::binary) {
    file_ << "[";
  }
  void add(const Json& entry) {
    // File names may be bytes in no encoding; JSON must be UTF-8 all the same.
    file_ << (first_ ? "\n" : ",\n") << json_text(entry);
    first_ = false;
  }
  void close() {
    file_ << "\n]\n";
    file_.close();
    if (!file_) fail("{}: can't be written; is the disk full?", path_.string());
  }

 private:
  fs::path path_;
  std::ofstream file_;
  bool first_ = true;
};

/// With labels that can be read on a small picture, too.
cv::Mat drawn_picture(const cv::Mat& picture, const Detections& detections,
                      const std::vector<std::string>& names) {
  const int factor = enlargement(picture.size());
  cv::Mat canvas = enlarged(picture, factor);
  Detections scaled = detections;
  if (scaled.size() > 0) scaled.boxes = scaled.boxes * factor;
  draw_detections(canvas, scaled, names);
  return canvas;
}

std::vector<fs::path> picture_files(const std::vector<Input>& inputs) {
  std::vector<fs::path> files;
  for (const Input& input : inputs) {
    if (input.kind == InputKind::kImage) files.push_back(input.path);
  }
  return files;
}

class Predictor {
 public:
  Predictor(const DetectFunction& detect, const std::vector<Category>& categories,
            const std::vector<Input>& inputs, const PredictOptions& options, JsonList& json)
      : detect_(detect), categories_(categories), options_(options), json_(json) {
    for (const Category& category : categories) names_.push_back(category.name);
    progress_.inputs = static_cast<int64_t>(inputs.size());
  }

  void run(const std::vector<Input>& inputs, const std::vector<fs::path>& outputs) {
    const auto batch_size = static_cast<size_t>(std::max<int64_t>(1, options_.batch_size));
    std::vector<Picture> pictures;
    PictureReader reader(picture_files(inputs), batch_size);
    for (size_t i = 0; i < inputs.size() && !must_stop(); ++i) {
      if (inputs[i].kind == InputKind::kVideo) {
        flush(pictures);
        run_video(inputs[i].path, outputs[i]);
        continue;
      }
      try {
        pictures.push_back({inputs[i].path, outputs[i], reader.next()});
      } catch (const Error& error) {
        skip(inputs[i].path, error);
      }
      if (pictures.size() >= batch_size) flush(pictures);
    }
    flush(pictures);
    if (summary_.pictures + summary_.frames == 0 && !summary_.skipped.empty()) {
      fail("none of {} inputs can be read; the first: {}", inputs.size(),
           summary_.skipped.front().reason);
    }
  }

  PredictSummary take_summary() { return std::move(summary_); }

 private:
  struct Picture {
    fs::path input;
    fs::path output;
    cv::Mat image;
  };

  bool must_stop() {
    summary_.stopped = summary_.stopped || (options_.should_stop && options_.should_stop());
    return summary_.stopped;
  }

  void skip(const fs::path& file, const Error& error) {
    summary_.skipped.push_back({file, error.what()});
    ++progress_.inputs_done;
  }

  std::vector<Detections> detect(const std::vector<cv::Mat>& images) {
    std::vector<Detections> found = detect_(images);
    RN_CHECK(found.size() == images.size(), "{} pictures, {} results", images.size(), found.size());
    return found;
  }

  void flush(std::vector<Picture>& pictures) {
    if (pictures.empty()) return;
    std::vector<cv::Mat> images;
    for (const Picture& picture : pictures) images.push_back(picture.image);
    const std::vector<Detections> found = detect(images);
    for (size_t i = 0; i < pictures.size(); ++i) {
      mark_folder();
      write_picture(pictures[i].output, drawn(pictures[i].input, images[i], found[i]));
      json_.add({{"file", pictures[i].input.string()},
                 {"width", images[i].cols},
                 {"height", images[i].rows},
                 {"detections", to_json(found[i], categories_)}});
      ++summary_.pictures;
      ++progress_.inputs_done;
      report(pictures[i].input, found[i], 0, 0);
    }
    pictures.clear();
  }

  /// With the truth beside it if there is one.
  cv::Mat drawn(const fs::path& input, const cv::Mat& image, const Detections& found) {
    if (options_.truth == nullptr) return drawn_picture(image, found, names_);
    const Truth& truth = *options_.truth;
    const PictureTruth known = truth.find(input, {image.rows, image.cols});
    const TruthMatch match = known.is_known ? match_truth(found, known, truth) : TruthMatch{};
    if (known.is_known) {
      ++summary_.truth.pictures;
    } else {
      summary_.truth.unknown.push_back(fmt::format("{}: {}", input.string(), known.reason));
    }
    summary_.truth.right += match.right;
    summary_.truth.wrong += match.wrong;
    summary_.truth.missed += match.missed;
    return draw_beside_truth(image, found, known, match, truth);
  }

  /// Marks the pictures as ours, so that a run that is cut short can be made again. Written
  /// directly: the whole list is on its way to this file by way of the atomic writer's own one.
  void mark_folder() {
    const fs::path path = detections_json(options_.out);
    if (!is_marked_ && !fs::exists(path)) std::ofstream(path) << "[]\n";
    is_marked_ = true;
  }

  void run_video(const fs::path& input, const fs::path& output) {
    std::unique_ptr<VideoReader> reader;
    std::vector<cv::Mat> frames;
    try {
      reader = std::make_unique<VideoReader>(input);
      read_frames(*reader, frames);
      if (frames.empty()) fail("{}: the video has no frame that can be decoded", input.string());
    } catch (const Error& error) {
      skip(input, error);
      return;
    }
    mark_folder();
    VideoWriter writer(output, reader->frames_per_second(), frames.front().size());
    int64_t count = 0;
    for (; !frames.empty() && !must_stop(); read_frames(*reader, frames)) {
      const std::vector<Detections> found = detect(frames);
      for (size_t i = 0; i < frames.size(); ++i) {
        draw_detections(frames[i], found[i], names_);
        writer.write(frames[i]);
        json_.add({{"file", input.string()},
                   {"frame", count++},
                   {"width", frames[i].cols},
                   {"height", frames[i].rows},
                   {"detections", to_json(found[i], categories_)}});
        ++summary_.frames;
        report(input, found[i], count, reader->frame_count());
      }
    }
    writer.close();
    ++summary_.videos;
    ++progress_.inputs_done;
  }

  void read_frames(VideoReader& reader, std::vector<cv::Mat>& frames) const {
    frames.clear();
    cv::Mat frame;
    for (int64_t i = 0; i < std::max<int64_t>(1, options_.batch_size); ++i) {
      if (!reader.read(frame)) return;
      frames.push_back(frame.clone());
    }
  }

  void report(const fs::path& file, const Detections& found, int64_t frame, int64_t frames) {
    summary_.detections += found.size();
    progress_.file = file;
    progress_.frame = frame;
    progress_.frames = frames;
    progress_.detections = found.size();
    if (options_.on_progress) options_.on_progress(progress_);
  }

  const DetectFunction& detect_;
  const std::vector<Category>& categories_;
  const PredictOptions& options_;
  JsonList& json_;
  std::vector<std::string> names_;
  PredictProgress progress_;
  PredictSummary summary_;
  bool is_marked_ = false;
};

}  // namespace

PredictSummary predict(const DetectFunction& detect, const std::vector<Category>& categories,
                       const std::vector<Input>& inputs, const PredictOptions& options) {
  use_opencv_quietly();
  const std::vector<fs::path> outputs = plan_outputs(inputs, options.out);
  make_writable_folder(options.out);
  PredictSummary summary;
  const fs::path path = detections_json(options.out);
  write_file_atomically(path, [&](const fs::path& partial) {
    JsonList json(partial);
    Predictor predictor(detect, categories, inputs, options, json);
    predictor.run(inputs, outputs);
    json.close();
    summary = predictor.take_summary();
  });
  summary.json = path;
  return summary;
}

}  // namespace rn
