#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evalreport/eval_report.h"
#include "report/run_history.h"

namespace rn {

/// Objects counted by a measure, in bins of equal width, and those of them that an anchor reaches
/// with the IoU that makes it positive.
struct ReachHistogram {
  double low = 0;    ///< where the first bin begins
  double width = 1;  ///< of a bin
  std::vector<int64_t> objects;
  std::vector<int64_t> reached;
};

struct ClassFacts {
  std::string name;
  int64_t objects = 0;
  int64_t images = 0;  ///< with one of them at least
};

/// What a data set holds. Crowds are counted apart and nowhere else.
struct DataFacts {
  std::string source;  ///< the annotation file
  int64_t images = 0, empty_images = 0;
  int64_t objects = 0, crowds = 0, dropped_boxes = 0;
  std::vector<ClassFacts> classes;         ///< by class index
  std::vector<int64_t> images_by_objects;  ///< [n]: images with n objects
  ReachHistogram sizes;                    ///< by log2(sqrt(w * h)), pixels of the network's input
  ReachHistogram ratios;                   ///< by log2(height / width)
  int64_t reached = 0;                     ///< objects
};

/// The anchors' own measures, as those of ReachHistogram.
struct AnchorFacts {
  double positive_iou = 0;
  double smallest = 0, largest = 0;  ///< log2 of the side of a square of their area
  double widest = 0, tallest = 0;    ///< log2(height / width)
};

/// A box on a picture.
struct PictureBox {
  std::array<double, 4> xyxy{};  ///< in pixels of the picture
  std::string label;
  std::string colour;  ///< as CSS writes it: "#d55e00"
  bool is_dashed = false;
};

/// A picture of the page, encoded.
struct RunPicture {
  std::string name;  ///< of the file
  std::string jpeg;
  int64_t width = 0, height = 0;  ///< of the frame in which the boxes are; the file may be smaller
  std::vector<PictureBox> boxes;  ///< the truth
  std::string note;               ///< below it
};

/// A picture that is shown twice: with its objects, and with what was found.
struct TruthBeside {
  RunPicture truth;               ///< dashed: missed
  std::vector<PictureBox> found;  ///< dashed: wrong
  std::string found_note;
};

/// How far a run is.
struct RunState {
  int64_t iteration = 0, iterations = 0;  ///< optimizer steps
  int64_t epoch = 0, epochs = 0;
  double best_ap = 0;
  int64_t best_epoch = 0;  ///< 0: not evaluated yet
  bool has_ended = false;
  std::string ending;   ///< how: "stopped early"
  std::string problem;  ///< what ended it, if that was an error
};

/// What a run's page tells. The references must outlive the call. Texts that are empty are left
/// out.
struct RunReportInput {
  const RunHistory& history;
  RunState state;
  std::string name;
  std::string folder;
  std::string model, device, loss;
  std::string date;     ///< of writing
  std::string program;  ///< name and version
  const DataFacts* train = nullptr;
  const DataFacts* val = nullptr;
  AnchorFacts anchors = {};
  std::span<const RunPicture> batch = {};        ///< of training, as the network gets them
  std::span<const TruthBeside> validation = {};  ///< the best, then the worst
  const EvalReportInput* evaluation = nullptr;   ///< the last one
  std::string config = {};                       ///< resolved, JSON
};

/// The page of a training run as XHTML that browsers take as HTML; it needs no other file and no
/// network.
std::string run_page(const RunReportInput& input);

/// A page of the same kind about the data alone: those of its sections that need no run.
std::string data_page(const RunReportInput& input);

}  // namespace rn
