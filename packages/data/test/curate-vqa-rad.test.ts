import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { startScriptedServer, withFaults } from '../../chat/test/scripted-server';
import { curate, importSource, readRecords } from '../src/index';
import type { QuestionRecord } from '@omnict/core';
import { curationModel } from './curation-model';

const REAL = fileURLToPath(new URL('../../../../shared/data/vqa-rad/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'omnict-vqa-rad-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Questions about the first images that are CT by their own questions. */
const IMAGES = 5;

describe.skipIf(!existsSync(REAL))('VQA-RAD’s CT images (skipped without ../shared/data)', () => {
  it('go through all stages with a server that fails and lies; keys stay', async () => {
    const imported = join(folder, 'all.jsonl');
    await importSource({ source: 'vqa-rad', path: REAL, out: imported });
    const { ct_images } = JSON.parse(
      readFileSync(join(REAL, 'ct_images_inferred.json'), 'utf8'),
    ) as {
      ct_images: string[];
    };
    const before = new Map<string, QuestionRecord>();
    for await (const record of readRecords(imported)) {
      if (ct_images.slice(0, IMAGES).some((name) => record.image.endsWith(name))) {
        before.set(record.id, record);
      }
    }
    const records = join(folder, 'records.jsonl');
    writeFileSync(
      records,
      [...before.values()].map((record) => `${JSON.stringify(record)}\n`).join(''),
    );
    const model = withFaults(curationModel({ lies: 0.2 }), {
      faults: [{ status: 503 }, { status: 429, headers: { 'retry-after': '0.01' } }, { raw: '' }],
      every: 5,
    });
    const server = await startScriptedServer(model);
    const vision = { url: server.url, model: 'scripted', retry: { initialDelayMs: 1 } };
    const report = await curate({ records, out: join(folder, 'out'), vision, text: vision });
    await server.close();
    expect(report.complete).toBe(true);
    const [select, verify, map] = report.stages;
    expect(select?.records).toBe(before.size);
    expect(before.size).toBeGreaterThan(20);
    expect(Object.keys(select?.reasons ?? {}).every((rule) => rule === 'model')).toBe(true);
    // Pictures have no HU and no mask, so that lies about them cannot be seen through: some are lost.
    expect(verify?.kept).toBeGreaterThan(0.4 * before.size);
    expect(map?.changed).toBeGreaterThan(0);
    for await (const record of readRecords(report.records)) {
      expect(record.answer).toBe(before.get(record.id)?.answer);
      if (record.taskType === 'multi-choice') expect(record.options).toContain(record.answer);
    }
  });
});
