import { writeNifti } from '@omnict/io';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scan } from '../../serve/test/scan';
import { MAIN, omnict } from './tiny-sweep/tiny-sweep';

const QUESTION = 'Is there a lesion in the liver?';
const folder = mkdtempSync(join(tmpdir(), 'omnict-serve-'));
const image = join(folder, 'ct.nii.gz');
let server: ChildProcess;
let address = '';

/** A Python with the `openai` package: that of CI, or the user's own; undefined where there is none. */
const python = [process.env['OMNICT_OPENAI_PYTHON'] ?? 'python3', 'python3'].find(
  (program) => spawnSync(program, ['-c', 'import openai']).status === 0,
);

beforeAll(async () => {
  await writeNifti(image, scan(0));
  server = spawn(process.execPath, [MAIN, 'serve', 'omnict-tiny', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  address = await new Promise((resolve, reject) => {
    server.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [, found] = /OpenAI API {2}(\S+)\n/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    server.on('exit', () => reject(new Error(`the server ended: ${said}`)));
  });
});
afterAll(() => {
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('omnict serve', () => {
  it.skipIf(python === undefined)(
    "answers OpenAI's client for Python as predict does (skipped without it: pip install openai)",
    () => {
      const script = fileURLToPath(new URL('./ask_openai.py', import.meta.url));
      const asked = spawnSync(python ?? '', [script, address, image, QUESTION], {
        encoding: 'utf8',
      });
      expect(asked.stderr).toBe('');
      const args = ['predict', '--model', 'omnict-tiny', '--image', image, '--question', QUESTION];
      const { answer } = JSON.parse(omnict(folder, ...args, '--json').stdout) as { answer: string };
      expect(answer).not.toBe('');
      expect(JSON.parse(asked.stdout)).toMatchObject({
        model: 'omnict-tiny',
        answer,
        streamed: answer,
        uploaded: answer,
        error: expect.stringContaining("'omnict-tiny'") as string,
      });
    },
  );

  it('is asked by omnict eval, as any endpoint', () => {
    const records = ['liver', 'spleen', 'pancreas'].map((organ) => ({
      id: organ,
      image,
      modality: 'volume',
      organ,
      taskType: 'judgment',
      category: 'GIR',
      question: `Is there a lesion in the ${organ}?`,
      answer: 'yes',
      source: 'test',
      split: 'test',
      patient: organ,
    }));
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    writeFileSync(join(folder, 'records.jsonl'), lines);
    const spec = join(folder, 'eval.yaml');
    writeFileSync(
      spec,
      `schema: omnict/eval@1
name: served
output: out
tasks: [{ task: phantomct, records: records.jsonl }]
model: { kind: endpoint, url: "${address}", model: omnict-tiny, frames: 4, instructions: false }
`,
    );
    const { status, stdout, stderr } = omnict(folder, 'eval', spec, '--json');
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    const { results } = JSON.parse(stdout) as {
      results: { result: { report: { count: number; empty: number; unparsed: number } } }[];
    };
    expect(results[0]?.result.report).toMatchObject({ count: 3, empty: 0, unparsed: 0 });
    expect(readFileSync(join(folder, 'out', 'report.html'), 'utf8')).toContain(
      'lesion in the liver',
    );
  });

  it('ends, and deletes what was sent, when it is asked to', async () => {
    const ended = new Promise((resolve) => server.on('exit', resolve));
    server.kill('SIGINT');
    expect(await ended).toBe(0);
  });
});
