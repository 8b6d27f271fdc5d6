import { predictionLine } from '@omnict/eval';
import { type ModelSample, openOmniCT } from '@omnict/model';
import { join } from 'node:path';
import { writeJsonLines } from '../evaluation/evaluation-files';
import { evalQuestion } from '../evaluation/load-questions';
import type { TrialConfig } from '../spec/trial-config';
import type { DatasetRecord } from './dataset';
import { openFeatures } from './encode';
import type { OmnictStage } from './omnict-stage';
import { Samples } from './samples';
import { takeUp } from './take-up';
import { MODEL } from './train-stages';

/** One answer a line, with all that `omnict score` needs of its question. */
export const PREDICTIONS_FILE = 'predictions.jsonl';

/** The model's answers to the test questions. */
export const predictStage: OmnictStage<
  TrialConfig['predict'],
  { dataset: string; prepare?: string; encode?: string; finetune: string }
> = {
  name: 'predict',
  version: 5,
  needs: ({ model: { vision } }) => ({
    dataset: true,
    prepare: vision,
    encode: vision,
    finetune: true,
  }),
  usesSeed: false, // greedy: the seed is in the trained model's key
  select: ({ predict }) => predict,
  run: async ({ section, inputs, outputs, log, metric, progress, signal }) => {
    const model = await openOmniCT(join(inputs.finetune, MODEL));
    const omnict = await model.load();
    const { dataset, encode, prepare: prepared } = inputs;
    const features = encode === undefined ? undefined : await openFeatures(encode);
    const maxTokens = omnict.model.llm.maxPositions - section.maxNewTokens;
    const use = { withAnswers: false, maxTokens };
    const samples = new Samples({ omnict, dataset, features, prepared, log }, use);
    const records: (DatasetRecord & { isAsked: boolean })[] = [];
    await takeUp(
      dataset,
      ({ split }) => (split === 'test' ? samples : undefined),
      (record, isAsked) => records.push({ ...record, isAsked }),
    );
    samples.tell();
    const asked: ModelSample[] = [];
    for (let index = 0; index < samples.length; index++) asked.push(await samples.at(index));
    samples.tellOrgans();
    await samples.close();
    const started = performance.now();
    const answering = { ...section, onProgress: progress, signal };
    const answers = await model.answerSamples(asked, answering).finally(() => features?.close());
    model.dispose();
    metric('answers_per_second', answers.length / ((performance.now() - started) / 1000));
    // A question that cannot be asked has no answer, which counts as a wrong one.
    const lines = records.map(({ isAsked, ...record }) =>
      predictionLine(evalQuestion(record, ''), isAsked ? (answers.shift() as string) : ''),
    );
    await writeJsonLines(join(outputs, PREDICTIONS_FILE), lines);
  },
};
