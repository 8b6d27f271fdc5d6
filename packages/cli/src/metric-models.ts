import type { MetricOptions, OpenQaWeights } from '@omnict/eval';
import { ConfigError } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import { loadReportLabeller, loadTokenEncoder, readBertScoreBaseline } from '@omnict/runner';
import { loadSentenceEncoder } from '@omnict/llm';
import { basename } from 'node:path';
import { numberList } from './options';

/** Command-line options that name checkpoints for metrics. */
export interface MetricModelOptions {
  encoder?: string;
  layer?: number;
  idf?: boolean;
  baseline?: string;
  sentenceEncoder?: string;
  reportClassifier?: string;
  openQaWeights?: string;
}

/** What metrics take, and how to free it. */
export interface MetricModels {
  options: MetricOptions;
  dispose: () => void;
}

/** Loads the checkpoints that were named, and nothing else. @throws errors of the loaders */
export async function loadMetricModels(wanted: MetricModelOptions): Promise<MetricModels> {
  const { encoder, layer, idf, baseline, sentenceEncoder, reportClassifier, openQaWeights } =
    wanted;
  const needsEngine = [encoder, sentenceEncoder, reportClassifier].some(
    (folder) => folder !== undefined,
  );
  if (needsEngine) await selectEngine();
  const tokens = encoder === undefined ? undefined : await loadTokenEncoder(encoder, layer);
  const sentences =
    sentenceEncoder === undefined ? undefined : await loadSentenceEncoder(sentenceEncoder);
  const labeller =
    reportClassifier === undefined ? undefined : await loadReportLabeller(reportClassifier);
  if (baseline !== undefined && tokens === undefined)
    throw new ConfigError('score: --baseline needs --encoder; expected both or neither');
  return {
    options: {
      ...(tokens && { tokenEncoder: tokens }),
      ...(idf === true && { idf }),
      ...(baseline !== undefined &&
        tokens && { baseline: await readBertScoreBaseline(baseline, tokens.layer) }),
      ...(sentences && {
        embedder: {
          name: basename(sentenceEncoder as string),
          encode: (texts: readonly string[]) => sentences.encode(texts),
        },
      }),
      ...(labeller && { labeller }),
      ...(openQaWeights !== undefined && { openQaWeights: parseWeights(openQaWeights) }),
    },
    dispose: () => [tokens, sentences, labeller].forEach((model) => model?.dispose()),
  };
}

function parseWeights(text: string): OpenQaWeights {
  const [bleu = 0, rouge = 0, tokenF1 = 0, bertScore = 0] = numberList(4)(text);
  return { bleu, rouge, tokenF1, bertScore };
}
