import { predictionLine } from '@omnict/eval';
import { prepareMask, writeNifti } from '@omnict/io';
import { createOmniCT, disposeOmniCT, openOmniCT, recordSample, saveOmniCT } from '@omnict/model';
import { selectEngine } from '@omnict/nn';
import type { QuestionRecord, Volume } from '@omnict/core';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScriptedServer, startScriptedServer } from '../../chat/test/scripted-server';
import {
  framePositions,
  jsonSchemaOf,
  readEvalSpec,
  runEvaluation,
  volumeFrames,
} from '../src/index';
import { evalQuestion } from '../src/evaluation/load-questions';

let folder: string;
let server: ScriptedServer | undefined;

const OPTIONS = ['cyst', 'nodule', 'effusion', 'calcification'];

/** A volume that is bright where its number says, so that a scripted model can see whose it is. */
const volume = (number: number): Volume => ({
  data: Int16Array.from({ length: 6 * 4 * 5 }, () => -900 + 400 * number),
  shape: [6, 4, 5],
  spacing: [5, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  unit: 'HU',
});

/** Mean grey of a data URL's picture. */
async function brightness(url: string): Promise<number> {
  const { channels } = await sharp(Buffer.from(url.split(',')[1] ?? '', 'base64')).stats();
  return channels[0]?.mean ?? NaN;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evaluation-'));
  for (const number of [0, 1, 2, 3])
    await writeNifti(join(folder, `${number}.nii`), volume(number));
  const records = Array.from({ length: 8 }, (_, index) => ({
    id: `q${index}`,
    image: `${index % 4}.nii`,
    modality: 'volume',
    organ: index < 4 ? 'lungs' : 'liver',
    taskType: 'multi-choice',
    category: 'MAI',
    question: 'What is there?',
    options: OPTIONS,
    answer: OPTIONS[index % 4],
    source: 'generated',
    split: 'test',
    patient: `p${index % 4}`,
  }));
  await writeFile(
    join(folder, 'records.jsonl'),
    records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  );
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function specFile(content: string): Promise<string> {
  const path = join(folder, 'spec.yaml');
  await writeFile(
    path,
    `schema: omnict/eval@1\nname: scripted\noutput: out\ntasks: [{ task: medeval-ct-bench-3d, records: records.jsonl }]\n${content}`,
  );
  return path;
}

/** A model that looks: the letter is the volume's number. */
async function startLookingServer(): Promise<ScriptedServer> {
  const greys = new Map<string, number>();
  const started = await startScriptedServer(({ images, text }) => {
    const seen = greys.get(images[0] ?? '') ?? NaN;
    const number = Math.round((seen / 127.5 - 1 + 0.9) / 0.4);
    const listed = [...text.matchAll(/([A-D])\. (\w+)/g)];
    const wanted = OPTIONS[number];
    const letter = listed.find(([, , option]) => option === wanted)?.[1] ?? 'A';
    return { reply: `The answer is ${letter}.` };
  });
  for (const number of [0, 1, 2, 3]) {
    const [frame] = await volumeFrames(volume(number), { frames: 2, window: [-1000, 1000] });
    const url = `data:image/png;base64,${Buffer.from(frame ?? []).toString('base64')}`;
    greys.set(url, await brightness(url));
  }
  return started;
}

describe('omnict eval', () => {
  it('asks an endpoint about frames, under stress, and fills the tables', async () => {
    server = await startLookingServer();
    const file = await specFile(
      `model: { kind: endpoint, url: "${server.url}", model: scripted, frames: 2 }\nconditions: [normal, mismatch, noise, no-image, option-shuffle, paraphrase]\ntables: [table-9]\n`,
    );
    const result = await runEvaluation(readEvalSpec(file));
    const rows = result?.leakage?.rows.find(({ organ }) => organ === 'Average');
    const cell = (condition: string): number | null | undefined =>
      rows?.cells[result?.leakage?.columns.indexOf(`3D ${condition}`) ?? -1];
    expect(cell('Normal')).toBe(100);
    expect(cell('Mismatch')).toBe(0);
    expect(cell('Noise')).toBeLessThan(60);
    expect(cell('No image')).toBe(25);
    expect(cell('Paraphrase')).toBe(100);
    expect(result?.optionShuffle).toEqual({ count: 8, mean: 1, all: 1 });
    expect(result?.tables[0]?.rows[0]?.cells.slice(0, 3)).toEqual([100, null, 100]);
    const asked = server.requests[0];
    expect(asked?.images).toHaveLength(2);
    expect(asked?.text).toContain('Choices: A. cyst B. nodule');
  });

  it('asks nothing twice: a second run takes every answer from the cache', async () => {
    server = await startLookingServer();
    const file = await specFile(
      `model: { kind: endpoint, url: "${server.url}", model: scripted, frames: 2 }\n`,
    );
    const first = await runEvaluation(readEvalSpec(file));
    const asked = server.requests.length;
    const again = await runEvaluation(readEvalSpec(file));
    expect(asked).toBe(4); // two ids ask the same about the same image
    expect(server.requests).toHaveLength(4);
    expect(again?.results).toEqual(first?.results);
  });

  it('runs stages alone, from the files of those before', async () => {
    const file = await specFile('model: { kind: predictions, file: p.jsonl }\n');
    await writeFile(
      join(folder, 'p.jsonl'),
      Array.from({ length: 8 }, (_, i) => `{"id":"q${i}","prediction":"B. nodule"}\n`).join(''),
    );
    const spec = readEvalSpec(file);
    await expect(runEvaluation(spec, { stages: ['score'] })).rejects.toThrow(/--stage infer first/);
    expect(await runEvaluation(spec, { stages: ['infer'] })).toBeNull();
    await rm(join(folder, 'p.jsonl'));
    await runEvaluation(spec, { stages: ['extract'] });
    const extracted = await readFile(
      join(folder, 'out/normal/medeval-ct-bench-3d/extracted.jsonl'),
      'utf8',
    );
    expect(JSON.parse(extracted.split('\n')[0] ?? '')).toEqual({
      id: 'q0',
      choice: 'B',
      rule: 'single-letter',
      span: [0, 1],
      expected: 'A',
      isCorrect: false,
    });
    const result = await runEvaluation(spec, { stages: ['score'] });
    expect(result?.results[0]?.result.report.scores['accuracy']).toBe(0.25);
    expect(result?.results[0]?.result.report.metrics['accuracy']?.interval?.method).toBe(
      'clustered',
    );
  });

  it('has answers judged, and tells apart what the judge did not say', async () => {
    const judge = await startScriptedServer(
      ({ text }) =>
        text.includes('Answer to judge: A')
          ? { reply: 'I cannot say.' }
          : { reply: { reason: 'same', correct: text.includes('Reference answer: nodule') } },
      { models: ['judge'] },
    );
    server = judge;
    const file = await specFile(
      `model: { kind: predictions, file: p.jsonl }\njudge: { rubric: binary, url: "${judge.url}", model: judge, second: { url: "${judge.url}", model: judge, share: 1 } }\n`,
    );
    await writeFile(
      join(folder, 'p.jsonl'),
      Array.from(
        { length: 8 },
        (_, i) => `{"id":"q${i}","prediction":"${i === 0 ? 'A' : i === 7 ? '' : 'nodule'}"}\n`,
      ).join(''),
    );
    const result = await runEvaluation(readEvalSpec(file));
    const report = result?.judges[0]?.report;
    expect(report).toMatchObject({ count: 8, judged: 7, parseFailures: 1, otherFailures: 0 });
    expect(report?.mean).toBeCloseTo(2 / 7, 12);
    expect(report?.agreement).toMatchObject({ count: 7, agreement: 1, kappa: 1 });
    expect(report?.rubric).toMatchObject({ name: 'judge-binary', version: 1 });
  });

  it('names every mistake of a spec with its place', async () => {
    const file = await specFile('model: { kind: telepathy }\nseeds: 3\nconditions: [dark]\n');
    expect(() => readEvalSpec(file)).toThrow(
      /spec\.yaml:\d+:\d+: model\.kind: expected one of checkpoint, endpoint, predictions[\s\S]*|seeds: unknown key/,
    );
    expect(() => readEvalSpec(file)).toThrow(/seeds: unknown key/);
    expect(() => readEvalSpec(file)).toThrow(/conditions\.0: expected one of normal/);
  });
});

it.each(['eval', 'task', 'table'] as const)(
  'the committed JSON Schema of %s files is current: omnict schema',
  (name) => {
    const path = fileURLToPath(new URL(`../../../schemas/${name}.schema.json`, import.meta.url));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(jsonSchemaOf(name))),
    );
  },
);

