import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatePhantomCT } from '@omnict/phantom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './tiny-sweep/tiny-sweep';
import { type ScriptedServer, startScriptedServer } from '../../chat/test/scripted-server';
import { curationModel } from '../../data/test/curation-model';

/** The command as users run it: `npm test` builds before it tests. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'omnict-cli-curate-'));
let server: ScriptedServer;

beforeAll(async () => {
  const none = { slices: 0, volumes: 0 };
  await generatePhantomCT({
    seed: 5,
    folder: join(folder, 'phantoms'),
    size: [16, 64, 64],
    splits: { train: none, validation: none, test: { slices: 8, volumes: 2 } },
  });
  // Slow enough that a kill hits a call under way.
  const model = curationModel({ lies: 0.1 });
  server = await startScriptedServer((request) => {
    const answer = model(request);
    return 'reply' in answer ? { ...answer, delayMs: 25 } : answer;
  });
  writeFileSync(
    join(folder, 'spec.yaml'),
    `schema: omnict/curation@1
records: phantoms/records.jsonl
out: from-spec
select: { minimumSide: 64, maximumBlur: 1 }
server: { url: '${server.url}', model: scripted, concurrency: 2 }
`,
  );
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, 'data', ...args], { cwd: folder });
}

async function omnict(...args: string[]) {
  const child = start(...args);
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, stdout, stderr };
}

const RESULTS = [
  'records',
  'select.decisions',
  'verify.decisions',
  'map.decisions',
  'refine.decisions',
];
const results = (out: string) =>
  RESULTS.map((name) => readFileSync(join(folder, out, `${name}.jsonl`), 'utf8'));

describe('omnict data curate', () => {
  it('killed again and again, it ends in the same files', async () => {
    const whole = await omnict('curate', 'spec.yaml', '--json');
    expect(whole.stderr).not.toMatch(/error/);
    expect(whole.status).toBe(0);
    const report = JSON.parse(whole.stdout) as { complete: boolean; calls: { answered: number } };
    expect(report.complete).toBe(true);
    expect(report.calls.answered).toBeGreaterThan(20);

    const kills = ['select', 'verify', 'refine'];
    for (const stage of kills) {
      const child = start('curate', 'spec.yaml', '--out', 'killed');
      const log = join(folder, 'killed', `${stage}.decisions.jsonl`);
      await until(() => existsSync(log) && readFileSync(log, 'utf8').split('\n').length > 3, child);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.on('close', resolve));
      expect(child.signalCode).toBe('SIGKILL');
    }
    const resumed = await omnict('curate', 'spec.yaml', '--out', 'killed');
    expect(resumed.status).toBe(0);
    expect(results('killed')).toEqual(results('from-spec'));
  });

  it('stops at its budget with exit code 1, and goes on', async () => {
    const flags = ['curate', 'spec.yaml', '--out', 'budget'];
    const part = await omnict(...flags, '--max-requests', '6');
    expect(part.status).toBe(1);
    expect(part.stderr).toMatch(/stopped: budget: requests spent/);
    expect((await omnict(...flags)).status).toBe(0);
    expect(results('budget')).toEqual(results('from-spec'));
  });

  it('rules alone without a server; a sheet for people and back', async () => {
    const flags = ['--records', 'phantoms/records.jsonl', '--out', 'rules'];
    const done = await omnict('curate', ...flags, '--stages', 'verify,map,refine');
    expect(done.status).toBe(0);
    expect(done.stdout).toMatch(/rules alone/);
    const sheet = ['rules', '--sheet', 'audit.csv'];
    expect((await omnict('audit-sheet', 'export', ...sheet, '--share', '0.2')).status).toBe(0);
    const text = readFileSync(join(folder, 'audit.csv'), 'utf8').trimEnd().split('\n');
    const filled = text.map((line, index) => (index === 0 ? line : line.replace(/,,$/, ',drop,')));
    writeFileSync(join(folder, 'audit.csv'), `${filled.join('\n')}\n`);
    const back = await omnict('audit-sheet', 'import', ...sheet, '--json');
    expect(back.status).toBe(0);
    const { audited } = JSON.parse(back.stdout) as { audited: number };
    expect(audited).toBe(text.length - 1);
    const again = await omnict('curate', ...flags, '--stages', 'verify,map,refine', '--json');
    const lines = readFileSync(join(folder, 'rules/records.jsonl'), 'utf8').trim().split('\n');
    expect(again.status).toBe(0);
    expect(lines.some((line) => line.includes('"verify":"auditor"'))).toBe(false);
    const { input } = JSON.parse(again.stdout) as { input: { records: number } };
    expect(lines.length).toBeLessThanOrEqual(input.records - audited);
  });

  it.each([
    [['curate', 'spec.yaml', '--stages', 'select,polish'], /stages\.1: expected one of/],
    [['curate', '--records', 'a.jsonl'], /'out' is missing/],
    [
      ['curate', 'spec.yaml', '--out', 'key', '--api-key-env', 'OMNICT_NONE_API_KEY'],
      /OMNICT_NONE_API_KEY is not set/,
    ],
    [['curate', 'spec.yaml', '--out', 'cost', '--max-cost', '1'], /no price of tokens/],
  ])('wrong use ends with exit code 2: %j', async (args, message) => {
    const { status, stderr } = await omnict(...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });
});
