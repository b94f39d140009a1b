#include <glib.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "core/text.h"
#include "infer/label.h"

namespace rn {
namespace {

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};
using Layout = std::unique_ptr<PangoLayout, Destroy<g_object_unref>>;
using Context = std::unique_ptr<PangoContext, Destroy<g_object_unref>>;
using Font = std::unique_ptr<PangoFontDescription, Destroy<pango_font_description_free>>;
using FontOptions = std::unique_ptr<cairo_font_options_t, Destroy<cairo_font_options_destroy>>;
using Surface = std::unique_ptr<cairo_surface_t, Destroy<cairo_surface_destroy>>;
using Cairo = std::unique_ptr<cairo_t, Destroy<cairo_destroy>>;

/// One line of a size that can be drawn, whatever its bytes are.
std::string one_line(const std::string& text) {
  constexpr size_t kMost = 500;  // characters; no picture has room for more
  const std::unique_ptr<char, Destroy<g_free>> valid(
      g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
  return printable(valid.get(), kMost);
}

/// @param size of the font in pixels
Layout layout_of(const std::string& text, double size) {
  const Context context(pango_font_map_create_context(pango_cairo_font_map_get_default()));
  // Unhinted: the same widths at all sizes, and on all machines with the same font.
  const FontOptions options(cairo_font_options_create());
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context.get(), options.get());
  const Font font(pango_font_description_new());
  pango_font_description_set_family_static(font.get(), "DejaVu Sans, sans-serif");
  pango_font_description_set_absolute_size(font.get(), size * PANGO_SCALE);
  Layout layout(pango_layout_new(context.get()));
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
  const std::string line = one_line(text);
  pango_layout_set_text(layout.get(), line.data(), static_cast<int>(line.size()));
  return layout;
}

}  // namespace

bool can_be_shown(const std::string& text) {
  constexpr double kAnySize = 16;
  return pango_layout_get_unknown_glyphs_count(layout_of(text, kAnySize).get()) == 0;
}

cv::Mat render_label(const std::string& text, int height) {
  constexpr double kCapital = 0.55;      // height of a capital letter, of the label's
  constexpr double kCapitalOfEm = 0.73;  // of DejaVu Sans, of its size
  const Layout layout = layout_of(text, kCapital / kCapitalOfEm * height);
  int text_width = 0;
  pango_layout_get_pixel_size(layout.get(), &text_width, nullptr);
  const int margin = std::max(1, static_cast<int>(0.3 * height));
  constexpr int kMostWidth = 32767;  // of cairo's images
  const int width = std::min(text_width + 2 * margin, kMostWidth);

  cv::Mat mask =
      cv::Mat::zeros(height, cairo_format_stride_for_width(CAIRO_FORMAT_A8, width), CV_8U);
  const Surface surface(cairo_image_surface_create_for_data(mask.data, CAIRO_FORMAT_A8, width,
                                                            height, static_cast<int>(mask.step)));
  const Cairo cairo(cairo_create(surface.get()));
  const double baseline = (0.5 + kCapital / 2) * height;
  cairo_move_to(
      cairo.get(), margin,
      baseline - static_cast<double>(pango_layout_get_baseline(layout.get())) / PANGO_SCALE);
  pango_cairo_show_layout(cairo.get(), layout.get());
  cairo_surface_flush(surface.get());
  RN_CHECK(cairo_status(cairo.get()) == CAIRO_STATUS_SUCCESS, "cairo: {}",
           cairo_status_to_string(cairo_status(cairo.get())));
  return mask.colRange(0, width);
}

}  // namespace rn
