#pragma once

#include <array>

namespace rn {

struct CommandName {
  const char* name;
  const char* description;  ///< one line of --help
};

inline constexpr CommandName kTrainCommand{"train", "Train a detector from a config"};
inline constexpr CommandName kEvalCommand{
    "eval",
    "COCO's 12 numbers of a model or of a results file, what they are made of, and comparisons"};
inline constexpr CommandName kPredictCommand{"predict",
                                             "Draw a model's detections on pictures and videos"};
inline constexpr CommandName kImportCommand{
    "import", "Make a model file of the weights of torchvision's or detectron2's RetinaNet"};
inline constexpr CommandName kExportCommand{"export", "Write a model's weights for another system"};
inline constexpr CommandName kDataCommand{
    "data", "Draw the embedded data set; check and convert one's own, count what it holds"};
inline constexpr CommandName kModelCommand{
    "model", "A config's network: shapes, parameters, cost, receptive fields, its anchors drawn"};
inline constexpr CommandName kDoctorCommand{
    "doctor", "What this machine offers: versions, device, threads, instruction sets"};
inline constexpr CommandName kBenchCommand{
    "bench", "What the time of a config's training step and of a picture goes to"};

inline constexpr CommandName kLabCommand{
    "lab", "Train a config with each classification loss and compare: what the focal loss gains"};

/// In the order of --help.
inline constexpr std::array kCommands = {
    kTrainCommand, kEvalCommand,  kPredictCommand, kImportCommand, kExportCommand,
    kDataCommand,  kModelCommand, kDoctorCommand,  kBenchCommand,  kLabCommand};

inline constexpr const char* kProgramName = "retinanet";
inline constexpr const char* kProgramDescription =
    "retinanet trains, evaluates and runs RetinaNet object detectors on COCO-format data.";

}  // namespace rn
