/** Text to one vector, for instance a sentence-transformers checkpoint. */
export interface TextEmbedder {
  /** Checkpoint, named in results. */
  readonly name: string;
  /** One vector per text, in their order. */
  encode(texts: readonly string[]): Promise<Float32Array[]>;
}

/** Cosine of two vectors, in [-1, 1]; 0 when one has no length. */
export function cosineSimilarity(a: Float32Array, b: Float32Array): number {
  let product = 0;
  let squaresOfA = 0;
  let squaresOfB = 0;
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [a[index] as number, b[index] as number];
    product += x * y;
    squaresOfA += x * x;
    squaresOfB += y * y;
  }
  const lengths = Math.sqrt(squaresOfA * squaresOfB);
  return lengths === 0 ? 0 : product / lengths;
}

/** Cosine of prediction and reference, the best of several references, for each pair. */
export async function embeddingSimilarity(
  embedder: TextEmbedder,
  pairs: readonly { prediction: string; references: readonly string[] }[],
): Promise<number[]> {
  const texts = [
    ...new Set(pairs.flatMap(({ prediction, references }) => [prediction, ...references])),
  ];
  const vectors = await embedder.encode(texts);
  const vectorOf = new Map(texts.map((text, index) => [text, vectors[index] as Float32Array]));
  return pairs.map(({ prediction, references }) =>
    Math.max(
      ...references.map((reference) =>
        cosineSimilarity(
          vectorOf.get(prediction) as Float32Array,
          vectorOf.get(reference) as Float32Array,
        ),
      ),
    ),
  );
}
