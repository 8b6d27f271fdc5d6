import type { OrganMask } from '@omnict/core';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { matchMask, readMask, readMaskLayers, readVolume, writeNifti } from '../../src/index';
import { segmentationFile, segmentationHead, structureSetFile } from '../mask-files';
import { rampSlice, writeSlices } from '../ramp-series';

const root = mkdtempSync(join(tmpdir(), 'omnict-mask-cases-'));
afterAll(() => rmSync(root, { recursive: true }));
const place = (...parts: string[]): string => join(root, ...parts);
const write = (name: string, content: Uint8Array): string => {
  writeFileSync(place(name), content);
  return place(name);
};

/** Grid of an image of slices 2 mm apart, voxels of 1 mm. */
const IMAGE = {
  shape: [10, 8, 8],
  spacing: [2, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
} as const;

/** Slices in which something is marked. */
const slicesOf = ({ data, shape }: OrganMask): number[] => [
  ...new Set(
    [...data].flatMap((value, i) => (value === 0 ? [] : Math.floor(i / (shape[1] * shape[2])))),
  ),
];

it.each([
  ['its thickness', { thickness: 2 }],
  ['its declared spacing', { spacing: 2, thickness: 4 }],
] as const)('keeps a sparse segmentation in its slices, by %s', async (_, measures) => {
  const path = write(
    'sparse.dcm',
    segmentationFile({
      kind: 'BINARY',
      rows: 8,
      columns: 8,
      measures,
      pixels: Buffer.alloc(16, 0xff),
      segments: [{ number: 1, label: 'Liver' }],
      frames: [
        { z: 6, segment: 1 },
        { z: 10, segment: 1 },
      ],
    }),
  );
  const mask = matchMask(await readMask(path), IMAGE);
  expect([slicesOf(mask), mask.labels]).toEqual([[3, 5], { 5: 'liver' }]);
});

it('passes over the background of a label map', async () => {
  const pixels = Buffer.alloc(64);
  pixels.fill(1, 0, 8).fill(2, 8, 12);
  const path = write(
    'labels.dcm',
    segmentationFile({
      kind: 'LABELMAP',
      rows: 8,
      columns: 8,
      pixels,
      frames: [{ z: 0 }],
      segments: [
        { number: 0, label: 'Background' },
        { number: 1, label: 'Liver' },
        { number: 2, label: 'Spleen' },
      ],
    }),
  );
  const { data, labels } = await readMask(path);
  expect(labels).toEqual({ 1: 'spleen', 5: 'liver' });
  expect([...data.subarray(0, 14)]).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 1, 1, 1, 1, 0, 0]);
});

