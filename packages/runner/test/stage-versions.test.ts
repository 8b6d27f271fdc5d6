/**
 * @file A result is found again by the version of the stage that made it: changed code under the same
 * version would bring back results of the old code.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { STAGES } from '../src/stages';

const FOLDER = fileURLToPath(new URL('../src/stages', import.meta.url));
const RECORD = fileURLToPath(new URL('./expected/stage-sources.json', import.meta.url));

/** Where each stage is defined. */
const FILES: Readonly<Record<string, string>> = {
  pretrain: 'train-stages',
  finetune: 'train-stages',
};

/** Digest of code, comments and layout left out. */
function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const options = { removeComments: true, target: ts.ScriptTarget.ES2022 };
    const source = readFileSync(file, 'utf8');
    hash.update(ts.transpileModule(source, { compilerOptions: options }).outputText);
  }
  return hash.digest('hex').slice(0, 16);
}

/** A stage's file and those of its folder that it imports, directly or not. */
function sourcesOf(stage: string): string[] {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
      const imported = join(dirname(file), `${fileName}.ts`);
      if (fileName.startsWith('./') && existsSync(imported)) visit(imported);
    }
  };
  visit(join(FOLDER, `${FILES[stage] ?? stage}.ts`));
  return [...found].sort();
}

describe('versions of the stages', () => {
  const recorded = JSON.parse(readFileSync(RECORD, 'utf8')) as Record<
    string,
    { version: number; source: string }
  >;

  it.each(STAGES.map((stage) => [stage.name, stage] as const))(
    '%s has a version of its own for its code',
    (name, { version }) => {
      const sources = sourcesOf(name);
      const now = { version, source: digestOf(sources) };
      expect(
        now,
        `code of stage '${name}' (${sources.map((file) => basename(file)).join(', ')}) is not what was recorded for version ${recorded[name]?.version}: raise its version if results can change, then put ${JSON.stringify(now)} in ${basename(RECORD)}`,
      ).toEqual(recorded[name]);
    },
  );

  it('know the files that a stage is made of', () => {
    const names = sourcesOf('encode').map((file) => basename(file));
    expect(names).toEqual(expect.arrayContaining(['encode.ts', 'images.ts', 'dataset.ts']));
  });
});
