/**
 * @file What a crash, a full disk or a bad disk leaves of a store's records: each is cut at every byte, or
 * has a byte changed. A damaged result is made again, a damaged record is told with its file, and neither
 * hides what is whole.
 */
import { FormatError, MissingDataError } from '@omnict/core';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyCache } from '../../src/cache/maintain';
import { StageCache } from '../../src/cache/stage-cache';
import { appendEvent, EventReader } from '../../src/execute/event-log';
import { RunFolder } from '../../src/run/run-folder';
import { listRuns, runStatus, usedKeys } from '../../src/run/runs';
import { specChanges } from '../../src/run/spec-changes';
import type { SweepSpec } from '../../src/spec/sweep-schema';

const KEY = 'ab'.padEnd(64, '0');
const FACTS = { stage: 'score', seconds: 1, parts: { config: '1' }, machine: { node: 'v20' } };
/** What JSON may hold that no record is. */
const OTHER_JSON = [
  '',
  'null',
  '{}',
  '[]',
  '[1]',
  '"a"',
  '7',
  '{"files":null}',
  '{"trials":[null]}',
];

let store: string;
let cache: StageCache;

beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'omnict-damaged-'));
  cache = new StageCache(join(store, 'cache'));
});
afterEach(() => rmSync(store, { recursive: true, force: true }));

async function publish(content = '{"accuracy": 0.5}'): Promise<string> {
  const { outputs } = await cache.prepare(KEY);
  writeFileSync(join(outputs, 'scores.json'), content);
  await cache.publish(KEY, FACTS);
  return join(cache.outputsOf(KEY), '..');
}

/** Every text that a cut leaves. */
function cuts(text: string): string[] {
  return Array.from({ length: text.length }, (_, length) => text.slice(0, length));
}

describe('a result', () => {
  it('whose manifest is cut at any byte, or is of another form, is made again', async () => {
    const entry = await publish();
    const copy = join(store, 'copy');
    cpSync(entry, copy, { recursive: true });
    const whole = readFileSync(join(entry, 'manifest.json'), 'utf8');
    for (const text of [...cuts(whole.trimEnd()), ...OTHER_JSON]) {
      writeFileSync(join(entry, 'manifest.json'), text);
      expect(await cache.lookUp(KEY), text).toBeNull();
      expect(existsSync(entry), text).toBe(false);
      expect(await cache.list()).toEqual([]);
      cpSync(copy, entry, { recursive: true });
    }
    await publish(); // over what is there
    expect(await cache.lookUp(KEY)).not.toBeNull();
  });

  it('one of whose bytes was flipped is noticed on use', async () => {
    const text = '{"accuracy": 0.5}';
    for (let place = 0; place < text.length; place++) {
      const entry = await publish();
      const bytes = Buffer.from(text);
      bytes[place] = (bytes[place] as number) ^ 1;
      writeFileSync(join(entry, 'outputs', 'scores.json'), bytes);
      expect(await new StageCache(cache.folder).lookUp(KEY), String(place)).toBeNull();
      expect(existsSync(entry)).toBe(false);
    }
  });

  it('with a flipped byte in a large output is found by verify', async () => {
    const large = 'x'.repeat(17 * 1024 * 1024);
    const entry = await publish(large);
    writeFileSync(join(entry, 'outputs', 'scores.json'), `${large.slice(1)}y`);
    expect(await new StageCache(cache.folder).lookUp(KEY)).not.toBeNull();
    expect(await verifyCache(cache)).toEqual([KEY]);
  });
});

describe('a run', () => {
  const documents = {
    'plan.json': JSON.stringify([{ key: KEY, stage: 'score', needs: {}, trials: [0] }]),
    'results.json': JSON.stringify({ trials: [{ failure: 'none' }, {}] }),
    'spec.json': JSON.stringify({ name: 'study', config: { a: 1 }, sweep: {} }),
  };
  const spec = { name: 'study', config: { a: 2 }, sweep: {} } as unknown as SweepSpec;
  let run: string;

  beforeEach(() => {
    for (const id of ['study-00000001', 'whole']) {
      run = join(store, 'runs', id);
      mkdirSync(run, { recursive: true });
      for (const [name, text] of Object.entries(documents)) writeFileSync(join(run, name), text);
    }
    run = join(store, 'runs', 'study-00000001');
  });

  it.each(Object.entries(documents))(
    'with a damaged %s hides no other, and says which file it is',
    async (name, whole) => {
      for (const text of [...cuts(whole), ...OTHER_JSON]) {
        writeFileSync(join(run, name), text);
        const runs = await listRuns(store);
        expect(runs.find(({ id }) => id === 'whole')).toMatchObject({ finished: 1, trials: 2 });
        await expectTyped(runStatus(store, 'study-00000001'), name);
        await expectTyped(usedKeys(store), name);
        await specChanges(spec, { id: 'study-00000002', store });
      }
    },
  );

  it('with a damaged plan keeps its results from being pruned as those of no run', async () => {
    writeFileSync(join(run, 'plan.json'), '[{"key":');
    await expect(usedKeys(store)).rejects.toThrow(/study-00000001.plan\.json: is not JSON/);
    rmSync(run, { recursive: true });
    expect((await usedKeys(store)).reachable).toEqual(new Set([KEY]));
  });

  it('whose events were cut at any byte goes on in a line of its own', async () => {
    const path = new RunFolder(run).eventsFile;
    const line = `${JSON.stringify({ type: 'note', text: 'größer' })}\n`;
    for (let length = 0; length <= Buffer.byteLength(line); length++) {
      writeFileSync(path, line);
      appendFileSync(path, line);
      truncateSync(path, Buffer.byteLength(line) + length);
      appendEvent(path, { type: 'later' });
      const events = await new EventReader<{ type: string }>(path).read();
      // A line is whole without its end already.
      const isWhole = length >= Buffer.byteLength(line) - 1;
      expect(events.map(({ type }) => type)).toEqual(
        isWhole ? ['note', 'note', 'later'] : ['note', 'later'],
      );
    }
  });
});

/** Fulfilled, or refused with a typed error that names the file. */
async function expectTyped(action: Promise<unknown>, name: string): Promise<void> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  if (error === undefined) return;
  const isTyped = error instanceof FormatError || error instanceof MissingDataError;
  expect(isTyped, error.stack).toBe(true);
  expect(error.message).toContain(name);
}
