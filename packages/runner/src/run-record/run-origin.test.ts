import { StageCache, type StageTask } from '@omnict/pipeline';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from './read-run';
import { runOrigin } from './run-origin';

const RECORD: RunRecord = {
  id: 'study-1',
  folder: 'runs/study-1',
  cache: new StageCache('no-cache'),
  spec: {
    name: 'study',
    components: ['/users/someone/parts.mjs'],
    tracking: { uri: 'http://someone:secret@tracker:5000' },
    config: { data: { dataset: 'C:\\Users\\someone\\ct\\records.jsonl' } },
  },
  tasks: [],
  trials: [
    { trial: 'a seed=0', row: 'a', axes: {}, seed: 0 },
    { trial: 'a seed=3', row: 'a', axes: {}, seed: 3 },
  ],
  environment: {
    node: '20.19.0',
    platform: 'linux x64',
    processor: 'CPU',
    cores: 2,
    memoryGiB: 8,
    commit: 'abc-dirty',
    changes: 'f'.repeat(64),
  },
  started: '2026-01-01T00:00:00.000Z',
};

describe('how a run was made', () => {
  it('names seeds, machine and commit, and what was not recorded', async () => {
    const { facts } = await runOrigin(RECORD);
    const rows = facts.flatMap((group) => group.rows);
    expect(rows).toEqual(
      expect.arrayContaining([
        ['seeds', '0, 3'],
        ['commit', 'abc-dirty'],
        ['changes since', 'f'.repeat(64)],
        ['last event', 'not recorded'],
      ]),
    );
    const old = await runOrigin({ ...RECORD, environment: null });
    expect(JSON.stringify(old.facts)).toContain('["machine","not recorded"]');
  });

  it('names the precision of features and answers', async () => {
    const task = (stage: string, section: unknown) =>
      ({
        stage,
        section,
        key: 'a'.repeat(64),
        needs: {},
        trials: [],
        keyParts: {},
      }) as unknown as StageTask;
    const tasks = [
      task('encode', { precision: 'f32' }),
      task('predict', { precision: 'int8' }),
      task('predict', { precision: 'f32' }),
      task('score', {}),
    ];
    const [run] = (await runOrigin({ ...RECORD, tasks })).facts;
    expect(run?.rows).toEqual(
      expect.arrayContaining([
        ['precision of features', 'f32'],
        ['precision of answers', 'int8, f32'],
      ]),
    );
  });

  it('has no secret, and of paths a name or a digest', async () => {
    const { spec } = await runOrigin(RECORD);
    expect(spec).toEqual({
      name: 'study',
      components: ['…/parts.mjs'],
      tracking: { uri: 'http://[redacted]@tracker:5000' },
      config: { data: { dataset: expect.stringMatching(/^file-[0-9a-f]{12}\.jsonl$/) as string } },
    });
  });
});
