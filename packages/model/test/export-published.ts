/**
 * Writes the assembled tiny Qwen2.5 that `tools/reference/published_model.py` reads with transformers.
 *
 * Usage: npx tsx packages/model/test/export-published.ts FOLDER
 */
import { saveLanguageModel } from '@omnict/llm';
import { selectEngine } from '@omnict/nn';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOmniCT } from '../src/index';
import { publishedConfig, writePublishedBase } from './published-base';

const base = mkdtempSync(join(tmpdir(), 'omnict-base-'));
await selectEngine();
await writePublishedBase(base);
const { language } = await createOmniCT(publishedConfig(base), 1);
await saveLanguageModel(process.argv[2] as string, language);
rmSync(base, { recursive: true });
