// Part: the rows of this step. T = current.count.
struct Row {
  id: u32,        // token id; for row_statistics the id whose rank is asked
  position: u32,  // place in its sequence
  slot: u32,      // row of the pool where its keys, values and final state live
  table: u32,     // where the table of slots begins that it attends through
}
struct Step {
  count: u32,
  state_from: u32,  // rows of the pool of states: what the rows of the step begin with (zero at position 0),
  state_to: u32,    // and where the state after them goes; all of them are of one sequence then
  pad: u32,
  rows: array<Row>,
}
@group(0) @binding(0) var<storage, read> current: Step;