it('asks a checkpoint of ours, also without an image, in words or for the most likely option', async () => {
  await selectEngine();
  const omnict = await createOmniCT(
    {
      prepare: { window: [-1000, 1000], size: [6, 108, 108] },
      model: {
        encoder: 'siglip-tiny',
        llm: 'qwen2-tiny',
        vision: true,
        sce: true,
        tpe: { depthWidth: 16, heightWidth: 8, widthWidth: 8, base: 100 },
        unshuffle: { slice: 1, volume: 3 },
        ose: { strategy: 'adaptive', tokens2d: 9, tokens3d: 8 },
      },
    },
    3,
  );
  await saveOmniCT(join(folder, 'model'), omnict);
  disposeOmniCT(omnict);
  const file = await specFile(
    'model: { kind: checkpoint, folder: model, maxNewTokens: 4 }\nconditions: [normal, no-image]\n',
  );
  const first = await runEvaluation(readEvalSpec(file));
  expect(first?.results.map(({ result }) => result.report.count)).toEqual([8, 8]);
  const lines: string[] = [];
  const again = await runEvaluation(readEvalSpec(file), { log: (text) => lines.push(text) });
  expect(again?.results).toEqual(first?.results);
  expect(lines[0]).toMatch(/normal: 8 answers/);
  const likelihood = await specFile(
    'model: { kind: checkpoint, folder: model, choice: likelihood }\n',
  );
  const chosen = await runEvaluation(readEvalSpec(likelihood));
  expect(chosen?.results[0]?.result.report.metrics['accuracy']?.unparsedRate).toBe(0);
  const answers = await readFile(
    join(folder, 'out/normal/medeval-ct-bench-3d/predictions.jsonl'),
    'utf8',
  );
  for (const line of answers.trim().split('\n')) {
    expect(OPTIONS).toContain((JSON.parse(line) as { prediction: string }).prediction);
  }
});

