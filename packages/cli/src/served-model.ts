/** What `results.json` of a run says of its trials, as far as it matters here. */
export interface ScoredTrials {
  trials: {
    trial: string;
    modality?: Record<string, { metrics?: Record<string, { value: number } | null> }>;
  }[];
}

/** Name of the trial with the best mean accuracy over its modalities, of those that have a model. */
export function bestModel(
  trials: ScoredTrials['trials'],
  withModel: readonly string[],
): string | undefined {
  const accuracyOf = ({ modality = {} }: ScoredTrials['trials'][number]): number => {
    const values = Object.values(modality).flatMap(
      ({ metrics }) => metrics?.['accuracy']?.value ?? [],
    );
    return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  };
  const candidates = trials.filter(({ trial }) => withModel.includes(trial));
  candidates.sort((a, b) => accuracyOf(b) - accuracyOf(a)); // stable: the first of equals
  return candidates[0]?.trial ?? withModel[0];
}
