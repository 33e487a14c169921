// Part: the rows of this step. T = current.count.
struct Row {
  id: u32,        // token id; for row_statistics the id whose rank is asked
  position: u32,  // place in its sequence
  slot: u32,      // row of the pool where its keys, values and final state live
  table: u32,     // where the table of slots begins that it attends through
}
struct Step {
  count: u32,
  pad0: u32,
  pad1: u32,
  pad2: u32,
  rows: array<Row>,
}
@group(0) @binding(0) var<storage, read> current: Step;
