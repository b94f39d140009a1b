#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rn::parity {

/// The first Python here that can import the modules, or an empty text; the tests skip where there
/// is none. Looked for where tools/peers.sh puts one, then on the PATH, then where Debian has it.
std::string python_with(const std::string& modules);

/// Runs it with these arguments. @return its standard output
/// @throws Error with what it wrote if it fails
std::string run_python(const std::string& python, const std::vector<std::string>& arguments);

/// An empty folder of this process for what Python is to read and write.
std::filesystem::path own_folder(const std::string& name);

}  // namespace rn::parity
