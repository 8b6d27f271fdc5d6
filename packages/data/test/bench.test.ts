import {
  CLINICAL_CATEGORIES,
  ConfigError,
  MissingDataError,
  ORGAN_CLASSES,
  type QuestionRecord,
  Random,
} from '@omnict/core';
import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ImageTruths } from '../src/bench/image-truths';
import {
  answerLeak,
  blindTraining,
  buildBench,
  readRecords,
  writeBench,
  writeRecords,
} from '../src/index';

const folder = mkdtempSync(join(tmpdir(), 'omnict-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Records whose answers are as uneven as real ones: the n-th answer has weight 1 / n. */
function unevenRecords(count: number, seed: number): QuestionRecord[] {
  const random = new Random(seed);
  const uneven = (n: number): number =>
    Math.floor(Math.exp(random.uniform() * Math.log(n + 1))) - 1;
  return Array.from({ length: count }, (_, i): QuestionRecord => {
    const kind = random.integer(4);
    const organ = ORGAN_CLASSES[uneven(13)] ?? 'others';
    const right = uneven(14);
    const modality = random.uniform() < 0.5 ? 'slice' : 'volume';
    const wrong = random.shuffle(
      Array.from({ length: 14 }, (_, n) => n).filter((n) => n !== right),
    );
    const text = (n: number): string => `finding ${kind} ${'abcdefghijklmn'[n]}`;
    return {
      id: `r${i}`,
      image: `${i >> 1}.png`,
      patient: `p${i >> 2}`,
      modality,
      organ,
      taskType: 'multi-choice',
      category: CLINICAL_CATEGORIES[uneven(4)] ?? 'MAI',
      capability: `kind ${kind}`,
      question: `Which ${kind} is seen in the ${organ}, case ${i}?`,
      options: [right, ...wrong.slice(0, 3)].map(text),
      answer: text(right),
      source: 'uneven',
      split: 'test',
    };
  });
}

const size = { slice: 400, volume: 400 };

describe('buildBench', () => {
  it('asks six ways of slices and four of volumes, each place right equally often', () => {
    for (const seed of [1, 2, 3]) {
      const { records } = buildBench(unevenRecords(6000, seed), { seed, size });
      for (const [modality, choices] of [
        ['slice', 6],
        ['volume', 4],
      ] as const) {
        const own = records.filter((record) => record.modality === modality);
        expect(own.length).toBeGreaterThan(300);
        const places = Array.from({ length: choices }, () => 0);
        for (const { options = [], answer } of own) {
          expect(new Set(options).size).toBe(choices);
          const place = options.indexOf(answer);
          places[place] = (places[place] ?? 0) + 1;
        }
        expect(Math.max(...places) - Math.min(...places)).toBeLessThanOrEqual(1);
      }
    }
  });

  it('shows each text as a wrong option k - 1 times for each time it is right', () => {
    const { records } = buildBench(unevenRecords(6000, 4), { seed: 4, size });
    for (const [modality, choices] of [
      ['slice', 6],
      ['volume', 4],
    ] as const) {
      const shown = new Map<string, { right: number; all: number }>();
      for (const record of records.filter((r) => r.modality === modality)) {
        for (const option of record.options ?? []) {
          const count = shown.get(option) ?? { right: 0, all: 0 };
          shown.set(option, count);
          count.all++;
          if (option === record.answer) count.right++;
        }
      }
      for (const [text, { right, all }] of shown) {
        expect(Math.abs(all - choices * right), text).toBeLessThanOrEqual(2);
      }
    }
  });

  it('balances categories and organs better than its source, and keeps the long tail', () => {
    const source = unevenRecords(6000, 5);
    const { records, belowFloor } = buildBench(source, { seed: 5, size, organFloor: 12 });
    const spread = (items: readonly QuestionRecord[], key: 'organ' | 'category'): number => {
      const counts = new Map<string, number>();
      for (const item of items) counts.set(item[key], (counts.get(item[key]) ?? 0) + 1);
      return Math.max(...counts.values()) / Math.min(...counts.values());
    };
    expect(spread(records, 'organ')).toBeLessThan(spread(source, 'organ') / 2);
    expect(spread(records, 'category')).toBeLessThan(spread(source, 'category') / 1.3);
    expect(belowFloor).toEqual({ slice: [], volume: [] });
  });

  it('keeps the options that a curation made', () => {
    const curated = unevenRecords(600, 12).map((record): QuestionRecord => {
      const wrong = ['b', 'c', 'd', 'e', 'f'].map((letter) => `subtle ${letter} of ${record.id}`);
      const options = [...wrong.slice(0, 2), record.answer, ...wrong.slice(2)];
      return { ...record, options, curation: { refine: 'model' } };
    });
    const given = new Map(curated.map(({ id, options }) => [`bench-${id}`, options]));
    const { records, curated: counts } = buildBench(curated, {
      seed: 1,
      size: { slice: 100, volume: 100 },
    });
    expect(counts).toEqual({ slice: 100, volume: 100 });
    for (const { id, modality, options = [], answer } of records) {
      expect(options).toHaveLength(modality === 'slice' ? 6 : 4);
      expect(given.get(id)).toEqual(expect.arrayContaining(options));
      expect(options).toContain(answer);
    }
  });

  it('fills curated options up when they are too few', () => {
    const source = unevenRecords(3000, 13).map((record): QuestionRecord => {
      const wrong = `subtle of ${record.id}`;
      return { ...record, options: [wrong, record.answer], curation: { refine: 'rules' } };
    });
    const { records } = buildBench(source, { seed: 1, size: { slice: 60, volume: 60 } });
    expect(records.length).toBeGreaterThan(100);
    for (const { id, options } of records) {
      expect(options).toContain(`subtle of ${id.replace('bench-', '')}`);
    }
  });

  it('deals no option that is true of the same image, also of curated ones', () => {
    const source = unevenRecords(6000, 14);
    const answers = new Map<string, Set<string>>();
    for (const { image, answer } of source) {
      answers.set(image, (answers.get(image) ?? new Set()).add(answer));
    }
    // Another question's answer is planted among the options of every image's first question.
    const curated = source.map((record, i): QuestionRecord => {
      const other = source[i + 1]?.answer;
      const isPlanted = i % 4 === 0 && other !== undefined && other !== record.answer;
      if (!isPlanted) return record;
      return { ...record, options: [record.answer, other], curation: { refine: 'rules' } };
    });
    const { records } = buildBench(curated, { seed: 1, size });
    let several = 0;
    for (const { image, answer, options = [] } of records) {
      const known = answers.get(image) ?? new Set();
      if (known.size > 1) several++;
      expect(options.filter((option) => option !== answer && known.has(option))).toEqual([]);
    }
    expect(several).toBeGreaterThan(300);
  });

  it('knows what else is true: synonyms, findings agreed to and reported; sides are of a question', () => {
    const base = unevenRecords(1, 15)[0] as QuestionRecord;
    const about = (question: string, answer: string): QuestionRecord => ({
      ...base,
      question,
      answer,
    });
    const truths = new ImageTruths([
      about('What is in the kidney?', 'kidney stones'),
      about('Is there a pleural effusion?', 'Yes.'),
      about('Is there a pneumothorax?', 'No'),
      about(
        'Write a report.',
        'The heart is enlarged. There is an old fracture of the seventh rib on the left side.',
      ),
      about('On which side is the stone?', 'left'),
    ]);
    const has = (option: string): boolean => truths.has(base, option);
    expect(['kidney stones', 'stones', 'pleural effusion', 'fracture'].map(has)).not.toContain(
      false,
    );
    expect(['pneumothorax', 'left', 'hydronephrosis'].map(has)).not.toContain(true);
    expect(truths.has({ image: 'another' }, 'kidney stones')).toBe(false);
  });

  it('is the same for the same seed, and changes no key (property)', () => {
    const source = unevenRecords(1500, 6);
    const keys = new Map(source.map(({ id, answer }) => [`bench-${id}`, answer]));
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const once = buildBench(source, { seed, size: { slice: 100, volume: 100 } }).records;
        for (const { id, answer, options = [] } of once) {
          expect(answer).toBe(keys.get(id));
          expect(options).toContain(answer);
        }
        const again = buildBench(source, { seed, size: { slice: 100, volume: 100 } }).records;
        expect(again).toEqual(once);
      }),
      { numRuns: 10 },
    );
  });

  it('says what it left out, and why nothing is left', () => {
    const [first] = unevenRecords(1, 7);
    const yesNo = { ...(first as QuestionRecord), taskType: 'judgment' as const, answer: 'yes' };
    expect(() => buildBench([yesNo], { seed: 0, size })).toThrow(MissingDataError);
    expect(() => buildBench([yesNo], { seed: 0, size })).toThrow(/task type judgment/);
    const choices = { slice: 1, volume: 4 };
    expect(() => buildBench([yesNo], { seed: 0, size, choices })).toThrow(ConfigError);
  });
});

