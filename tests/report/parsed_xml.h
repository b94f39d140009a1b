#pragma once

#include <expat.h>
#include <fmt/format.h>

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace rn {

/// An element of a page, read by a parser that allows nothing that isn't well-formed XML.
struct XmlElement {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;  ///< its own, without that of the elements in it

  std::string attribute(const std::string& key) const {
    const auto found = attributes.find(key);
    return found == attributes.end() ? std::string() : found->second;
  }
  double number(const std::string& key) const { return std::stod(attribute(key)); }
};

/// All elements in the order in which they start. @throws std::runtime_error with line and reason
inline std::vector<XmlElement> parse_xml(std::string_view text) {
  struct State {
    std::vector<XmlElement> elements;
    std::vector<size_t> open;
  } state;
  XML_Parser parser = XML_ParserCreate("UTF-8");
  XML_SetUserData(parser, &state);
  XML_SetElementHandler(
      parser,
      [](void* data, const char* name, const char** attributes) {
        auto& s = *static_cast<State*>(data);
        s.open.push_back(s.elements.size());
        XmlElement element{name, {}, {}};
        for (; *attributes != nullptr; attributes += 2) {
          element.attributes[attributes[0]] = attributes[1];
        }
        s.elements.push_back(std::move(element));
      },
      [](void* data, const char*) { static_cast<State*>(data)->open.pop_back(); });
  XML_SetCharacterDataHandler(parser, [](void* data, const char* characters, int length) {
    auto& s = *static_cast<State*>(data);
    if (!s.open.empty()) s.elements[s.open.back()].text.append(characters, length);
  });
  const bool ok = XML_Parse(parser, text.data(), static_cast<int>(text.size()), 1) == XML_STATUS_OK;
  const std::string problem = ok ? ""
                                 : fmt::format("line {}: {}", XML_GetCurrentLineNumber(parser),
                                               XML_ErrorString(XML_GetErrorCode(parser)));
  XML_ParserFree(parser);
  if (!ok) throw std::runtime_error(problem);
  return state.elements;
}

/// Those called `name` that have the class `css_class`, or all called `name` if it is empty.
inline std::vector<XmlElement> find_all(const std::vector<XmlElement>& elements,
                                        std::string_view name, std::string_view css_class = {}) {
  std::vector<XmlElement> found;
  for (const XmlElement& element : elements) {
    const std::string classes = " " + element.attribute("class") + " ";
    const bool fits =
        css_class.empty() || classes.find(fmt::format(" {} ", css_class)) != std::string::npos;
    if (element.name == name && fits) found.push_back(element);
  }
  return found;
}

}  // namespace rn
