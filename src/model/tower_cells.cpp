#include "model/tower_cells.h"

#include <algorithm>
#include <limits>

#include "core/error.h"

namespace rn {
namespace {

constexpr int32_t kAbsent = -1;
constexpr int64_t kNeighbours = 9;

/// Calls visit(k, cell) for each of a cell's neighbours that is in its map, itself (k = 4) too.
/// @param offset the first cell of the image's map
template <class Visit>
void visit_neighbours(int64_t cell, int64_t offset, const ImageSize& map, const Visit& visit) {
  const int64_t y = (cell - offset) / map.width;
  const int64_t x = (cell - offset) % map.width;
  for (int64_t k = 0; k < kNeighbours; ++k) {
    const int64_t to_y = y + k / 3 - 1;
    const int64_t to_x = x + k % 3 - 1;
    if (to_y < 0 || to_y >= map.height || to_x < 0 || to_x >= map.width) continue;
    visit(k, offset + to_y * map.width + to_x);
  }
}

/// Calls visit(row, k, neighbour) for each neighbour of each of the cells, which ascend.
template <class Visit>
void visit_neighbours(const CellGrid& grid, const std::vector<int64_t>& cells, const Visit& visit) {
  size_t row = 0;
  int64_t offset = 0;
  for (const ImageSize& map : grid.levels) {
    const int64_t size = map.height * map.width;
    for (int64_t image = 0; image < grid.images; ++image, offset += size) {
      for (; row < cells.size() && cells[row] < offset + size; ++row) {
        visit_neighbours(cells[row], offset, map,
                         [&](int64_t k, int64_t to) { visit(static_cast<int64_t>(row), k, to); });
      }
    }
  }
}

/// Finds the row of a cell in a list.
class RowsOfCells {
 public:
  explicit RowsOfCells(int64_t cells) : rows_(cells, kAbsent) {}

  void set(const std::vector<int64_t>& cells) {
    std::fill(rows_.begin(), rows_.end(), kAbsent);
    for (size_t row = 0; row < cells.size(); ++row) {
      rows_[cells[row]] = static_cast<int32_t>(row);
    }
  }
  int32_t operator[](int64_t cell) const { return rows_[cell]; }

 private:
  std::vector<int32_t> rows_;
};

/// All neighbours of the cells, ascending.
std::vector<int64_t> cells_around(const CellGrid& grid, const std::vector<int64_t>& cells) {
  std::vector<bool> is_read(grid.cells());
  visit_neighbours(grid, cells, [&](int64_t, int64_t, int64_t to) { is_read[to] = true; });
  std::vector<int64_t> around;
  for (size_t cell = 0; cell < is_read.size(); ++cell) {
    if (is_read[cell]) around.push_back(static_cast<int64_t>(cell));
  }
  return around;
}

torch::Tensor empty_table(size_t rows) {
  return torch::full({static_cast<int64_t>(rows), kNeighbours}, kAbsent, torch::kInt32);
}

ConvCells connect(const CellGrid& grid, const std::vector<int64_t>& outputs,
                  const std::vector<int64_t>& inputs, RowsOfCells& rows) {
  ConvCells conv{empty_table(outputs.size()), empty_table(inputs.size())};
  auto* inputs_of = conv.inputs_of.data_ptr<int32_t>();
  auto* outputs_of = conv.outputs_of.data_ptr<int32_t>();
  rows.set(inputs);
  visit_neighbours(grid, outputs, [&](int64_t output, int64_t k, int64_t cell) {
    const int32_t input = rows[cell];
    inputs_of[output * kNeighbours + k] = input;
    outputs_of[input * kNeighbours + k] = static_cast<int32_t>(output);
  });
  return conv;
}

std::vector<torch::Tensor> cells_by_level(const CellGrid& grid, const std::vector<int64_t>& cells) {
  std::vector<torch::Tensor> levels;
  auto begin = cells.begin();
  int64_t offset = 0;
  for (size_t level = 0; level < grid.levels.size(); ++level) {
    const int64_t next = offset + grid.cells_of(level);
    const auto end = std::lower_bound(begin, cells.end(), next);
    levels.push_back(torch::tensor(std::vector<int64_t>(begin, end), torch::kInt64) - offset);
    begin = end;
    offset = next;
  }
  return levels;
}

}  // namespace

int64_t CellGrid::cells() const {
  int64_t sum = 0;
  for (size_t level = 0; level < levels.size(); ++level) sum += cells_of(level);
  return sum;
}

int64_t TowerCells::written() const {
  int64_t sum = 0;
  for (const ConvCells& conv : convs) sum += conv.outputs();
  return sum;
}

TowerCells tower_cells(const CellGrid& grid, const std::vector<int64_t>& outputs,
                       int64_t num_convs) {
  RN_CHECK(grid.cells() <= std::numeric_limits<int32_t>::max(), "{} cells", grid.cells());
  RN_CHECK(num_convs >= 1, "{} convolutions", num_convs);
  TowerCells tower;
  RowsOfCells rows(grid.cells());
  std::vector<int64_t> written = outputs;
  for (int64_t i = 0; i < num_convs; ++i) {
    std::vector<int64_t> read = cells_around(grid, written);
    tower.convs.push_back(connect(grid, written, read, rows));
    written = std::move(read);
  }
  std::reverse(tower.convs.begin(), tower.convs.end());
  tower.features = cells_by_level(grid, written);
  return tower;
}

}  // namespace rn
