#pragma once

#include <cstdint>
#include <string>

namespace rn {

/// Numbers as a person reads them, with about as many digits whatever their size: padded to the
/// width named here they stand still.

/// Up to 8 columns: "0:41", "12:08", "1:02:33", "3d 04h"; "-" if it isn't known (negative or not
/// finite).
std::string duration_text(double seconds);

/// "0.35 s", "4.1 s", then as duration_text.
std::string elapsed_text(double seconds);

/// Items per second, up to 4 columns: "9.87", "45.6", "456".
std::string rate_text(double per_second);

/// A loss, up to 6 columns: "0.0412", "12.345", "1234.5"; "nan" and "inf" as such.
std::string loss_text(double loss);

/// A share in percent, up to 4 columns: "3%", "100%".
std::string percent_text(double share);

/// A share in per cent without the sign, with two digits where it is small: "16", "0.58",
/// "0.0058"; "<0.0001" below that.
std::string small_share_text(double share);

/// Bytes, up to 7 columns, in powers of 1000: "356 MB", "1.24 GB", "12.4 GB".
std::string bytes_text(int64_t bytes);

/// COCO's numbers with three digits as pycocotools prints them; "-" where there was no object.
std::string score_text(double score);

}  // namespace rn
