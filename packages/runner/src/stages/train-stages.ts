import { resolveEncoderFolder } from '@omnict/encoding';
import {
  attachLora,
  loraParameters,
  mergeLora,
  resolveLanguageModelFolder,
  saveLoraAdapter,
} from '@omnict/llm';
import {
  createOmniCT,
  disposeOmniCT,
  encoderNames,
  layoutProblems,
  loadOmniCT,
  type OmniCT,
  projectionFile,
  saveOmniCT,
  withCanonicalParts,
} from '@omnict/model';
import { type StepReport, train, type TrainStageConfig } from '@omnict/train';
import { checkpointFiles } from '@omnict/nn';
import { ConfigError, type Modality, Random } from '@omnict/core';
import type * as tf from '@tensorflow/tfjs-core';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TrialConfig } from '../spec/trial-config';
import type { StageContext } from '@omnict/pipeline';
import { architectureOf } from './architecture';
import { openFeatures } from './encode';
import type { OmnictStage } from './omnict-stage';
import { sampleBatches } from './sample-batches';
import { Samples } from './samples';
import { stageRecords } from './stage-records';
import { takeUp } from './take-up';
import { recordUses } from './validation-split';

/** Folder of the outputs with the trained model. */
export const MODEL = 'model';

/** What a trained model depends on beside its data. */
interface TrainSection {
  model: TrialConfig['model'];
  prepare: TrialConfig['prepare'];
  maxLength: number;
  stage: TrainStageConfig;
}

/** What a pretrained projector depends on. */
type PretrainSection = Omit<TrainSection, 'stage'> & { stage: TrialConfig['train']['pretrain'] };

/** What a fine-tuned model depends on. */
type FinetuneSection = Omit<TrainSection, 'stage'> & { stage: TrialConfig['train']['finetune'] };

/** Data of stage 1. */
type PretrainInputs = { dataset: string; prepare: string; encode: string };

/** Data of a stage; a model without vision has questions alone. */
type TrainInputs = { dataset: string; prepare?: string; encode?: string };

/** Stage 1 (Sec. 2.3): the projector learns to speak to a frozen language model. */
export const pretrainStage: OmnictStage<PretrainSection, PretrainInputs> = {
  name: 'pretrain',
  version: 7,
  needs: () => ({ dataset: true, prepare: true, encode: true }),
  usesSeed: true,
  // Without vision there is no projector to train.
  select: ({ model, prepare, train: { pretrain: stage, maxLength } }) =>
    model.vision ? { model: withCanonicalParts(model), prepare, maxLength, stage } : undefined,
  files: (section) => languageModelFiles(section),
  uses: (section) => registeredParts(section),
  problems: (section) => layoutProblems({ ...section, trained: trainedOn(section.stage) }),
  run: async (context) => {
    const { model, prepare } = context.section;
    const omnict = await createOmniCT({ model, prepare }, context.seed);
    await trainStage(context, omnict, omnict.model.projector.namedParameters('projector.'));
  },
};

/** Folder of the outputs with the low-rank update, when one was trained. */
const ADAPTER = 'adapter';

/** Stage 2 (Sec. 2.3): projector and language model learn together, the latter whole or by LoRA. */
export const finetuneStage: OmnictStage<
  FinetuneSection,
  { dataset: string; prepare?: string; encode?: string; pretrain?: string }
> = {
  name: 'finetune',
  version: 4,
  needs: ({ model: { vision } }) => ({
    dataset: true,
    prepare: vision,
    encode: vision,
    pretrain: vision,
  }),
  usesSeed: true,
  select: ({ model, prepare, train: { finetune: stage, maxLength } }) => ({
    model: withCanonicalParts(model),
    prepare,
    maxLength,
    stage,
  }),
  files: (section) => languageModelFiles(section),
  uses: (section) => registeredParts(section),
  run: async (context) => {
    const { model, prepare, stage } = context.section;
    const pretrained = context.inputs.pretrain;
    const omnict =
      pretrained === undefined
        ? await createOmniCT({ model, prepare }, context.seed)
        : await loadOmniCT(join(pretrained, MODEL));
    const { lora } = stage;
    const { llm } = omnict.model;
    if (lora !== undefined) attachLora(llm, lora, new Random(`lora/${context.seed}`));
    const language = lora === undefined ? llm.namedParameters('llm.') : loraParameters(llm, 'llm.');
    const projector = model.vision ? omnict.model.projector.namedParameters('projector.') : [];
    await trainStage(context, omnict, new Map([...projector, ...language]));
  },
};

