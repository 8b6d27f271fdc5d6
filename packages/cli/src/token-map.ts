import { Random, writeFileAtomic } from '@omnict/core';
import { silhouette, tsne } from '@omnict/eval';
import type { PageTokenMap } from '@omnict/report';
import { readVisualTokens, type RunRecord } from '@omnict/runner';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The map in the run's folder: it is made once. */
const TOKEN_MAP_FILE = 'token-map.json';

/** Tokens that are drawn where nothing else is asked for: a second of work. */
const DEFAULT_TOKENS = 400;

const PERPLEXITY = 30;

/** A map as it is kept, with the number of tokens that it was asked for. */
interface KeptMap {
  asked: number;
  map: PageTokenMap;
}

/**
 * Draws a run's visual tokens in the plane, or reads the map that was made before.
 *
 * @param asked tokens at most, up to 3,000 @returns undefined for a run without slices and volumes to draw
 */
export async function tokenMap(
  record: RunRecord,
  asked = DEFAULT_TOKENS,
): Promise<PageTokenMap | undefined> {
  const kept = await readFile(join(record.folder, TOKEN_MAP_FILE), 'utf8').catch(() => undefined);
  const known = kept === undefined ? undefined : (JSON.parse(kept) as KeptMap);
  if (known?.asked === asked) return known.map;
  const map = await makeMap(record, asked);
  if (map === null) return undefined;
  const content = JSON.stringify({ asked, map } satisfies KeptMap);
  await writeFileAtomic(join(record.folder, TOKEN_MAP_FILE), Buffer.from(content));
  return map;
}

async function makeMap(record: RunRecord, asked: number): Promise<PageTokenMap | null> {
  const tokens = await readVisualTokens(record, asked);
  if (tokens === null || tokens.modalities.length < 4) return null;
  const { data, width, modalities, trial, images } = tokens;
  const perplexity = Math.min(PERPLEXITY, Math.floor((modalities.length - 1) / 3));
  const { points, divergence } = tsne(data, width, { perplexity, random: new Random('token-map') });
  return {
    trial,
    images,
    perplexity,
    divergence,
    silhouette: silhouette(data, width, modalities),
    points: modalities.map((modality, index) => ({
      x: Number(points[2 * index]?.toFixed(3)),
      y: Number(points[2 * index + 1]?.toFixed(3)),
      modality,
    })),
  };
}
