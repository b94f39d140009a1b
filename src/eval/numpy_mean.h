#pragma once

#include <span>

namespace rn {

/// The sum as numpy's pairwise summation adds it, bit for bit.
double numpy_pairwise_sum(std::span<const double> values);

/// numpy.mean of a contiguous array of doubles, bit for bit, as numpy before 2.3 computes it:
/// pairwise sums of blocks of 8192, added one after the other. Later versions make one pairwise sum
/// of all, which can differ in the last bit.
/// @param values not empty
double numpy_mean(std::span<const double> values);

}  // namespace rn
