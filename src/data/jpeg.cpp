#include "data/jpeg.h"

#include <csetjmp>
#include <cstddef>
#include <cstdint>
// jpeglib.h relies on the other.
// clang-format off
#include <cstdio>
#include <jpeglib.h>
// clang-format on

#include "data/picture_bytes.h"

namespace rn {
namespace {

constexpr int kExifMarker = JPEG_APP0 + 1;
/// What cv::imdecode refuses to go beyond, unless the environment says otherwise.
constexpr uint64_t kMostPixels = uint64_t{1} << 30;

/// libjpeg's way out of an error is a jump.
struct Escape {
  jpeg_error_mgr manager;  // first: libjpeg hands out a pointer to it
  std::jmp_buf place;
};

[[noreturn]] void give_up(j_common_ptr jpeg) {
  std::longjmp(reinterpret_cast<Escape*>(jpeg->err)->place, 1);
}

void give_up_at_warnings(j_common_ptr jpeg, int level) {
  if (level < 0) give_up(jpeg);
}

/// libjpeg's state. No function of it that can jump has an object with a destructor.
class Decoder {
 public:
  Decoder() {
    jpeg_.err = jpeg_std_error(&escape_.manager);
    escape_.manager.error_exit = give_up;
    escape_.manager.emit_message = give_up_at_warnings;
  }
  ~Decoder() { jpeg_destroy_decompress(&jpeg_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Reads all before the pixels. @return whether they are of an ordinary kind
  bool read_header(const unsigned char* bytes, size_t size) {
    if (setjmp(escape_.place) != 0) return false;
    jpeg_create_decompress(&jpeg_);
    jpeg_mem_src(&jpeg_, bytes, size);
    jpeg_save_markers(&jpeg_, kExifMarker, 0xFFFF);
    if (jpeg_read_header(&jpeg_, TRUE) != JPEG_HEADER_OK) return false;
    const bool is_colour = jpeg_.num_components == 3 && (jpeg_.jpeg_color_space == JCS_YCbCr ||
                                                         jpeg_.jpeg_color_space == JCS_RGB);
    const bool is_grey = jpeg_.num_components == 1 && jpeg_.jpeg_color_space == JCS_GRAYSCALE;
    return jpeg_.data_precision == 8 && (is_colour || is_grey) &&
           uint64_t{jpeg_.image_width} * jpeg_.image_height <= kMostPixels;
  }

  /// After read_header. @return whether every EXIF segment says so, or there is none
  bool is_upright() const {
    for (jpeg_saved_marker_ptr marker = jpeg_.marker_list; marker; marker = marker->next) {
      if (marker->marker != kExifMarker) continue;
      const std::string_view body(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (!exif_is_upright(body)) return false;
    }
    return true;
  }

  int height() const { return static_cast<int>(jpeg_.image_height); }
  int width() const { return static_cast<int>(jpeg_.image_width); }

  /// After read_header. @param pixels room for height() rows of 3 * width() bytes
  /// @return whether they were read without a doubt
  bool read_pixels(unsigned char* pixels, size_t stride) {
    if (setjmp(escape_.place) != 0) return false;
    jpeg_.out_color_space = JCS_RGB;
    jpeg_start_decompress(&jpeg_);
    while (jpeg_.output_scanline < jpeg_.output_height) {
      JSAMPROW row = pixels + jpeg_.output_scanline * stride;
      jpeg_read_scanlines(&jpeg_, &row, 1);
    }
    return jpeg_finish_decompress(&jpeg_) == TRUE;
  }

 private:
  jpeg_decompress_struct jpeg_{};
  Escape escape_{};
};

}  // namespace

cv::Mat decode_ordinary_jpeg(std::string_view bytes) {
  if (!is_jpeg(bytes)) return {};
  Decoder decoder;
  if (!decoder.read_header(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) ||
      !decoder.is_upright()) {
    return {};
  }
  cv::Mat rgb(decoder.height(), decoder.width(), CV_8UC3);
  if (!decoder.read_pixels(rgb.data, rgb.step[0])) return {};
  return rgb;
}

}  // namespace rn
