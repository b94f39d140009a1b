#include "model/pickle.h"

#include "core/error.h"
#include "model/pickle_machine.h"

namespace rn {

const PickleValue* PickleValue::find(std::string_view key) const {
  const PickleValue* found = nullptr;
  for (const auto& [name, value] : entries) {
    if (name->kind == Kind::kText && name->text == key) found = value;  // the last one counts
  }
  return found;
}

bool PickleValue::is_call_of(std::string_view global) const {
  return kind == Kind::kCall && items[0]->kind == Kind::kGlobal && items[0]->text == global;
}

PickleDocument::PickleDocument(std::string_view bytes, const std::string& source) {
  PickleMachine machine(*this, bytes, source);
  machine.run();
}

}  // namespace rn