/** Modalities that a stage takes records of. */
function trainedOn({ sampling }: TrainStageConfig): Modality[] {
  return (['slice', 'volume'] as const).filter((modality) => sampling?.[`${modality}s`] !== 0);
}

async function trainStage(
  context: StageContext<FinetuneSection, TrainInputs>,
  omnict: OmniCT,
  parameters: ReadonlyMap<string, tf.Variable>,
): Promise<void> {
  const { section, seed, inputs, outputs, checkpoints, signal, log, metric, progress } = context;
  const { stage } = section;
  const { model } = omnict;
  const { dataset, encode, prepare: prepared } = inputs;
  const features = encode === undefined ? undefined : await openFeatures(encode);
  const sources = { omnict, dataset, features, prepared, log };
  const use = { withAnswers: true, maxTokens: section.maxLength };
  const samples = new Samples(sources, use);
  const held = new Samples(sources, use);
  const useOf = await recordUses(dataset, stage.validation, seed);
  const samplesOf = { training: samples, validation: held };
  const isLearntFrom = stageRecords(stage.records, seed);
  await takeUp(dataset, (record) => {
    const recordUse = isLearntFrom(record) ? useOf(record) : undefined;
    return recordUse && samplesOf[recordUse];
  });
  if (samples.length + samples.leftOut === 0) {
    throw new ConfigError(
      `train.*.records: no record of split 'train' is left to learn from; expected at least one; got ${JSON.stringify(stage.records ?? {})}; choose other task types, modalities or a larger share`,
    );
  }
  samples.tell();
  held.tell();
  metric('samples_shortened', samples.shortened, 0);
  metric('samples_left_out', samples.leftOut, 0);
  const learnt = await sampleBatches(omnict, samples, { config: stage, seed });
  const validated = await sampleBatches(omnict, held, { config: stage, seed });
  const recomputeLayers = stage.gradientCheckpointing ?? false;
  await train({
    config: stage,
    seed,
    ...learnt,
    parameters,
    loss: (batch) => model.answerLoss(batch, { recomputeLayers }),
    validation: {
      size: held.length,
      batchOf: validated.batchOf,
      grouping: validated.images && { ...validated, images: validated.images },
    },
    checkpoints,
    signal,
    onStep: (report) => {
      progress(report.step, report.totalSteps);
      logStep(report, metric);
    },
  }).finally(() => Promise.all([features?.close(), samples.close(), held.close()]));
  samples.tellOrgans();
  const { lora } = stage;
  if (lora !== undefined) {
    await saveLoraAdapter(join(outputs, ADAPTER), model.llm, lora);
    mergeLora(model.llm); // the saved model needs no adapter
  }
  await saveOmniCT(join(outputs, MODEL), omnict);
  disposeOmniCT(omnict);
}

/** Numbers of every tenth step, and of every validation, for the journal. */
function logStep(report: StepReport, metric: StageContext['metric']): void {
  const { step, totalSteps, validationLoss } = report;
  if (validationLoss !== undefined) metric('validation_loss', validationLoss, step);
  if (step % 10 !== 0 && step !== totalSteps) return;
  metric('loss', report.loss, step);
  metric('learning_rate', report.learningRate, step);
  metric('gradient_norm', report.gradientNorm, step);
  metric('samples_per_second', report.samplesPerSecond, step);
  metric('tokens_per_second', report.tokensPerSecond, step);
  metric('data_wait_share', report.dataWaitShare, step);
  metric('memory_mib', report.memoryMiB, step);
}

async function registeredParts({ model, prepare }: TrainSection): Promise<string[]> {
  const encoders = await Promise.all(encoderNames({ model, prepare }).map(architectureOf));
  return [model.ose.strategy, ...encoders];
}

function languageModelFiles({ model, prepare }: TrainSection): string[] {
  const { llm } = model;
  const folder = resolveLanguageModelFolder(llm);
  const projection = model.vision ? projectionFile(model) : undefined;
  const configs = ['config.json', 'tokenizer.json'].map((name) => join(folder, name));
  const chat = ['tokenizer_config.json', 'chat_template.jinja'].map((name) => join(folder, name));
  return [
    ...configs,
    ...chat.filter(existsSync),
    ...checkpointFiles(folder),
    // their sizes shape the projector
    ...encoderNames({ model, prepare }).map((name) =>
      join(resolveEncoderFolder(name), 'config.json'),
    ),
    ...(projection === undefined ? [] : [projection]),
  ];
}
