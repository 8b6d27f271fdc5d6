export {
  ablationTable,
  type AblationTable,
  type AblationTableOptions,
  type TableColumn,
  type TableRow,
} from './ablation-table';
export {
  PAPER_TABLE_NAMES,
  paperTable,
  type PaperRow,
  type PaperTable,
} from './paper-tables/paper-table';
export { renderSkillsTable } from './render-skills';
export { renderAblationTable, type TableFormat } from './render-table';
export { type MechanismContrast } from './mechanism-contrasts';
export { skillsTable, type SkillColumn, type SkillRow, type SkillsTable } from './skills-table';
export {
  formatSeconds,
  renderSweepCost,
  sweepCost,
  type CostedTask,
  type StageCost,
  type SweepCost,
} from './sweep-cost';
export { type CellDelta, type TableCell } from './table-cell';
export { MAJORITY_ROW, tableRows, type TableRowInput, type TrialScores } from './table-input';
