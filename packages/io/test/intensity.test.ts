import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspect, prepareFiles, prepareVolume, readNpy, readVolume, writeNpy } from '../src/index';

const folder = mkdtempSync(join(tmpdir(), 'omnict-intensity-'));
const path = (name: string): string => join(folder, name);
const SOFT_TISSUE = [-200, 500] as const;

describe('intensities of 0 to 1, as M3D stores them', () => {
  const values = Float32Array.from({ length: 4 * 4 * 4 }, (_, i) => i / 63);

  beforeAll(async () => {
    await writeNpy(path('m3d.npy'), { data: values, shape: [4, 4, 4] });
    await writeNpy(path('zeros.npy'), { data: new Float32Array(64), shape: [4, 4, 4] });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('show in inspect, and keep their whole range whatever the window', async () => {
    const facts = await inspect(path('m3d.npy'), { assume: 'intensity' });
    expect(facts).toMatchObject({ values: 'intensity', huMin: -1000, huMax: 1000 });
    expect(facts.warnings.join()).toContain('not HU: no window applies');
    expect((await inspect(path('m3d.npy'))).values).toBe('HU');
    const { volume } = await readVolume(path('m3d.npy'), { assume: 'intensity' });
    const { data } = prepareVolume(volume, { window: SOFT_TISSUE, size: [4, 4, 4] });
    data.forEach((value, i) => expect(value).toBeCloseTo(2 * (values[i] as number) - 1, 5));
  });

  it('are told of when they lie elsewhere', async () => {
    await writeNpy(path('wide.npy'), { data: values.map((v) => 3 * v - 1), shape: [4, 4, 4] });
    const { volume, warnings } = await readVolume(path('wide.npy'), { assume: 'intensity' });
    expect(warnings.join()).toContain('lie in -1..2');
    expect([volume.data[0], volume.data[63]]).toEqual([-1000, 1000]);
  });

  it('are prepared as the records say; images that show nothing are listed', async () => {
    const records = ['m3d.npy', 'zeros.npy'].map((image) =>
      JSON.stringify({ image, values: 'intensity' }),
    );
    writeFileSync(path('records.jsonl'), records.join('\n'));
    const out = path('prepared');
    const options = { size: [4, 4, 4], out, workers: 0 } as const;
    const settings = { ...options, window: [-200, 500] as [number, number] };
    for (const prepared of [2, 0]) {
      const result = await prepareFiles(path('records.jsonl'), settings);
      expect(result).toMatchObject({ prepared, constant: [path('zeros.npy')] });
    }
    expect(JSON.parse(readFileSync(join(out, 'constant.json'), 'utf8'))).toEqual([
      path('zeros.npy'),
    ]);
    const { data } = await readNpy(join(out, 'm3d.npy'));
    expect(data[0]).toBeCloseTo(-1, 3);
    expect(data[63]).toBeCloseTo(1, 3);
    expect(data[20]).toBeCloseTo((2 * 20) / 63 - 1, 3);
  });
});
