import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { omnict as omnictIn } from './tiny-sweep/tiny-sweep';

const QUICKSTART = fileURLToPath(new URL('../../../experiments/quickstart.yaml', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'omnict-single-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const omnict = (...args: string[]) => omnictIn(folder, ...args);

describe('commands about one file or none', () => {
  it('inspect and prepare tell about an image, and write an array', () => {
    const image = join(folder, 'a.npy');
    const dict =
      "{'descr': '<i2', 'fortran_order': False, 'shape': (6, 8, 8), }".padEnd(117) + '\n';
    writeFileSync(
      image,
      Buffer.concat([
        Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]),
        Buffer.from(dict),
        Buffer.alloc(768),
      ]),
    );
    expect(JSON.parse(omnict('inspect', image, '--json').stdout)).toMatchObject({
      shape: [6, 8, 8],
      huMax: 0,
    });
    const out = join(folder, 'out.npy');
    const args = [
      'prepare',
      image,
      '--out',
      out,
      '--window',
      '-1000,1000',
      '--size',
      '3,4,4',
      '--json',
    ];
    expect(JSON.parse(omnict(...args).stdout)).toMatchObject({ shape: [3, 4, 4] });
    expect(readFileSync(out).length).toBe(128 + 4 * 48);
    expect(omnict('prepare', image, '--out', out, '--window', '5').status).toBe(2);
    expect(omnict('prepare', image, '--out', join(folder, 'no', 'where.npy')).status).toBe(1);
  });

  it('validate names file, line, column and the nearest key, with exit code 2', () => {
    const bad = join(folder, 'bad.yaml');
    writeFileSync(
      bad,
      `schema: omnict/sweep@1\nname: bad\nextends: [${JSON.stringify(QUICKSTART)}]\nconfig:\n  model:\n    encodr: x\n`,
    );
    const { status, stderr } = omnict('validate', bad);
    expect(stderr).toMatch(/bad\.yaml:6:\d+: config\.model\.encodr: unknown key.*encoder/);
    expect(status).toBe(2);
    expect(omnict('validate', QUICKSTART, 'config.model.ose.strategy=adaptve').status).toBe(2);
    expect(omnict('validate', QUICKSTART).status).toBe(0);
  });

  it('schema is a JSON Schema, doctor tells the engine', () => {
    expect(JSON.parse(omnict('schema').stdout)).toMatchObject({ title: 'OmniCT sweep' });
    const doctor = JSON.parse(omnict('doctor', '--engine', 'wasm', '--json').stdout) as object;
    expect(doctor).toMatchObject({
      engine: { name: 'wasm' },
      onnxRuntime: expect.stringMatching(/^onnxruntime-node 1\.\d+\.\d+/) as string,
    });
  });

  it('every command explains itself with an example; wrong use ends with 2', () => {
    const commands = [
      'run',
      'plan',
      'validate',
      'doctor',
      'inspect',
      'prepare',
      'predict',
      'schema',
      'pretrain',
      'verify-model',
      'status',
      'runs sync',
      'runs export',
      'mlflow up',
    ];
    for (const command of commands) {
      const { status, stdout } = omnict(...command.split(' '), '--help');
      expect([command, status]).toEqual([command, 0]);
      expect(stdout).toContain('Example:');
    }
    expect(omnict('rnu').status).toBe(2);
    expect(omnict('inspect').status).toBe(2);
    expect(omnict('--version').stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
