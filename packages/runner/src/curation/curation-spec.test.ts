import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { curationJsonSchema } from '../spec/json-schema';
import { curationOptions, readCurationSpec } from './curation-spec';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'omnict-curation-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('curation specs', () => {
  const shipped = join(ROOT, 'experiments/curation');

  it.each(readdirSync(shipped))('%s is valid', (name) => {
    const spec = readCurationSpec(join(shipped, name));
    expect(spec.records.startsWith(shipped)).toBe(true);
    expect(spec.verify.minimumOrganVoxels).toBe(10);
  });

  it('the committed JSON Schema is current: omnict schema curation > schemas/curation.schema.json', () => {
    const committed: unknown = JSON.parse(
      readFileSync(join(ROOT, 'schemas/curation.schema.json'), 'utf8'),
    );
    expect(committed).toEqual(curationJsonSchema());
  });

  it('tells all mistakes at once, with their place', () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(
      file,
      'schema: omnict/curation@1\nrecords: a\nselect:\n  maximum_blurr: 1\nserver: { url: x }\n',
    );
    expect(() => readCurationSpec(file)).toThrow(
      /wrong\.yaml:4:\d+: select\.maximum_blurr: unknown key/,
    );
    expect(() => readCurationSpec(file)).toThrow(/'model' is missing/);
    expect(() => readCurationSpec(file)).toThrow(/'out' is missing/);
  });

  it('one server is one client; keys come from the variable that is named', () => {
    const flags = { records: 'a', out: 'b', server: { url: 'http://a/v1', model: 'm' } };
    const { vision, text } = curationOptions(readCurationSpec(undefined, flags), () => undefined);
    expect(text).toBe(vision);
    expect(vision).toMatchObject({ timeoutMs: 120_000, apiKey: undefined });
    const named = { ...flags, server: { ...flags.server, apiKeyEnv: 'MY_KEY' } };
    const spec = readCurationSpec(undefined, named);
    const secret = (name: string, url: string) =>
      name === 'MY_KEY' && url === 'http://a/v1' ? 'k' : undefined;
    expect(curationOptions(spec, secret).vision?.apiKey).toBe('k');
    expect(() => curationOptions(spec, () => undefined)).toThrow(/MY_KEY is not set/);
  });
});
