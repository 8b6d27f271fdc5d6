/** Finds abnormalities in reports. */
export interface ReportLabeller {
  /** Checkpoint or rules, named in results. */
  readonly name: string;
  /** For each report which of `CT_RATE_LABELS` it says is there. */
  label(reports: readonly string[]): Promise<boolean[][]>;
}

/** Counts over reports for each label. */
export interface LabelCounts {
  truePositives: number[];
  falsePositives: number[];
  falseNegatives: number[];
}

/** Precision, recall and F1 over labels; undefined quotients count as 0, as in scikit-learn. */
export interface LabelScores {
  macro: { precision: number; recall: number; f1: number };
  micro: { precision: number; recall: number; f1: number };
}

/** Compares found labels of a prediction with those of its reference, one count a label. */
export function countLabels(
  predicted: readonly boolean[],
  expected: readonly boolean[],
): LabelCounts {
  const count = (matches: (own: boolean, other: boolean) => boolean): number[] =>
    expected.map((other, index) => (matches(predicted[index] ?? false, other) ? 1 : 0));
  return {
    truePositives: count((own, other) => own && other),
    falsePositives: count((own, other) => own && !other),
    falseNegatives: count((own, other) => !own && other),
  };
}

/** Scores from counts: macro averages over labels, and micro over all decisions (Table 16). */
export function labelScores({
  truePositives,
  falsePositives,
  falseNegatives,
}: LabelCounts): LabelScores {
  const each = truePositives.map((hits, index) =>
    scores(hits, falsePositives[index] ?? 0, falseNegatives[index] ?? 0),
  );
  const average = (part: 'precision' | 'recall' | 'f1'): number =>
    each.reduce((sum, label) => sum + label[part], 0) / each.length;
  return {
    macro: { precision: average('precision'), recall: average('recall'), f1: average('f1') },
    micro: scores(total(truePositives), total(falsePositives), total(falseNegatives)),
  };
}

function scores(hits: number, extra: number, missed: number): LabelScores['micro'] {
  const precision = hits === 0 ? 0 : hits / (hits + extra);
  const recall = hits === 0 ? 0 : hits / (hits + missed);
  return {
    precision,
    recall,
    f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall),
  };
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
