import { ConfigError, type QuestionRecord, Random, ShapeError } from '@omnict/core';
import fc from 'fast-check';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import phash from 'sharp-phash';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  auditOverlap,
  findDuplicates,
  formatHash,
  hammingDistance,
  HammingIndex,
  perceptualHash,
  type PerceptualHash,
  recordStatistics,
  similarPairs,
  splitRecords,
  statisticsPlots,
  textSignature,
} from '../src/index';

const folder = mkdtempSync(join(tmpdir(), 'omnict-curation-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RECORD: QuestionRecord = {
  id: 'a',
  image: 'a.png',
  modality: 'slice',
  organ: 'liver',
  taskType: 'judgment',
  category: 'MAI',
  question: 'Is there a mass?',
  answer: 'no',
  source: 'one',
  split: 'train',
};

/** A picture of a few random blobs; the same seed gives the same picture. */
async function picture(name: string, seed: number, edit?: (image: Sharp) => Sharp) {
  const random = new Random(seed);
  const side = 96;
  const blobs = Array.from({ length: 6 }, () => ({
    x: random.uniform(0, side),
    y: random.uniform(0, side),
    r: random.uniform(8, 30),
    v: random.uniform(60, 255),
  }));
  const pixels = Buffer.from(
    Array.from({ length: side * side }, (_, i) => {
      const [x, y] = [i % side, Math.floor(i / side)];
      return Math.max(...blobs.map((b) => (Math.hypot(x - b.x, y - b.y) < b.r ? b.v : 0)));
    }),
  );
  const image = sharp(pixels, { raw: { width: side, height: side, channels: 1 } });
  await sharp(await image.png().toBuffer()).toFile(join(folder, `${name}.png`));
  if (edit === undefined) return;
  await edit(sharp(await image.png().toBuffer())).toFile(join(folder, `${name}.jpg`));
}

describe('perceptual hash', () => {
  it('is bit for bit that of sharp-phash', async () => {
    for (let seed = 0; seed < 20; seed++) {
      await picture(`p${seed}`, seed);
      const path = join(folder, `p${seed}.png`);
      const expected = BigInt(`0b${await phash(path)}`)
        .toString(16)
        .padStart(16, '0');
      expect(formatHash(await perceptualHash(path))).toBe(expected);
    }
  });

  it('hardly changes with size and compression, and does with the picture', async () => {
    for (let seed = 0; seed < 10; seed++) {
      await picture(`q${seed}`, seed, (image) => image.resize(150, 150).jpeg({ quality: 60 }));
      const [a, b, other] = await Promise.all(
        [`q${seed}.png`, `q${seed}.jpg`, `p${seed + 1}.png`].map((name) =>
          perceptualHash(join(folder, name)),
        ),
      );
      expect(hammingDistance(a as PerceptualHash, b as PerceptualHash)).toBeLessThanOrEqual(5);
      expect(hammingDistance(a as PerceptualHash, other as PerceptualHash)).toBeGreaterThan(10);
    }
  });

  const REAL = fileURLToPath(new URL('../../../../shared/data/vqa-rad/images/', import.meta.url));
  it.skipIf(!existsSync(REAL))('is that of sharp-phash on real images too', async () => {
    for (const name of readdirSync(REAL).slice(0, 40)) {
      const expected = BigInt(`0b${await phash(join(REAL, name))}`)
        .toString(16)
        .padStart(16, '0');
      expect(formatHash(await perceptualHash(join(REAL, name))), name).toBe(expected);
    }
  });
});

describe('HammingIndex', () => {
  it('finds exactly the pairs that comparing all finds (property)', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    const hashes = fc
      .array(fc.record({ high: word, low: word, flips: fc.array(fc.nat(63), { maxLength: 14 }) }))
      .map((items) =>
        items.flatMap(({ high, low, flips }) => {
          const near = { high, low };
          for (const bit of flips) {
            if (bit < 32) near.low = (near.low ^ (1 << bit)) >>> 0;
            else near.high = (near.high ^ (1 << (bit - 32))) >>> 0;
          }
          return [{ high, low }, near];
        }),
      );
    fc.assert(
      fc.property(hashes, fc.nat(13), (items, radius) => {
        const found: string[] = [];
        new HammingIndex(items).forEachPair(radius, (a, b, d) => found.push(`${a} ${b} ${d}`));
        const expected: string[] = [];
        items.forEach((left, a) =>
          items.slice(a + 1).forEach((right, i) => {
            const distance = hammingDistance(left, right);
            if (distance <= radius) expected.push(`${a} ${a + 1 + i} ${distance}`);
          }),
        );
        expect(found.sort()).toEqual(expected.sort());
      }),
      { numRuns: 60 },
    );
  });
});

