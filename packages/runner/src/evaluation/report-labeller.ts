import type { ReportLabeller } from '@omnict/eval';
import { loadTextClassifier, type TextClassifier } from '@omnict/llm';
import { ConfigError, CT_RATE_LABELS } from '@omnict/core';
import { basename } from 'node:path';

/** A report classifier with one output a label, each a yes or no of its own (RadBERT in the paper). */
export class CheckpointReportLabeller implements ReportLabeller {
  /** @param outputs the classifier's output of each of our labels */
  constructor(
    readonly name: string,
    private readonly classifier: TextClassifier,
    private readonly outputs: readonly number[],
  ) {}

  async label(reports: readonly string[]): Promise<boolean[][]> {
    const scores = await this.classifier.classify(reports);
    return scores.map((row) => this.outputs.map((output) => (row[output]?.probability ?? 0) > 0.5));
  }

  dispose(): void {
    this.classifier.dispose();
  }
}

/**
 * Loads a BERT or RoBERTa sequence classifier whose labels are CT-RATE's 18, by name or, where it names
 * none, in their order.
 *
 * @throws ConfigError when it has other labels; errors of the loaders
 */
export async function loadReportLabeller(folder: string): Promise<CheckpointReportLabeller> {
  const classifier = await loadTextClassifier(folder, { isMultiLabel: true });
  const { labels } = classifier;
  const names = labels.map((label) => label.toLowerCase().replaceAll('_', ' '));
  const isUnnamed = names.every((name) => /^label \d+$/.test(name));
  const outputs = CT_RATE_LABELS.map((label, index) =>
    isUnnamed ? index : names.indexOf(label.toLowerCase()),
  );
  if (labels.length !== CT_RATE_LABELS.length || outputs.includes(-1)) {
    classifier.dispose();
    throw new ConfigError(
      `${folder}: is no classifier of CT-RATE's abnormalities; expected the ${CT_RATE_LABELS.length} labels ${CT_RATE_LABELS.join(', ')}, got ${labels.length}; take another checkpoint, or none for labels by rules`,
    );
  }
  return new CheckpointReportLabeller(basename(folder), classifier, outputs);
}