it('finds segments behind the 2^31st bit', async () => {
  const [side, count] = [4096, 130];
  const pixelBytes = (side * side * count) / 8;
  expect(pixelBytes * 8).toBeGreaterThan(2 ** 31);
  const head = segmentationHead(
    {
      kind: 'BINARY',
      rows: side,
      columns: side,
      segments: [
        { number: 1, label: 'Liver' },
        { number: count, label: 'Spleen' },
      ],
      frames: Array.from({ length: count }, (_, i) => ({ z: 0, segment: i + 1 })),
    },
    pixelBytes,
  );
  const file = openSync(place('large.dcm'), 'w');
  writeSync(file, head);
  ftruncateSync(file, head.length + pixelBytes);
  writeSync(file, Buffer.from([0xff]), 0, 1, head.length); // the first bits of the first frame
  writeSync(file, Buffer.from([0xf0]), 0, 1, head.length + pixelBytes - 1); // the last of the last
  closeSync(file);
  const { data, labels } = await readMask(place('large.dcm'));
  const voxels = (label: number): number[] => {
    const found: number[] = [];
    for (let at = data.indexOf(label); at >= 0; at = data.indexOf(label, at + 1)) found.push(at);
    return found;
  };
  expect(labels).toEqual({ 1: 'spleen', 5: 'liver' });
  expect(voxels(5)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(voxels(1)).toEqual([4, 3, 2, 1].map((back) => side * side - back));
});

it('reads segments whose frames begin within a byte', async () => {
  // 3 x 3 pixels a frame: the second begins at bit 9.
  const path = write(
    'odd.dcm',
    segmentationFile({
      kind: 'BINARY',
      rows: 3,
      columns: 3,
      pixels: Buffer.from([0x01, 0x06, 0x02]),
      segments: [{ number: 1, label: 'Liver' }],
      frames: [
        { z: 0, segment: 1 },
        { z: 1, segment: 1 },
      ],
      measures: { spacing: 1 },
    }),
  );
  const { data } = await readMask(path);
  // Bits 0, 9, 10 and 17.
  expect([...data.keys()].filter((i) => data[i] !== 0)).toEqual([0, 9, 10, 17]);
});

it('keeps structures of other names, and leaves out what is no structure', async () => {
  mkdirSync(place('structures'));
  const mask = (values: number[]): OrganMask => ({
    data: Uint8Array.from(values),
    labels: {},
    shape: [1, 2, 2],
    spacing: [1, 1, 1],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  });
  await writeNifti(place('structures', 'liver.nii.gz'), mask([1, 1, 0, 0]));
  await writeNifti(place('structures', 'liver_tumor.nii.gz'), mask([0, 1, 0, 0]));
  await writeNifti(place('structures', 'combined_labels.nii.gz'), mask([5, 118, 3, 0]));
  const warnings: string[] = [];
  const { labels, data } = await readMask(place('structures'), {
    onWarning: (text) => warnings.push(text),
  });
  expect(labels).toEqual({ 5: 'liver', 118: 'liver_tumor' });
  expect([...data]).toEqual([5, 118, 0, 0]); // the tumour, which is smaller, on top
  expect(warnings.join()).toMatch(/^combined_labels\.nii\.gz was left out/);
});

it('matches a cropped NRRD segmentation by its place', async () => {
  const header = [
    'NRRD0004',
    'type: uint8',
    'dimension: 3',
    'space: left-posterior-superior',
    'sizes: 8 8 2',
    'space directions: (1,0,0) (0,1,0) (0,0,2)',
    'kinds: domain domain domain',
    'encoding: raw',
    'space origin: (0,0,8)',
    'Segment0_Name:=liver',
    'Segment0_LabelValue:=1',
    'Segment0_Layer:=0',
  ].join('\n');
  const voxels = Buffer.alloc(128, 1);
  const path = write('m.seg.nrrd', Buffer.concat([Buffer.from(`${header}\n\n`), voxels]));
  expect(slicesOf(matchMask(await readMask(path), IMAGE))).toEqual([4, 5]);
});

/** A closed square around a centre, at a height. */
const square = (centre: number, half: number, z: number): number[] => [
  centre - half,
  centre - half,
  z,
  centre + half,
  centre - half,
  z,
  centre + half,
  centre + half,
  z,
  centre - half,
  centre + half,
  z,
];

it('fills contours of a structure set on the image, holes left free', async () => {
  const path = write(
    'structures.dcm',
    structureSetFile([
      { name: 'Liver', contours: [square(3.5, 3, 4), square(3.5, 1, 4), square(3.5, 3, 6)] },
      { name: 'GTV 1', contours: [square(3.5, 1, 4)] },
    ]),
  );
  const layers = await readMaskLayers(path, { image: IMAGE });
  const rows = (z: number): string[] =>
    Array.from({ length: 8 }, (_, y) =>
      Array.from({ length: 8 }, (_, x) => {
        const values = layers.map(({ data }) => data[(z * 8 + y) * 8 + x] as number);
        return { 0: '.', 5: 'L', 118: 'g' }[Math.max(...values)];
      }).join(''),
    );
  const edge = '.LLLLLL.';
  expect(rows(2)).toEqual(['........', edge, edge, '.LLggLL.', '.LLggLL.', edge, edge, '........']);
  expect(rows(3)).toEqual(['........', edge, edge, edge, edge, edge, edge, '........']);
  expect(rows(4)).toEqual(Array<string>(8).fill('........'));
  expect(Object.assign({}, ...layers.map(({ labels }) => labels))).toEqual({
    5: 'liver',
    118: 'gtv_1',
  });
});

it('gives contours without an image a grid of their own, which matches the image', async () => {
  const path = write(
    'own.dcm',
    structureSetFile([{ name: 'Liver', contours: [square(3.5, 3, 4), square(3.5, 3, 6)] }]),
  );
  const own = matchMask(await readMask(path), IMAGE);
  const drawn = await readMask(path, { image: IMAGE });
  expect([...own.data]).toEqual([...drawn.data]);
});

it('fills every slice where contours are further apart, and none beyond', async () => {
  const path = write(
    'far.dcm',
    structureSetFile([
      { name: 'Liver', contours: [square(3.5, 3, 4), square(3.5, 3, 8), square(3.5, 3, 12)] },
    ]),
  );
  expect(slicesOf(await readMask(path, { image: IMAGE }))).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it('leaves out points and lines, and names no patient', async () => {
  const path = write(
    'points.dcm',
    structureSetFile([
      { name: 'Jane liver', contours: [square(3.5, 3, 4)] },
      { name: 'marker', contours: [[1, 1, 4]], type: 'POINT' },
    ]),
  );
  const warnings: string[] = [];
  const { labels } = await readMask(path, {
    image: IMAGE,
    onWarning: (text) => warnings.push(text),
  });
  expect(labels).toEqual({ 118: 'structure_1' });
  expect(warnings.join()).toMatch(/1 contours that enclose no area/);
});

it('refuses oblique contours, and a structure set as an image, by their names', async () => {
  const oblique = write(
    'oblique.dcm',
    structureSetFile([{ name: 'Liver', contours: [[0, 0, 0, 5, 0, 6, 5, 5, 12, 0, 5, 6]] }]),
  );
  await expect(readMask(oblique, { image: IMAGE })).rejects.toThrow(
    /contour of Liver runs through/,
  );
  await expect(readMask(oblique)).rejects.toThrow(/not axial/);
  await expect(readVolume(oblique)).rejects.toThrow(/modality RTSTRUCT/);
});

it('finds the masks of a folder beside a damaged file', async () => {
  writeSlices(place('mixed'), [rampSlice(0), rampSlice(2)]);
  writeFileSync(
    place('mixed', 'a.dcm'),
    Buffer.concat([Buffer.alloc(128), Buffer.from('DICM\u0008')]),
  );
  writeFileSync(
    place('mixed', 'rt.dcm'),
    structureSetFile([{ name: 'Liver', contours: [square(3, 2, 0)] }]),
  );
  expect((await readMask(place('mixed'))).labels).toEqual({ 5: 'liver' });
});