it('reads a record as a sweep does: organ labels, earlier turns, and no choices that are not shown', async () => {
  const omnict = await openOmniCT('omnict-tiny');
  const image = { ...volume(1), labels: { 1: 'spleen', 5: 'liver' } };
  const labels = Uint8Array.from(image.data, (_, index) => (index < 40 ? 5 : 1));
  await writeNifti(join(folder, 'mask.nii'), { ...image, data: labels });
  const record: QuestionRecord = {
    id: 'q',
    image: '1.nii',
    mask: 'mask.nii',
    modality: 'volume',
    organ: 'liver',
    organLabels: [1],
    taskType: 'short-answer',
    category: 'GIR',
    source: 'phantom',
    question: 'And where?',
    answer: 'left',
    answers: ['left', 'right'],
    split: 'test',
    history: [{ question: 'Is it large?', answer: 'yes' }],
  };
  const { answer, answers, ...asked } = record;
  const { prepare } = omnict.config;
  const mask = prepareMask({ ...image, data: labels }, { ...prepare, modality: 'volume' });
  const swept = recordSample(await omnict.load(), asked, { features: undefined, mask });
  const { organ, ...question } = evalQuestion(record, folder);
  const { sample } = await omnict.sample({ ...question, organs: [organ as string] });
  expect(sample.sequence).toEqual(swept.sequence);
  expect(sample.plan).toEqual(swept.plan);
  expect(sample.plan?.fallback).toBe(false);
  const whole = await omnict.sample({ ...question, organLabels: [5] });
  expect(whole.sample.plan).not.toEqual(sample.plan);
  expect(predictionLine({ ...question, organ }, 'left')).toMatchObject({
    options: answers,
    answer,
  });
  omnict.dispose();
});

it('takes frames from the middle of equal parts', () => {
  expect(framePositions(6, 3)).toEqual([1, 3, 5]);
  expect(framePositions(2, 16)).toEqual([0, 1]);
  expect(framePositions(100, 1)).toEqual([50]);
});
