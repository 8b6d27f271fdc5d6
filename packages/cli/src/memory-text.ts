import { type MemoryPlan, planMemory, type StageMemory } from '@omnict/model';
import type { Trial } from '@omnict/runner';

/** Trials of one memory plan. */
export interface TrialMemory extends MemoryPlan {
  trials: string[];
}

const COLUMNS = [
  'weights',
  'gradients',
  'optimizer',
  'activations',
  'keyValueCache',
  'total',
] as const;

const HEADERS = ['stage', 'weights', 'gradients', 'optimizer', 'activations', 'KV cache', 'total'];

/** Plans of a sweep's trials; those with equal plans together. */
export async function memoryOfTrials(trials: readonly Trial[]): Promise<TrialMemory[]> {
  const byPlan = new Map<string, TrialMemory>();
  for (const { name, config } of trials) {
    const { pretrain, finetune } = config.train;
    const plan = await planMemory(config, {
      microBatch: {
        pretrain: pretrain.microBatchSize ?? pretrain.batchSize,
        finetune: finetune.microBatchSize ?? finetune.batchSize,
      },
      predictBatch: config.predict.batchSize,
      maxNewTokens: config.predict.maxNewTokens,
      lora: finetune.lora,
    });
    const key = JSON.stringify(plan);
    const known = byPlan.get(key);
    if (known === undefined) byPlan.set(key, { trials: [name], ...plan });
    else known.trials.push(name);
  }
  return [...byPlan.values()];
}

/** A plan for the terminal. */
export function memoryText({
  trials,
  parameters,
  visualTokens,
  sequenceTokens,
  stages,
}: TrialMemory): string {
  const millions = (count: number): string => `${(count / 1e6).toFixed(1)} M`;
  const rows = [HEADERS, ...stages.map(cells)];
  return [
    trials.join('\n'),
    `parameters: encoder ${millions(parameters.encoder)}, projector ${millions(parameters.projector)}, language model ${millions(parameters.languageModel)}`,
    `visual tokens: ${visualTokens.slice} a slice, ${visualTokens.volume} a volume; longest sequence ${sequenceTokens} tokens`,
    ...rows.map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(10) : cell.padStart(12))).join(''),
    ),
  ].join('\n');
}

function cells(stage: StageMemory): string[] {
  return [stage.stage, ...COLUMNS.map((column) => gigabytes(stage[column]))];
}

function gigabytes(bytes: number): string {
  return bytes === 0 ? '-' : `${(bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 1)} GB`;
}
