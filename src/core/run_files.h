#pragma once

namespace rn {

/// What a training run writes into its folder.
inline constexpr const char* kConfigName = "config.json";
inline constexpr const char* kMetricsName = "metrics.jsonl";
inline constexpr const char* kLogName = "log.txt";
inline constexpr const char* kDetectionsName = "detections.json";
inline constexpr const char* kReportName = "report.html";
inline constexpr const char* kCheckpointName = "last.ckpt";
inline constexpr const char* kLastModelName = "last.safetensors";
inline constexpr const char* kBestModelName = "best.safetensors";

}  // namespace rn
