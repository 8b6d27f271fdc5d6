import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  bestTokenF1,
  meteor,
  requireWordNet,
  rouge,
  scoreFile,
  sentenceBleu,
  tokenizeTreebank,
} from '../src/index';

interface Row {
  qid: number;
  question: string;
  answer: string | number;
  answer_type: string;
  image_organ: string;
  image_name: string;
}

const FILE = fileURLToPath(
  new URL('../../../../shared/data/vqa-rad/testset.json', import.meta.url),
);

describe.skipIf(!existsSync(FILE))('VQA-RAD (skipped without ../shared/data)', () => {
  const rows = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Row[]) : [];

  it('is scored from a predictions file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vqa-rad-'));
    const predictions = join(folder, 'predictions.jsonl');
    const isClosed = ({ answer_type: type }: Row) => type.trim() === 'CLOSED';
    // A model that always says yes to closed questions and the truth to open ones.
    const lines = rows.map((row) => ({
      id: row.qid,
      prediction: isClosed(row) ? 'Yes.' : `${row.answer}`,
      reference: `${row.answer}`.trim(),
      taskType: isClosed(row) ? 'judgment' : 'short-answer',
      organ: row.image_organ,
      cluster: row.image_name,
    }));
    await writeFile(predictions, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const report = await scoreFile(
      { predictions },
      { metrics: ['accuracy', 'exact-match', 'bleu-1'] },
    );
    const closed = rows.filter(isClosed);
    const yes = closed.filter(({ answer }) => `${answer}`.trim().toLowerCase() === 'yes').length;
    expect(report.count).toBe(rows.length);
    expect(report.scores['accuracy']).toBeCloseTo(yes / closed.length, 12);
    expect(report.metrics['accuracy']).toMatchObject({
      count: closed.length,
      interval: { method: 'clustered' },
    });
    expect(Object.keys(report.groups.organ ?? {}).sort()).toEqual(['ABD', 'CHEST', 'HEAD']);
    await rm(folder, { recursive: true });
  });

  it('questions give the reference libraries’ numbers', () => {
    const { scores } = JSON.parse(
      readFileSync(new URL('expected/vqa-rad.json', import.meta.url), 'utf8'),
    ) as { scores: Record<string, number[]> };
    const wordnet = requireWordNet();
    rows.forEach((row, index) => {
      const prediction = row.question;
      const reference = rows[(index + 1) % rows.length]?.question ?? '';
      const own = [
        sentenceBleu(prediction, [reference]),
        rouge(prediction, [reference], { kind: 'rouge-1' }).f1,
        rouge(prediction, [reference], { kind: 'rouge-l', stemming: true }).f1,
        meteor(prediction, [reference], { wordnet, tokenize: tokenizeTreebank }),
        bestTokenF1(prediction, [reference]).f1,
      ];
      const wanted = scores[row.qid] ?? [];
      own.forEach((value, part) => {
        expect(Math.abs(value - (wanted[part] ?? NaN)), `${row.qid} ${part}`).toBeLessThan(1e-8);
      });
    });
  });
});
