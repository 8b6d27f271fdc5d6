/** Tables of the paper whose figures stand beside results, by the names that specs use. */
export const PAPER_TABLE_NAMES = [
  'table-1',
  'table-6',
  'table-10',
  'table-11',
  'table-12',
  'table-13',
  'table-15',
] as const;

/** Name of a table of the paper. */
export type PaperTableName = (typeof PAPER_TABLE_NAMES)[number];
