import {
  auditOverlap,
  type AuditReport,
  OVERLAP_KINDS,
  readRecords,
  writeRecords,
} from '@omnict/data';
import type { QuestionRecord } from '@omnict/core';
import type { Command } from 'commander';
import { dirname, relative, resolve } from 'node:path';
import { CommandFailed } from '../exit-codes';
import { jsonOption, wholeNumber } from '../options';
import { type Output, printResult } from '../output';

interface AuditCommandOptions {
  pictures: boolean;
  radius: number;
  out?: string;
  json?: boolean;
}

/** `omnict data audit`: what training and test share. */
export function defineDataAudit(command: Command, output: Output): void {
  command
    .argument('<records...>', 'records files: one with several splits, or one a data set')
    .option('--no-pictures', 'compare names only, open no image')
    .option('--radius <bits>', 'bits of 64 by which hashes of pictures may differ', wholeNumber, 5)
    .option('--out <records.jsonl>', 'write the records that remain when overlaps leave training')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  omnict data audit ct-rate.jsonl 3d-rad.jsonl --no-pictures',
    )
    .action(async (paths: string[], { pictures, radius, out, json }: AuditCommandOptions) => {
      const report = await auditOverlap(recordsOf(paths), {
        ...(pictures ? { pictures: { radius, resolve: (image: string) => image } } : {}),
      });
      const { affected, ...rest } = report;
      if (out !== undefined) await writeRecords(out, remaining(paths, affected, out));
      const result = { ...rest, affected: affected.size, out: out ?? null };
      printResult(output, result, { json, text: () => text(report) });
      if (affected.size > 0 && out === undefined) throw new CommandFailed();
    });
}

/** Records of all files, images by absolute path: the same file has one name. */
async function* recordsOf(paths: readonly string[]): AsyncGenerator<QuestionRecord> {
  for (const path of paths) {
    for await (const record of readRecords(path)) {
      yield { ...record, image: resolve(dirname(path), record.image) };
    }
  }
}

async function* remaining(
  paths: readonly string[],
  affected: ReadonlySet<string>,
  out: string,
): AsyncGenerator<QuestionRecord> {
  for await (const record of recordsOf(paths)) {
    const image = relative(dirname(resolve(out)), record.image);
    if (!affected.has(record.id)) yield { ...record, image };
  }
}

function text({ records, splits, overlaps, affected, unread }: AuditReport): string {
  return [
    `${records} records: ${splits.train} train, ${splits.validation} validation, ${splits.test} test`,
    ...OVERLAP_KINDS.flatMap((kind) => {
      const { keys, records: shared, pairs } = overlaps[kind];
      return [
        `${kind}: ${keys} shared, ${shared} records`,
        ...pairs.map(({ held, other, keys: count }) => `  ${held} and ${other}: ${count}`),
      ];
    }),
    ...unread.slice(0, 20).map(({ image, message }) => `not read: ${image}: ${message}`),
    affected.size === 0 ? 'nothing overlaps' : `${affected.size} records to leave out`,
  ].join('\n');
}
