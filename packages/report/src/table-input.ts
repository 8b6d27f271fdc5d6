import type { Modality } from '@omnict/nn';

/** One answered question, as the table needs it. */
export interface SampleScore {
  /** Pairs the same question over trials. */
  id: string;
  modality: Modality;
  /** Patient or phantom: questions about one are not independent. */
  cluster?: string;
  /** Which measure counts: accuracy for closed questions, Token-F1 for open ones. */
  measure: MeasureName;
  /** In [0, 1]. */
  score: number;
}

/** The table's two measures. */
export type MeasureName = 'closed-accuracy' | 'token-f1';

/** All measures, in the order of the columns. */
export const MEASURES: readonly MeasureName[] = ['closed-accuracy', 'token-f1'];

/** Both modalities, in the order of the columns. */
export const MODALITIES: readonly Modality[] = ['slice', 'volume'];

/** Results of one row: the same configuration with each seed. */
export interface TableRowInput {
  name: string;
  /** Values of the varied config paths; decides which figure of the paper stands beside the row. */
  axes: Readonly<Record<string, unknown>>;
  /** The row that the others are compared with; at most one. */
  isBaseline: boolean;
  /** Sample scores by seed. */
  seeds: ReadonlyMap<number, readonly SampleScore[]>;
  /** Trials that did not finish, with the reason; shown instead of a wrong number. */
  missing?: readonly string[];
}
