export {
  ablationTable,
  type AblationTable,
  type AblationTableOptions,
  type CellDelta,
  type TableCell,
  type TableColumn,
  type TableRow,
} from './ablation-table';
export {
  PAPER_TABLE_NAMES,
  paperTable,
  type PaperRow,
  type PaperTable,
} from './paper-tables/paper-table';
export { renderAblationTable, type TableFormat } from './render-table';
export {
  formatSeconds,
  renderSweepCost,
  sweepCost,
  type CostedTask,
  type StageCost,
  type SweepCost,
} from './sweep-cost';
export { MAJORITY_ROW, tableRows, type TableRowInput, type TrialScores } from './table-input';
