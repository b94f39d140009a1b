#include "model/prepared_weights.h"

namespace rn {

thread_local PreparedWeights* PreparedWeights::active_ = nullptr;

PreparedWeights::Scope::Scope(PreparedWeights& weights) : before_(active_) { active_ = &weights; }

PreparedWeights::Scope::~Scope() { active_ = before_; }

}  // namespace rn
