/**
 * Ablation tables and report pages.
 *
 * @module @omnict/report
 */
export {
  ablationTable,
  hasFigures,
  type AblationTable,
  type AblationTableOptions,
  type TableColumn,
  type TableRow,
} from './ablation-table';
export {
  forestPlot,
  type Forest,
  type ForestGroup,
  type ForestPanel,
  type ForestPoint,
  type QuestionFields,
} from './forest';
export { figureFiles, type FigureFile } from './figures/run-figures';
export { groupScores, type GroupField, type GroupScores } from './group-scores';
export type {
  PageAnswer,
  PageCase,
  PageCases,
  PageCurve,
  PageImage,
  PageOrigin,
  PageRun,
  PageStudy,
  PageTokenMap,
} from './page/page-input';
export {
  evaluationPage,
  type PageEvaluation,
  type PageTable,
  type PageTask,
} from './page/evaluation-page';
export { reportPage } from './page/report-page';
export { paperTable, type PaperRow, type PaperTable } from './paper-tables/paper-table';
export { csvTables, type ExportedTables } from './render-csv';
export { escapeLatex, latexSkills, latexTable } from './render-latex';
export { renderSkillsMarkdown, renderSkillsTable } from './render-skills';
export { renderAblationTable, type TableFormat } from './render-table';
export { axisText, rowTitle, trialTitle } from './row-title';
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
export { formatGrid, TERMINAL_WIDTH, wrapWords } from './text-grid';
export { renderUnfinished, type Unfinished } from './unfinished';
export { MAJORITY_ROW, tableRows, type TableRowInput, type TrialScores } from './table-input';
