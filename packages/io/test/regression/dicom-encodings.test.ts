import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readVolume } from '../../src/index';
import { compressedSlice } from '../compressed-slice';
import { dicomFile, elementBytes, encapsulated, type Encoding } from '../dicom-elements';
import { RAMP, rampAt, rampSlice, TEN, without, writeInto } from '../ramp-series';

const root = mkdtempSync(join(tmpdir(), 'omnict-encodings-'));
afterAll(() => rmSync(root, { recursive: true }));

/** The ramp's first and last value, which any shifted or swapped byte would change. */
async function expectRamp(path: string) {
  const { volume, warnings } = await readVolume(path);
  expect(volume.shape).toEqual([10, RAMP.rows, RAMP.columns]);
  expect(volume.data[0]).toBe(rampAt(...RAMP.origin));
  expect(volume.data[volume.data.length - 1]).toBe(rampAt(-10 + 15 * 1.25, -20 + 11 * 1.5, -12));
  return warnings;
}

it.each(['explicit', 'implicit'] as const)('reads %s DICOM without preamble', async (encoding) => {
  const folder = join(root, `bare-${encoding}`);
  TEN.forEach((z, i) => writeInto(join(folder, `${i}.dcm`), elementBytes(rampSlice(z), encoding)));
  expect((await expectRamp(folder)).join()).toMatch(/no preamble/);
  const one = await readVolume(join(folder, '0.dcm'));
  expect(one.volume.data[0]).toBe(rampAt(...RAMP.origin));
});

it.each([
  ['implicit', '1.2.840.10008.1.2.1', /says explicit .* has none/],
  ['explicit', '1.2.840.10008.1.2', /says implicit .* has explicit/],
] as const)(
  'reads %s elements in a file that says %s',
  async (encoding: Encoding, claims, warning) => {
    const folder = join(root, `says-${claims}`);
    TEN.forEach((z, i) =>
      writeInto(join(folder, `${i}`), dicomFile(rampSlice(z), { encoding, claims })),
    );
    expect((await expectRamp(folder)).join()).toMatch(warning);
  },
);

it('knows the value representations OV, SV and UV, within sequences too', async () => {
  const folder = join(root, 'ov');
  TEN.forEach((z, i) => {
    const eight = Buffer.alloc(8, 1);
    const slice = rampSlice(z, {
      '00091001': ['SV', eight],
      '00091002': ['SQ', [{ '00091003': ['UV', eight], '00091004': ['LO', 'behind'] }]],
      '7FE00001': ['OV', eight],
      '7FE00002': ['OV', eight],
    });
    writeInto(join(folder, `${i}.dcm`), dicomFile(slice));
  });
  await expectRamp(folder);
});

/** A box of a JP2 file: length, type, content. */
function box(type: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

it.each(['known', 'open'] as const)(
  'finds JPEG 2000 in the boxes of a JP2 file of %s length',
  async (kind) => {
    const stored = Int16Array.from({ length: 32 * 40 }, (_, i) => i - 600);
    const spec = { position: [0, 0, 0], rows: 32, columns: 40, stored, intercept: 0 } as const;
    const plain = await compressedSlice(spec, 'jpeg2000');
    const start = plain.indexOf(Buffer.from('ff4fff51', 'hex'));
    const end = plain.indexOf(Buffer.from('feffdde0', 'hex'), start);
    const codestream = plain.subarray(start, end);
    const last = box('jp2c', codestream);
    if (kind === 'open') last.writeUInt32BE(0, 0); // up to the end
    const jp2 = Buffer.concat([
      box('jP  ', Buffer.from('0d0a870a', 'hex')),
      box('ftyp', Buffer.from('jp2 \0\0\0\0jp2 ', 'latin1')),
      last,
    ]);
    const pixels = plain.indexOf(Buffer.from('e07f1000', 'hex'));
    const path = writeInto(
      join(root, `${kind}.dcm`),
      Buffer.concat([plain.subarray(0, pixels), encapsulated([jp2])]),
    );
    expect([...(await readVolume(path)).volume.data]).toEqual([...stored]);
  },
);

it('takes the sign from the highest stored bit where a stream has more bits', async () => {
  // 12 bits, signed, in a JPEG-LS stream of 16 that keeps no sign.
  const values = Int16Array.from({ length: 32 * 40 }, (_, i) => (i % 4000) - 2000);
  const stored = values.map((value) => value & 0xfff);
  const spec = {
    position: [0, 0, 0],
    rows: 32,
    columns: 40,
    intercept: 0,
    bitsStored: 12,
  } as const;
  const path = writeInto(
    join(root, 'ls.dcm'),
    await compressedSlice({ ...spec, stored }, 'jpegLs'),
  );
  expect([...(await readVolume(path)).volume.data]).toEqual([...values]);
  const extended = writeInto(
    join(root, 'ls-extended.dcm'),
    await compressedSlice({ ...spec, stored: values }, 'jpegLs'),
  );
  expect([...(await readVolume(extended)).volume.data]).toEqual([...values]);
});

it('refuses damaged headers with the file named, and never with an untyped error', async () => {
  const whole = dicomFile(without(rampSlice(0), '00080018'));
  for (let bytes = 132; bytes < whole.length; bytes += 7) {
    const path = writeInto(join(root, 'cut.dcm'), whole.subarray(0, bytes));
    await expect(readVolume(path)).rejects.toThrow(/cut\.dcm/);
  }
});