describe('answerLeak', () => {
  const source = unevenRecords(3000, 8);

  it('finds leaks: frequent answers, long options, and hints in the question', () => {
    const asIs = answerLeak(source);
    expect(asIs.leaks).toBe(true);
    expect(asIs.accuracy).toBeGreaterThan(0.35); // chance is 0.25
    const bench = buildBench(source, { seed: 1, size }).records;
    const long = bench.map((record) => {
      const answer = `${record.answer} with more detail`;
      const options = record.options?.map((option) => (option === record.answer ? answer : option));
      return { ...record, answer, options: options ?? [] };
    });
    expect(answerLeak(long)).toMatchObject({ leaks: true, longest: 1 });
    const hinted = bench.map((record) => ({ ...record, question: `Is it ${record.answer}?` }));
    expect(answerLeak(hinted).accuracy).toBeGreaterThan(0.5);
  });

  it('is near chance on a built benchmark, for a model that knows how frequent answers are', () => {
    for (const seed of [1, 2, 3]) {
      const { records } = buildBench(unevenRecords(6000, seed), { seed, size });
      const training = blindTraining(unevenRecords(4000, seed + 10), { seed });
      for (const modality of ['slice', 'volume'] as const) {
        const train = training.filter((record) => record.modality === modality);
        const held = unevenRecords(4000, seed + 20).filter((r) => r.modality === modality);
        const asIs = answerLeak(blindTraining(held, { seed }), { train });
        expect(asIs.accuracy).toBeGreaterThan(asIs.chance + 0.15); // dealt at random, answers leak
        const leak = answerLeak(
          records.filter((r) => r.modality === modality),
          { train },
        );
        expect(leak.leaks, JSON.stringify(leak)).toBe(false);
        expect(Math.abs(leak.accuracy - leak.chance)).toBeLessThan(0.06);
      }
    }
  });
});