describe('similarPairs', () => {
  it('finds at least 97 of 100 similar pairs among many, and nothing that is not similar', () => {
    const random = new Random(1);
    const vectors = Array.from({ length: 1000 }, () =>
      Float32Array.from({ length: 48 }, () => random.normal()),
    );
    const near = vectors
      .slice(0, 300)
      .map((vector) => vector.map((v) => v + 0.2 * random.normal()));
    const pairs = similarPairs([...vectors, ...near], { similarity: 0.95 });
    const expected = near.filter(
      (vector, i) => cosineOf(vector, vectors[i] as Float32Array) >= 0.95,
    );
    const found = pairs.filter(({ a, b }) => b === 1000 + a);
    expect(found.length).toBeGreaterThanOrEqual(0.97 * expected.length);
    expect(pairs.every(({ similarity }) => similarity >= 0.95)).toBe(true);
    expect(() => similarPairs([new Float32Array(2), new Float32Array(3)])).toThrow(ShapeError);
  });
});

function cosineOf(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) =>
    x.reduce((sum, v, i) => sum + v * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe('findDuplicates', () => {
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    await picture('d1', 101, (image) => image.jpeg({ quality: 70 }));
    await picture('d2', 102);
  });
  const resolve = (image: string): string => join(folder, image);
  const records = [
    { ...RECORD, image: 'd1.png' },
    { ...RECORD, image: 'd2.png' },
    { ...RECORD, image: 'd1.jpg', split: 'test' as const },
    { ...RECORD, image: 'none.png' },
  ];

  it('keeps what is tested and lists what cannot be read', async () => {
    const report = await findDuplicates(records, { resolve });
    expect(report).toMatchObject({ images: 4, duplicates: 1, embeddingPairs: null });
    expect(report.clusters).toEqual([{ kept: 'd1.jpg', dropped: ['d1.png'] }]);
    expect(report.unread.map(({ image }) => image)).toEqual(['none.png']);
  });

  it('lets features decide in the second stage, in both directions', async () => {
    const apart = (path: string) =>
      Promise.resolve(Float32Array.of(path.endsWith('jpg') ? 1 : 0, 1));
    expect((await findDuplicates(records, { resolve, embed: apart })).clusters).toEqual([
      { kept: 'd1.png', dropped: ['d2.png'] },
    ]);
  });
});

