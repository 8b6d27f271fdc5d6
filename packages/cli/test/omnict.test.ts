import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN, omnict as omnictIn, until, workerPids } from './tiny-sweep/tiny-sweep';

const BASE = fileURLToPath(new URL('../../../experiments/base/omnict-tiny.yaml', import.meta.url));
const REAL = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'omnict-cli-'));
const store = join(folder, 'store');
const spec = join(folder, 'micro.yaml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const omnict = (...args: string[]) => omnictIn(folder, ...args);

interface Report {
  id: string;
  complete: boolean;
  table: { rows: { name: string; cells: unknown[] }[] };
  cost: { stages: { stage: string; ran: number; distinct: number }[] };
  models: { trial: string; folder: string }[];
}

const run = (...overrides: string[]) =>
  omnict('run', spec, ...overrides, '--store', store, '--json');

beforeAll(() => {
  writeFileSync(
    spec,
    `schema: omnict/sweep@1
name: micro
extends: [${JSON.stringify(BASE)}]
config:
  data:
    phantom: { train: { slices: 8, volumes: 4 }, test: { slices: 6, volumes: 2 } }
  train:
    pretrain: { batchSize: 4 }
    finetune: { batchSize: 4, epochs: 1, checkpointEvery: 3 }
  predict: { maxNewTokens: 8 }
sweep:
  matrix: { model.ose.strategy: [none, adaptive] }
  baseline: { model.ose.strategy: none }
`,
  );
});

describe('omnict run', () => {
  let report: Report;

  it('trains, answers and scores a sweep in real processes', () => {
    const { status, stdout, stderr } = run();
    expect(stderr).not.toMatch(/error:/);
    expect(status).toBe(0);
    report = JSON.parse(stdout) as Report;
    expect(report.complete).toBe(true);
    expect(report.table.rows.map(({ name }) => name)).toEqual([
      'ose.strategy=none',
      'ose.strategy=adaptive',
      'majority answer',
    ]);
    expect(report.cost.stages.find(({ stage }) => stage === 'encode')).toMatchObject({ ran: 1 });
  });

  it('takes everything from the cache the second time', () => {
    const again = JSON.parse(run().stdout) as Report;
    expect(again.cost.stages.map(({ ran }) => ran)).toEqual(again.cost.stages.map(() => 0));
    expect(again.table).toEqual(report.table);
    const plan = JSON.parse(omnict('plan', spec, '--store', store, '--json').stdout) as object;
    expect(JSON.stringify(plan)).not.toContain('never run');
  });

  it('comes to the same table when tasks share the preparing and encoding of images', () => {
    const shards = 'policy.shards={prepare: 2, encode: 3}';
    const { status, stdout } = omnict('run', spec, shards, '--store', 'sharded', '--json');
    expect(status).toBe(0);
    const sharded = JSON.parse(stdout) as Report;
    expect(sharded.table).toEqual(report.table);
    const { stages } = sharded.cost;
    expect(stages.find(({ stage }) => stage === 'encode')).toMatchObject({ ran: 4, distinct: 4 });
  });

  it('goes on after kill -9 and ends in the same model as a run that was left alone', async () => {
    const other = join(folder, 'killed');
    cpSync(store, other, { recursive: true });
    const overrides = [
      'sweep.seeds=[7]',
      'sweep.matrix={model.ose.strategy: [adaptive]}',
      '~sweep.baseline',
    ];
    const args = [MAIN, 'run', spec, ...overrides, '--store', other, '--json'];
    const driver = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore', detached: true });
    const working = join(other, 'cache', 'working');
    const hasCheckpoint = (): boolean =>
      existsSync(working) &&
      readdirSync(working, { recursive: true }).some((name) =>
        String(name).includes('state.safetensors'),
      );
    await until(hasCheckpoint, driver);
    expect(driver.exitCode).toBeNull();
    driver.kill('SIGKILL');
    await until(() => workerPids(other).length === 0); // they notice that their driver is gone
    const resumed = omnict('run', spec, ...overrides, '--store', other, '--json');
    expect(resumed.status).toBe(0);
    const whole = run(...overrides);
    const modelOf = (text: string): Buffer => {
      const [model] = (JSON.parse(text) as Report).models;
      return readFileSync(join(model?.folder ?? '', 'projection-weights', 'model.safetensors'));
    };
    expect(modelOf(resumed.stdout).equals(modelOf(whole.stdout))).toBe(true);
  });

  it('lists, verifies and prunes what it kept', () => {
    const runs = JSON.parse(omnict('runs', 'ls', '--store', store, '--json').stdout) as unknown[];
    expect(runs.length).toBeGreaterThan(0);
    expect(omnict('cache', 'verify', '--store', store).status).toBe(0);
  });

  describe('omnict predict', () => {
    let model = '';
    let image = '';
    let mask = '';
    const ask = (...args: string[]) =>
      omnict('predict', '--question', 'Is there a lesion in the liver?', '--json', ...args);

    beforeAll(() => {
      model = report.models.find(({ trial }) => trial.includes('adaptive'))?.folder ?? '';
      const images = readdirSync(join(store, 'cache'), { recursive: true }).map(String);
      const find = (part: string): string =>
        join(store, 'cache', images.find((name) => name.includes(part)) ?? '');
      image = find('images/test-volume-00000.nii.gz');
      mask = find('masks/test-volume-00000.nii.gz');
    });

    it('answers with an organ mask, and without, saying so', () => {
      const withMask = ask('--model', model, '--image', image, '--mask', mask);
      expect(withMask.status).toBe(0);
      expect(JSON.parse(withMask.stdout)).toMatchObject({
        modality: 'volume',
        organs: ['liver'],
        warnings: [],
      });
      const without = ask('--model', model, '--image', image);
      expect(without.status).toBe(0);
      expect(without.stderr).toMatch(/no mask: organ tokens are taken from the whole image/);
    });

    it('chooses among answers, samples by a seed and stops at a text', () => {
      const asked = (...args: string[]) =>
        ask('--model', model, '--image', image, '--mask', mask, ...args);
      const { answer, choices } = JSON.parse(
        asked('--choice', 'yes', '--choice', 'no', '--choice', 'left kidney').stdout,
      ) as { answer: string; choices: { text: string; probability: number }[] };
      expect(choices.map(({ text }) => text)).toEqual(['yes', 'no', 'left kidney']);
      expect(choices.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
      const best = Math.max(...choices.map(({ probability }) => probability));
      expect(choices.find(({ text }) => text === answer)?.probability).toBe(best);

      const sampling = ['--temperature', '3', '--top-k', '40', '--top-p', '0.95', '--stream'];
      const [once, again, other] = ['1', '1', '2'].map((seed) =>
        asked(...sampling, '--seed', seed),
      );
      expect(once?.status).toBe(0);
      expect(again?.stdout).toBe(once?.stdout);
      expect(other?.stdout).not.toBe(once?.stdout);
      // They differ, so one of both says something.
      const [said = '', seed = ''] = [once, other]
        .map((run, index) => {
          const { answer: text } = JSON.parse(run?.stdout ?? '') as { answer: string };
          expect(run?.stderr).toContain(text);
          return [text, `${index + 1}`] as const;
        })
        .sort((a, b) => b[0].length - a[0].length)[0] as readonly [string, string];
      const stop = said.slice(0, 2);
      const cut = asked(...sampling, '--seed', seed, '--stop', stop).stdout;
      expect((JSON.parse(cut) as { answer: string }).answer).not.toContain(stop);
      expect(asked('--temperature', '-1').status).toBe(2);
    });

    it.skipIf(!existsSync(REAL))('answers on real CT (skipped without ../shared/data)', () => {
      const real = join(REAL, 'totalsegmentator');
      for (const [path, labels] of [
        ['example_ct_sm.nii.gz', 'example_seg.nii.gz'],
        ['example_ct_dicom', 'example_seg_dicom.nii.gz'],
      ] as const) {
        const answer = ask(
          '--model',
          model,
          '--image',
          join(real, path),
          '--mask',
          join(real, labels),
        );
        expect(answer.stderr).not.toMatch(/error:/);
        expect(answer.status).toBe(0);
        expect(JSON.parse(answer.stdout)).toMatchObject({ organs: ['liver'] });
      }
      const chest = ask('--model', model, '--image', join(REAL, 'lidc-0314-dicom'));
      expect(chest.status).toBe(0);
      expect(chest.stderr).toMatch(/whole image/);
    });

    it('refuses bad input with one clear message', () => {
      const path = (name: string): string => join(folder, name);
      const fails = (status: number, message: RegExp, ...args: string[]): void => {
        const result = ask(...args);
        expect(result.stderr).toMatch(message);
        // TensorFlow's library announces itself when it is loaded, before anybody could stop it.
        const lines = result.stderr
          .trim()
          .split('\n')
          .filter((line) => !/absl|oneDNN/.test(line));
        expect(lines).toHaveLength(1);
        expect([args.join(' '), result.status]).toEqual([args.join(' '), status]);
      };
      writeFileSync(path('cut.nii.gz'), readFileSync(image).subarray(0, 2000));
      fails(1, /cut\.nii\.gz: gzip stream breaks/, '--model', model, '--image', path('cut.nii.gz'));
      mkdirSync(path('empty'));
      fails(1, /empty: no DICOM file/, '--model', model, '--image', path('empty'));
      fails(1, /nowhere: not found/, '--model', model, '--image', path('nowhere'));
      const slice = mask.replace('test-volume-00000', 'test-slice-00000');
      fails(
        1,
        /mask: covers \d+ % of the image/,
        '--model',
        model,
        '--image',
        image,
        '--mask',
        slice,
      );
      fails(2, /unknown organ.*liver/, '--model', model, '--image', image, '--organ', 'livver');
      cpSync(model, path('model'), { recursive: true });
      const weights = path('model/projection-weights/model.safetensors');
      writeFileSync(weights, readFileSync(weights).subarray(0, 4000));
      fails(1, /model\.safetensors/, '--model', path('model'), '--image', image);
      rmSync(weights);
      fails(
        1,
        /projection-weights: holds no weights; expected model\.safetensors/,
        '--model',
        path('model'),
        '--image',
        image,
      );
      fails(1, /omnict\.json: cannot be read/, '--model', path('empty'), '--image', image);
    });

    it('shortens a question that is longer than the model takes, and says so', () => {
      const { status, stderr } = omnict(
        ...['predict', '--model', model, '--image', image],
        ...['--question', 'lesion '.repeat(2000)],
      );
      expect(stderr).toMatch(/the question is longer than the language model takes/);
      expect(status).toBe(0);
    });
  });
});
