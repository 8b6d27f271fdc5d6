import { ConfigError, type Shape3D, type Tokenizer } from '@omnict/core';

/** Levels that tell where a token lies, along each axis of a grid. */
export const PLACES = { height: 10, row: 6, column: 6 } as const;

/** Name of the vocabulary's token for what a region shows, or for where it lies. */
export function regionToken(name: string): string {
  return `<|region:${name}|>`;
}

/** Names of the places, in the order of {@link placesOf}'s columns. */
export const PLACE_NAMES: readonly string[] = Object.entries(PLACES).flatMap(([axis, count]) =>
  Array.from({ length: count }, (_, level) => `${axis} ${level}`),
);

/** Weights of the rows of an embedding table that make up a region's vector. */
export interface RegionWords {
  /** Float32 `[regions, V]`: of each phrase, then of each place. */
  weights: Float32Array;
  regions: number;
}

/**
 * Weights of a phrase's words and of its own token. Words tie regions to questions and answers, which
 * use the same ones; the token keeps phrases of equal words apart where they share a region.
 */
const WORD_WEIGHT = 0.5;

/**
 * Returns how the vectors of phrases and places are made of the vocabulary's embeddings.
 *
 * @throws ConfigError when the vocabulary lacks a region token: the language model was not made for them
 */
export function regionWords(tokenizer: Tokenizer, phrases: readonly string[]): RegionWords {
  const size = tokenizer.vocabularySize;
  const names = [...phrases, ...PLACE_NAMES];
  const weights = new Float32Array(names.length * size);
  for (const [row, name] of names.entries()) {
    const words = row < phrases.length ? tokenizer.encode(` ${name}`) : [];
    for (const id of [...words, regionTokenId(tokenizer, name)]) {
      weights[row * size + id] = (weights[row * size + id] as number) + WORD_WEIGHT;
    }
  }
  return { weights, regions: names.length };
}

function regionTokenId(tokenizer: Tokenizer, phrase: string): number {
  const name = regionToken(phrase);
  try {
    return tokenizer.tokenId(name);
  } catch (cause) {
    throw new ConfigError(
      `region tokens: the language model's vocabulary has no '${name}'; expected one token for each phrase of the dataset's regions; choose a language model made for this dataset, or train without alignment`,
      { cause },
    );
  }
}

/**
 * Returns where the tokens of a grid lie.
 *
 * A volume's units are numbered from its first; a slice has no height.
 *
 * @returns float32 `[Ns * h * w, places]`, each axis' levels adding up to 1
 */
export function placesOf(grid: Shape3D): Float32Array {
  const [units, rows, columns] = grid;
  const width = PLACE_NAMES.length;
  const places = new Float32Array(units * rows * columns * width);
  let token = 0;
  for (let unit = 0; unit < units; unit++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, token++) {
        const own = places.subarray(token * width, (token + 1) * width);
        if (units > 1) spread(own.subarray(0, PLACES.height), unit, units);
        spread(own.subarray(PLACES.height, PLACES.height + PLACES.row), row, rows);
        spread(own.subarray(PLACES.height + PLACES.row), column, columns);
      }
    }
  }
  return places;
}

/** Shares of the levels that one of `count` cells covers. */
function spread(levels: Float32Array, cell: number, count: number): void {
  const [begin, end] = [cell, cell + 1].map((edge) => (edge * levels.length) / count) as [
    number,
    number,
  ];
  for (let level = 0; level < levels.length; level++) {
    const overlap = Math.min(end, level + 1) - Math.max(begin, level);
    if (overlap > 0) levels[level] = overlap / (end - begin);
  }
}
