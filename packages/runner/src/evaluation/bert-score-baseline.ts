import { FormatError } from '@omnict/core';
import { readFile } from 'node:fs/promises';

/**
 * Scores of unrelated texts from a table as bert-score ships them: a header, then layer, precision,
 * recall and F1 from layer 0 on.
 *
 * @throws FormatError when the table has no such layer
 */
export async function readBertScoreBaseline(
  path: string,
  layer: number,
): Promise<readonly [precision: number, recall: number, f1: number]> {
  const lines = (await readFile(path, 'utf8')).trim().split(/\r?\n/).slice(1);
  const rows = lines.map((line) => line.split(/[,\t]/).map(Number));
  const [, ...figures] = rows.find(([number]) => number === layer) ?? [];
  const [precision, recall, f1] = figures;
  if (
    precision !== undefined &&
    recall !== undefined &&
    f1 !== undefined &&
    figures.every(Number.isFinite)
  )
    return [precision, recall, f1];
  throw new FormatError(
    `${path}: has no figures for layer ${layer}; expected a line 'layer,precision,recall,F1'; take the table of this checkpoint`,
  );
}
