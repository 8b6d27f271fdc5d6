/** What a finished sweep comes to, for its own run and those of its settings. */
export interface SweepSummary {
  /** Further files of the sweep's run. */
  artifacts: readonly string[];
  /** Markdown, shown at the head of the sweep's run. */
  description?: string;
  /** Figures of each row of the table, over its seeds: those of the row, and differences to the baseline. */
  rows?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}
