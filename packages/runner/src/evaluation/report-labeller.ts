import { ABNORMALITY_LABELS, type ReportLabeller } from '@omnict/eval';
import { type JsonTokenizer, loadTextEncoder, loadTokenizer, type TextEncoder } from '@omnict/llm';
import { ConfigError } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { basename } from 'node:path';

/** Reports per pass. */
const BATCH_SIZE = 8;

/** A report classifier with one output a label, each a yes or no of its own (RadBERT in the paper). */
export class CheckpointReportLabeller implements ReportLabeller {
  readonly name: string;
  private readonly outputs: readonly number[];

  constructor(
    private readonly encoder: TextEncoder,
    private readonly tokenizer: JsonTokenizer,
    { folder, outputs }: { folder: string; outputs: readonly number[] },
  ) {
    this.name = basename(folder);
    this.outputs = outputs;
  }

  async label(reports: readonly string[]): Promise<boolean[][]> {
    const labels: boolean[][] = [];
    for (let first = 0; first < reports.length; first += BATCH_SIZE)
      labels.push(...(await this.labelBatch(reports.slice(first, first + BATCH_SIZE))));
    return labels;
  }

  dispose(): void {
    this.encoder.dispose();
  }

  private async labelBatch(reports: readonly string[]): Promise<boolean[][]> {
    const { family, maxPositionEmbeddings, padTokenId, labels } = this.encoder.config;
    const limit =
      family === 'roberta' ? maxPositionEmbeddings - padTokenId - 1 : maxPositionEmbeddings;
    const rows = reports.map((report) => {
      const ids = this.tokenizer.encode(report, { addSpecialTokens: true });
      return ids.length <= limit ? ids : [...ids.slice(0, limit - 1), ids.at(-1) as number];
    });
    const length = Math.max(...rows.map((row) => row.length));
    const logits = tf.tidy(() => {
      const pad = (value: (row: readonly number[], place: number) => number): tf.Tensor2D =>
        tf.tensor2d(
          rows.map((row) => Array.from({ length }, (_, place) => value(row, place))),
          [rows.length, length],
          'int32',
        );
      const states = this.encoder.hiddenStates({
        ids: pad((row, place) => row[place] ?? padTokenId),
        attentionMask: pad((row, place) => (place < row.length ? 1 : 0)),
      });
      return this.encoder.classify(states.at(-1) as tf.Tensor3D) as tf.Tensor2D; // [B, labels]
    });
    const values = (await logits.data()) as Float32Array;
    logits.dispose();
    // A probability above one half is a logit above 0.
    return rows.map((_, row) =>
      this.outputs.map((output) => (values[row * labels.length + output] as number) > 0),
    );
  }
}

/**
 * Loads a BERT or RoBERTa sequence classifier whose labels are CT-RATE's 18, by name or, where it names
 * none, in their order.
 *
 * @throws ConfigError when it has other labels; errors of the loaders
 */
export async function loadReportLabeller(folder: string): Promise<CheckpointReportLabeller> {
  const tokenizer = await loadTokenizer(folder);
  const encoder = await loadTextEncoder(folder);
  const { labels } = encoder.config;
  const names = labels.map((label) => label.toLowerCase().replaceAll('_', ' '));
  const isUnnamed = names.every((name) => /^label \d+$/.test(name));
  const outputs = ABNORMALITY_LABELS.map((label, index) =>
    isUnnamed ? index : names.indexOf(label.toLowerCase()),
  );
  if (labels.length !== ABNORMALITY_LABELS.length || outputs.includes(-1)) {
    throw new ConfigError(
      `${folder}: is no classifier of CT-RATE's abnormalities; expected the ${ABNORMALITY_LABELS.length} labels ${ABNORMALITY_LABELS.join(', ')}, got ${labels.length}; take another checkpoint, or none for labels by rules`,
    );
  }
  return new CheckpointReportLabeller(encoder, tokenizer, { folder, outputs });
}
