import { ConfigError, MissingDataError } from '@omnict/core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareSweep, readSweep } from '../sweep';

const folder = mkdtempSync(join(tmpdir(), 'omnict-mistakes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string | Buffer): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

write(
  'base.yaml',
  `config:
  data: { dataset: phantom-ct }
  prepare: { size: [32, 108, 108] }
  model: { encoder: siglip-tiny, llm: qwen2-tiny, unshuffle: { slice: 2, volume: 4 } }
  train: { pretrain: { learningRate: 1.0e-3 }, finetune: { learningRate: 1.0e-3 } }
`,
);
const HEAD = 'schema: omnict/sweep@1\nname: t\nextends: [base.yaml]\n';
const SMALL = '  model: { ose: { tokens2d: 9, tokens3d: 10 } }\n';

const read = (text: string, overrides: string[] = []) =>
  readSweep(write('spec.yaml', text), { overrides });

/** What a spec is refused with, a line each. */
async function problemsOf(text: string, overrides: string[] = []): Promise<string[]> {
  const error: unknown = await read(text, overrides).then(
    () => new Error('accepted'),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return (error as Error).message.replaceAll(`${folder}/`, '').split('\n');
}

describe('mistakes that nothing needs to run for', () => {
  it('are told of parts of SCE that contradict each other, lack weights or do not fit', async () => {
    const problems = await problemsOf(`${HEAD}config:
  model: { sce: true, projector: projection-tiny, ose: { strategy: none } }
  train: { maxLength: 280 }
sweep:
  matrix: { model.composition: [compose, replicate] }
  include: [{ name: no-positions, set: { model.tpe: false } }, { name: odd, set: { model.projection: shared, model.unshuffle.slice: 3 } }]
`);
    for (const expected of [
      /^spec\.yaml:8:\d+: sweep\.matrix\.model\.composition: is replicate, but model\.sce: true stands for compose/,
      /^spec\.yaml:5:\d+: config\.model\.projector: 'projection-tiny' has weights for sce-off, sce-on, not for replicate_tpe_moe-hybrid/,
      /^spec\.yaml:6:\d+: config\.train\.maxLength: a volume alone has 288 visual tokens; expected fewer than 280/,
      /^spec\.yaml:9:\d+: sweep\.include\.0\.set\.model\.tpe: is false, but model\.sce: true stands for true/,
      /^spec\.yaml:9:\d+: sweep\.include\.1\.set\.model\.projection: blocks of 3 and 4 /,
    ]) {
      expect(problems).toContainEqual(expect.stringMatching(expected));
    }
  });

  it('are told together: names, tables, a baseline that is no trial', async () => {
    const problems = await problemsOf(`${HEAD}config:
  model: { encoder: siglip-tinny, llm: qwen2, projector: projection-tony }
sweep:
  matrix: { model.sce: [true] }
  baseline: { model.sce: false }
report: { paperTable: tabel-1 }
`);
    for (const expected of [
      /^spec\.yaml:5:21: config\.model\.encoder: .*did you mean 'siglip-tiny'/,
      /^spec\.yaml:5:\d+: config\.model\.llm: .*got "qwen2"/,
      /^spec\.yaml:5:\d+: config\.model\.projector: .*did you mean 'projection-tiny'/,
      /^spec\.yaml:8:\d+: sweep\.baseline: no trial has these values/,
      /^spec\.yaml:9:\d+: report\.paperTable: .*did you mean 'table-1'/,
    ]) {
      expect(problems).toContainEqual(expect.stringMatching(expected));
    }
    expect(problems).toHaveLength(5);
  });

  it('are image sizes, token grids and organ tokens that the encoder does not fit', async () => {
    expect(
      await problemsOf(`${HEAD}config:
${SMALL}sweep:
  matrix: { model.unshuffle.slice: [2, 5], model.ose.tokens2d: [9, 7] }
  include: [{ name: large, set: { prepare.size: [32, 384, 384] } }]
`),
    ).toEqual([
      expect.stringMatching(
        /^spec\.yaml:7:\d+: sweep\.matrix\.model\.ose\.tokens2d: 7 tokens make no square.*trial 'unshuffle\.slice=2 ose\.tokens2d=7'/,
      ),
      expect.stringMatching(
        /^spec\.yaml:7:\d+: sweep\.matrix\.model\.unshuffle\.slice: block 5 does not divide.* and 1 more\)/,
      ),
      expect.stringMatching(
        /^spec\.yaml:8:\d+: sweep\.include\.0\.set\.prepare\.size: images are 384 x 384.*takes 108/,
      ),
    ]);
  });

  it('are axes that are empty, set one key, or leave no trial', async () => {
    expect(
      await problemsOf(`${HEAD}sweep:
  matrix: { model.sce: [], model.ose: [{ strategy: none, tokens2d: 9, tokens3d: 10 }] }
  zip: { a: { model.ose.strategy: [none] }, b: {} }
  include: [{ name: x, set: {} }, { name: x, set: { model.sce: false } }]
`),
    ).toEqual([
      expect.stringMatching(/^spec\.yaml:5:\d+: sweep\.matrix\.model\.sce: expected at least one/),
      expect.stringMatching(/^spec\.yaml:6:\d+: sweep\.zip\.b: has no axes/),
      expect.stringMatching(
        /^spec\.yaml:6:\d+: sweep\.zip\.a\.model\.ose\.strategy: sets what sweep\.matrix\.model\.ose \(spec\.yaml:5:\d+\) sets/,
      ),
      expect.stringMatching(/^spec\.yaml:7:\d+: sweep\.include\.1\.name: 'x' is used above/),
    ]);
    const excluded =
      'sweep: { matrix: { model.sce: [true] }, exclude: [{ model.sce: true }] }\nconfig:\n';
    expect(await problemsOf(HEAD + excluded + SMALL)).toEqual([
      expect.stringMatching(/^spec\.yaml:4:\d+: sweep\.exclude: leaves no trial/),
    ]);
  });

  it('are overrides of the wrong type, with what the shell made of them', async () => {
    const problems = await problemsOf(HEAD, [
      'name=12',
      'sweep.seeds=3',
      'config.predict.batchSize="5"',
      'config.model.sce=',
      'config.data.dataset=*x',
      'sweep.maxTrials=[0,',
      '1]',
      'sweep.mode=grid',
      'sweep.mode=ofat',
    ]);
    for (const expected of [
      /^command line 'name=12': name: must be string.*write 'name="12"'/,
      /^command line 'sweep\.seeds=3': sweep\.seeds: must be array.*write 'sweep\.seeds=\[3\]'/,
      /^command line 'config\.predict\.batchSize="5"': .*write config\.predict\.batchSize=5/,
      /^command line 'config\.model\.sce=': .*write config\.model\.sce=VALUE/,
      /^command line 'config\.data\.dataset=\*x': .*no anchor '&x'/,
      /^command line 'sweep\.maxTrials=\[0,': the value cannot be read.*quote the whole/,
      /^command line '1]': is no override.*quote the whole/,
      /^command line 'sweep\.mode=ofat': 'sweep\.mode=grid' sets the same key/,
    ]) {
      expect(problems).toContainEqual(expect.stringMatching(expected));
    }
    expect(problems).toHaveLength(8);
  });

  it('are files: missing bases, other encodings, values that JSON cannot hold', async () => {
    write('latin1.yaml', Buffer.from('name: caf\xe9\n', 'latin1'));
    write('values.yaml', 'a: .nan\nb: 9007199254740993\nc: { __proto__: 1 }\nd: *e\nf: &f [*f]\n');
    const problems = await problemsOf(
      'schema: omnict/sweep@1\nextends: [none.yaml, latin1.yaml, values.yaml, ./deep/none.yaml]\n',
    );
    expect(problems).toEqual([
      expect.stringMatching(/^spec\.yaml:2:11: extends: none\.yaml cannot be read \(ENOENT\)/),
      expect.stringMatching(/^latin1\.yaml: is no UTF-8/),
      expect.stringMatching(/^values\.yaml:1:4: expected a finite number, got \.nan/),
      expect.stringMatching(/^values\.yaml:2:4: .*a double cannot hold it/),
      expect.stringMatching(/^values\.yaml:3:6: '__proto__' is no key here/),
      expect.stringMatching(/^values\.yaml:4:4: no anchor '&e' stands before this alias/),
      expect.stringMatching(/^values\.yaml:5:8: alias '\*f' lies inside of what it stands for/),
      expect.stringMatching(/^spec\.yaml:2:\d+: extends: deep\/none\.yaml cannot be read/),
    ]);
  });

  it('are missing inputs, all of them, once a plan looks for them', async () => {
    const spec = write('spec.yaml', `${HEAD}config:\n${SMALL}`);
    const overrides = ['config.data.dataset=none.jsonl', 'config.model.encoder=nobody/nothing'];
    const error: unknown = await prepareSweep(spec, { overrides, store: folder }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(/none\.jsonl: cannot be read/);
    expect((error as Error).message).toMatch(/omnict models pull nobody\/nothing/);
    const none = prepareSweep(spec, { overrides: overrides.slice(0, 1), store: folder });
    await expect(none).rejects.toBeInstanceOf(MissingDataError);
  });
});

describe('trials', () => {
  it('have names of their own, whatever their values', async () => {
    const names = async (sweep: string): Promise<string[]> =>
      (await read(`${HEAD}config:\n${SMALL}sweep: ${sweep}\n`)).trials.map(({ row }) => row);
    expect(await names("{ matrix: { components.a.x: [1, '1', 'true', true, a b] } }")).toEqual([
      'a.x=1',
      'a.x="1"',
      'a.x="true"',
      'a.x=true',
      'a.x="a b"',
    ]);
    expect(
      await names('{ mode: ofat, matrix: { components.a.b.x: [1], components.c.b.x: [1] } }'),
    ).toEqual(['base', 'a.b.x=1', 'c.b.x=1']);
    expect(
      await problemsOf(
        `${HEAD}config:\n${SMALL}sweep: { matrix: { model.sce: [true] }, include: [{ name: 'model.sce=true', set: { model.sce: false } }] }\n`,
      ),
    ).toEqual([expect.stringMatching(/sweep\.include\.0\.name: two trials would be named/)]);
  });

  it('that nothing tells apart are remarked upon', async () => {
    const { remarks } = await read(
      `${HEAD}config:\n${SMALL}sweep: { matrix: { components.mine.x: [1, 2] }, seeds: [0, 1] }\n`,
    );
    expect(remarks).toEqual([
      expect.stringMatching(
        /^trials 'mine\.x=1', 'mine\.x=2' compute the same: they differ only in components\.mine\.x/,
      ),
    ]);
    expect((await read(`${HEAD}config:\n${SMALL}`)).remarks).toEqual([]);
  });
});
