#include "front/parse_errors.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "core/text.h"

namespace rn {
namespace {

/// The innermost command that was given.
const CLI::App& given_command(const CLI::App& program) {
  const CLI::App* command = &program;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

/// @return "--size" for "--sise"; empty if no option is near
std::string nearest_option(const CLI::App& command, const std::string& word) {
  if (!word.starts_with("--")) return "";
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(name);
  }
  const std::string near = nearest_name(word.substr(2), names);
  return near.empty() ? "" : "--" + near;
}

}  // namespace

std::string parse_error_text(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App& command = given_command(program);
  const std::vector<std::string> unexpected = command.remaining();
  const bool is_extra = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  std::string text = is_extra ? "not expected: " + join(unexpected, " ") : error.what();
  for (const std::string& given : unexpected) {
    const std::string word = given.substr(0, given.find('='));
    const std::string near = nearest_option(command, word);
    if (near.empty()) continue;
    return text + (is_extra ? fmt::format("; did you mean {}?", near)
                            : fmt::format("; {} isn't known, did you mean {}?", word, near));
  }
  return text;
}

}  // namespace rn