describe('writeBench', () => {
  it('writes questions and a datasheet with counts, licences and hashes', async () => {
    const input = join(folder, 'in', 'records.jsonl');
    const source = unevenRecords(1500, 9).map((record) => ({ ...record, source: 'slake' }));
    const out = join(folder, 'out');
    rmSync(join(folder, 'in'), { recursive: true, force: true });
    await import('node:fs/promises').then(({ mkdir }) => mkdir(join(folder, 'in')));
    for (const { image } of source) writeFileSync(join(folder, 'in', image), image);
    await writeRecords(input, source);
    const options = { records: [input], out, seed: 1, size: { slice: 60, volume: 60 } };
    const sheet = await writeBench(options);
    const records: QuestionRecord[] = [];
    for await (const record of readRecords(join(out, 'bench.jsonl'))) records.push(record);
    expect(records).toHaveLength(sheet.records);
    expect(records[0]?.image).toMatch(/^\.\.\/in\/\d+\.png$/);
    expect(sheet.sources).toEqual([
      expect.objectContaining({ source: 'slake', records: sheet.records, licence: 'CC-BY-4.0' }),
    ]);
    expect(sheet.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(sheet.imagesSha256).toMatch(/^[0-9a-f]{64}$/);
    const markdown = readFileSync(join(out, 'datasheet.md'), 'utf8');
    expect(markdown).toContain('CC-BY-4.0');
    expect(markdown).toContain(sheet.sha256);
    expect((await writeBench(options)).sha256).toBe(sheet.sha256);
  });
});
