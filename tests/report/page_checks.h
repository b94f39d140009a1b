#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "report/parsed_xml.h"

namespace rn {

inline bool holds_word(const std::string& text, const std::string& word) {
  const auto is_letter = [&](size_t i) {
    return i < text.size() && std::isalpha(static_cast<unsigned char>(text[i])) != 0;
  };
  for (size_t i = text.find(word); i != std::string::npos; i = text.find(word, i + 1)) {
    if ((i == 0 || !is_letter(i - 1)) && !is_letter(i + word.size())) return true;
  }
  return false;
}

/// Well-formed, needs nothing from elsewhere, shows no number that is none.
inline void check_page(const std::string& page) {
  const auto elements = parse_xml(page);
  EXPECT_EQ(find_all(elements, "script").size(), 1u);
  for (const XmlElement& element : elements) {
    for (const auto& [key, value] : element.attributes) {
      EXPECT_FALSE(key.starts_with("on")) << element.name << " " << key;
      if (key != "src" && key != "href") continue;
      EXPECT_TRUE(value.starts_with("#") || value.starts_with("data:image/")) << value;
    }
    EXPECT_THAT(element.name,
                testing::Not(testing::AnyOf("link", "iframe", "img", "object", "embed")));
    if (element.name == "script" || element.name == "style") continue;
    for (const char* none : {"nan", "inf", "-100", "−100.0"}) {
      EXPECT_FALSE(holds_word(element.text, none)) << element.text;
    }
  }
  for (const char* outside : {"http:", "https:", "url(", "@import"}) {
    EXPECT_THAT(page, testing::Not(testing::HasSubstr(outside)));
  }
}

}  // namespace rn
