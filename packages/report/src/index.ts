export {
  ablationTable,
  type AblationTable,
  type AblationTableOptions,
  type TableCell,
  type TableColumn,
  type TableRow,
} from './ablation-table';
export type { Estimate } from './estimates';
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
export {
  MEASURES,
  MODALITIES,
  type MeasureName,
  type SampleScore,
  type TableRowInput,
} from './table-input';
