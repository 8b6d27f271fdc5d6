import { writeNifti } from '@omnict/io';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IDENTIFYING_VALUES, writeIdentifiedSeries } from './identified-series';
import { omnict } from './tiny-sweep/tiny-sweep';

const QUICKSTART = fileURLToPath(new URL('../../../experiments/quickstart.yaml', import.meta.url));

/** Planted where images and records name people; each can be searched for. */
const PLANTED = {
  path: 'DOE^JOHN_MRN88001',
  exif: 'Exif88002',
  userComment: 'UserComment88003',
  jpegComment: 'JpegComment88004',
  pngText: 'PngText88005',
  nifti: 'Descrip88006',
  brokenFile: 'ROE^JANE_MRN88007',
  patient: 'PatientField88008',
};

const folder = mkdtempSync(join(tmpdir(), 'omnict-identifiers-'));
const scans = join(folder, 'scans', PLANTED.path);
let printed = '';

/** A grey picture with a bright disc. */
const picture = (): Sharp =>
  sharp(
    Buffer.from({ length: 64 * 64 } as ArrayLike<number>).map((_, at) =>
      Math.hypot((at % 64) - 32, Math.floor(at / 64) - 32) < 20 ? 200 : 30,
    ),
    { raw: { width: 64, height: 64, channels: 1 } },
  );

/** A JPEG with EXIF and a comment segment. */
async function jpeg(): Promise<Buffer> {
  const exif = {
    IFD0: { ImageDescription: PLANTED.exif, Artist: PLANTED.exif },
    IFD2: { UserComment: PLANTED.userComment },
  };
  const image = await picture().withExif(exif).jpeg().toBuffer();
  const text = Buffer.from(PLANTED.jpegComment);
  const head = Buffer.from([0xff, 0xfe, 0, text.length + 2]);
  return Buffer.concat([image.subarray(0, 2), head, text, image.subarray(2)]);
}

/** A PNG with a text chunk behind its header. */
async function png(): Promise<Buffer> {
  const image = await picture().png().toBuffer();
  const body = Buffer.from(`tEXtPatient\0${PLANTED.pngText}`);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([image.subarray(0, 33), length, body, sum, image.subarray(33)]);
}

/** A volume whose header describes a patient. */
async function nifti(path: string): Promise<void> {
  const data = Int16Array.from({ length: 16 * 32 * 32 }, (_, at) => (at % 900) - 400);
  await writeNifti(path, {
    data,
    shape: [16, 32, 32],
    spacing: [2, 1, 1],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    unit: 'HU',
  });
  const file = readFileSync(path);
  file.write(PLANTED.nifti, 148, 'latin1');
  writeFileSync(path, file);
}

/** Files below a folder. */
const filesBelow = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

beforeAll(async () => {
  mkdirSync(scans, { recursive: true });
  writeFileSync(join(scans, 'a.jpg'), await jpeg());
  writeFileSync(join(scans, 'b.png'), await png());
  await nifti(join(scans, 'c.nii'));
  writeIdentifiedSeries(join(scans, 'd'), 4);
  writeFileSync(join(scans, `${PLANTED.brokenFile}.jpg`), 'no image');
  const images = [
    ['a.jpg', 'slice'],
    ['b.png', 'slice'],
    ['c.nii', 'volume'],
    ['d', 'volume'],
  ] as const;
  const records = ['train', 'test'].flatMap((split) =>
    images.map(([image, modality], index) => ({
      id: `${split}-${index}`,
      image: join(scans, image),
      modality,
      organ: 'liver',
      taskType: 'judgment',
      category: 'GIR',
      question: 'Is there a lesion?',
      answer: index % 2 === 0 ? 'yes' : 'no',
      source: 'test',
      patient: `${PLANTED.patient}-${split}-${index}`,
      split,
    })),
  );
  const write = (name: string, rows: readonly object[]): string => {
    writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return `config.data.dataset=${join(folder, name)}`;
  };
  const one = [
    ...['~config.data.phantom', '~sweep.matrix', '~sweep.baseline', '~sweep.include'],
    ...['config.train.finetune.epochs=1', 'config.predict.maxNewTokens=4', 'policy.retries=0'],
  ];
  const run = (dataset: string): void => {
    const { stdout, stderr } = omnict(
      folder,
      'run',
      QUICKSTART,
      ...one,
      dataset,
      '--store',
      'store',
    );
    printed += stdout + stderr;
  };
  run(write('records.jsonl', records));
  const broken = { ...records[0], id: 'broken', image: join(scans, `${PLANTED.brokenFile}.jpg`) };
  run(write('broken.jsonl', [...records, broken]));
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what names patients in images and records', () => {
  const secrets = (): string[] => [...Object.values(PLANTED), ...IDENTIFYING_VALUES];

  it('was read: one run has answers, the other failed for a broken image', () => {
    expect(printed).toMatch(/Report: .*report\.html/);
    expect(printed).toMatch(/file-[0-9a-f]{12}/);
    const runs = filesBelow(join(folder, 'store', 'runs')).map((path) => basename(path));
    for (const name of ['results.json', 'report.html', 'events.jsonl', 'journal.jsonl']) {
      expect(runs).toContain(name);
    }
  });

  /** What names patients below a folder of the store: base names of files, and what is in them. */
  const named = (place: string): [string, string[]][] =>
    filesBelow(join(folder, 'store', place)).flatMap((path) => {
      const content = `${path}\n${readFileSync(path, 'latin1')}`;
      const found = secrets().filter((secret) => content.includes(secret));
      return found.length === 0 ? [] : [[basename(path), found] as [string, string[]]];
    });

  it('is in no journal, result, report or event, but in one file of its user alone', () => {
    expect(named('runs')).toEqual([['file-names.jsonl', [PLANTED.path, PLANTED.brokenFile]]]);
    for (const path of filesBelow(join(folder, 'store', 'runs'))) {
      if (basename(path) === 'file-names.jsonl') expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });

  it('is in no cached image or feature; scores keep whose answers belong together', () => {
    const found = named('cache').sort(([a], [b]) => (a < b ? -1 : 1));
    expect(found).toEqual([
      ['predictions.jsonl', [PLANTED.patient]],
      ['result.json', [PLANTED.patient]],
    ]);
    expect(statSync(join(folder, 'store', 'cache')).mode & 0o077).toBe(0);
  });
});