describe('auditOverlap', () => {
  const report =
    'The liver shows a round hypodense lesion of twelve millimetres in segment four without enhancement, most in keeping with a simple cyst, unchanged.';
  const records: QuestionRecord[] = [
    { ...RECORD, id: '1', patient: 'p1', scan: 's1', image: 'x.nii.gz' },
    { ...RECORD, id: '2', patient: 'p2', image: 'd1.png', answer: report },
    { ...RECORD, id: '3', patient: 'p3', image: 'd2.png' },
    { ...RECORD, id: '4', source: 'two', split: 'test', patient: 'p1', scan: 's1', image: 'y.png' },
    {
      ...RECORD,
      id: '5',
      source: 'two',
      split: 'test',
      image: 'd1.jpg',
      answer: report.toUpperCase(),
    },
    { ...RECORD, id: '6', source: 'two', split: 'test', image: 'd2.png' },
  ];

  it('finds shared images, scans, patients and texts across data sets', async () => {
    const { overlaps, affected } = await auditOverlap(records);
    expect(Object.entries(overlaps).map(([kind, { keys }]) => [kind, keys])).toEqual([
      ['image', 1],
      ['picture', 0],
      ['scan', 1],
      ['patient', 1],
      ['text', 1],
    ]);
    expect([...affected].sort()).toEqual(['1', '2', '3']);
    expect(overlaps.patient.pairs).toEqual([{ held: 'two test', other: 'one train', keys: 1 }]);
    expect(JSON.stringify(overlaps)).not.toContain('p1');
  });

  it('finds pictures that look the same under other names', async () => {
    const pictures = { resolve: (image: string) => join(folder, image) };
    const { overlaps, unread } = await auditOverlap(records, { pictures });
    expect(overlaps.picture.keys).toBe(2); // d1 in two formats, and d2 itself
    expect(unread).toHaveLength(2);
  });

  it('takes long texts for the same when few words differ, and short ones never', () => {
    expect(textSignature('no')).toBeNull();
    const [a, b, c] = [
      report,
      report.replace('unchanged', 'stable'),
      report.split(' ').reverse().join(' '),
    ].map(textSignature);
    expect(hammingDistance(a as PerceptualHash, a as PerceptualHash)).toBe(0);
    expect(hammingDistance(a as PerceptualHash, c as PerceptualHash)).toBeGreaterThan(15);
    expect(hammingDistance(a as PerceptualHash, b as PerceptualHash)).toBeLessThan(15);
  });
});

describe('splitRecords', () => {
  it('never divides a patient, scan or image, and comes near the shares (property)', () => {
    const records = fc.array(
      fc.record(
        {
          image: fc.nat(200).map(String),
          patient: fc.option(fc.nat(60).map(String), { nil: undefined }),
          scan: fc.option(fc.nat(90).map(String), { nil: undefined }),
        },
        { requiredKeys: ['image'] },
      ),
    );
    const shares = { train: 0.6, validation: 0.2, test: 0.2 };
    fc.assert(
      fc.property(records, fc.nat(9), (items, seed) => {
        const { splits, report } = splitRecords(items as { image: string }[], { shares, seed });
        expect(splits).toHaveLength(items.length);
        expect(report.leaks).toBe(0);
      }),
      { numRuns: 50 },
    );
    const many = Array.from({ length: 5000 }, (_, i) => ({ image: `${i}`, patient: `${i >> 2}` }));
    const { report } = splitRecords(many, { shares, seed: 1 });
    expect(report.records.train).toBeCloseTo(3000, -1);
    expect(splitRecords(many, { shares, seed: 1 }).splits).toEqual(
      splitRecords(many, { shares, seed: 1 }).splits,
    );
    expect(splitRecords(many, { shares, seed: 2 }).splits).not.toEqual(
      splitRecords(many, { shares, seed: 1 }).splits,
    );
  });

  it('wants shares that add up', () => {
    const shares = { train: 0.9, validation: 0.2, test: 0 };
    expect(() => splitRecords([], { shares, seed: 0 })).toThrow(ConfigError);
  });
});

describe('statistics', () => {
  it('count and draw what is there', async () => {
    const records: QuestionRecord[] = [
      RECORD,
      { ...RECORD, id: 'b', patient: 'p', organ: 'lungs', imaging: 'CT' },
      {
        ...RECORD,
        id: 'c',
        image: 'c.png',
        modality: 'volume',
        taskType: 'dialogue',
        patient: 'p',
      },
    ];
    const statistics = await recordStatistics(records);
    expect(statistics).toMatchObject({
      records: 3,
      images: 2,
      questionsPerImage: 1.5,
      patients: 1,
      organs: { liver: 2, lungs: 1 },
      modality: { slice: 2, volume: 1 },
      byModality: { volume: { records: 1, taskTypes: { dialogue: 1 } } },
    });
    const plots = await statisticsPlots(statistics);
    expect(plots.overview).toMatch(/^<svg/);
    expect(plots.overview).toContain('2 (66.7 %)');
    expect(plots.distribution).toContain('Volumes: organs');
  });
});
