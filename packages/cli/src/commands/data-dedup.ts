import { type DuplicateReport, findDuplicates, readRecords, writeRecords } from '@omnict/data';
import { imageEmbedder } from '@omnict/model';
import type { Command } from 'commander';
import { dirname, resolve } from 'node:path';
import { jsonOption, numberOption, wholeNumber } from '../options';
import { type Output, printResult } from '../output';

interface DedupOptions {
  out?: string;
  radius: number;
  encoder?: string;
  similarity: number;
  json?: boolean;
}

/** `omnict data dedup`: images that show the same, and records without them. */
export function defineDataDedup(command: Command, output: Output): void {
  command
    .argument('<records>', 'records file (JSON Lines)')
    .option('--out <records.jsonl>', 'write records without duplicate images')
    .option('--radius <bits>', 'bits of 64 by which hashes may differ', wholeNumber, 5)
    .option('--encoder <name>', 'second stage: vision encoder, as preset, hub name or folder')
    .option('--similarity <cosine>', 'second stage: least similarity', numberOption, 0.95)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict data dedup records.jsonl --out unique.jsonl')
    .action(async (path: string, { out, encoder, json, ...rest }: DedupOptions) => {
      const images = [];
      for await (const { image, modality, split } of readRecords(path)) {
        images.push({ image, modality, split });
      }
      const folder = dirname(path);
      const embed = encoder === undefined ? undefined : await imageEmbedder(encoder);
      const report = await findDuplicates(images, {
        resolve: (image) => resolve(folder, image),
        ...rest,
        ...(embed === undefined ? {} : { embed: embed.embed }),
        onProgress: (done, total) => {
          if (output.isTerminal) output.err(`\r${done} of ${total} images`);
        },
      });
      embed?.dispose();
      if (output.isTerminal) output.err('\n');
      const dropped = new Set(report.clusters.flatMap((cluster) => cluster.dropped));
      const written = out === undefined ? null : await writeRecords(out, without(path, dropped));
      const result = { ...report, out: out ?? null, records: written };
      printResult(output, result, { json, text: () => text(report, out, written) });
    });
}

async function* without(path: string, images: ReadonlySet<string>) {
  for await (const record of readRecords(path)) if (!images.has(record.image)) yield record;
}

function text(report: DuplicateReport, out: string | undefined, written: number | null): string {
  const { images, hashPairs, embeddingPairs, clusters, duplicates, unread } = report;
  return [
    `${duplicates} of ${images} images are duplicates, in ${clusters.length} clusters`,
    `  pairs by hash: ${hashPairs}`,
    ...(embeddingPairs === null ? [] : [`  pairs by features: ${embeddingPairs}`]),
    ...unread.slice(0, 20).map(({ image, message }) => `  not read: ${image}: ${message}`),
    ...(out === undefined ? [] : [`${out}: ${written} records`]),
  ].join('\n');
}
