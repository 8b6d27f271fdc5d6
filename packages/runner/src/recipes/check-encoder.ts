import { type Modality, Random, type Shape3D } from '@omnict/core';
import { loadVisionEncoder, type VisionEncoder } from '@omnict/encoding';
import { prepareVolume, resampleNearest } from '@omnict/io';
import { encodeImage } from '@omnict/model';
import { readSafetensors } from '@omnict/nn';
import {
  answerFromRegions,
  askQuestions,
  phantomGrid,
  phantomPlane,
  type QuestionDraft,
  regionView,
  renderPhantom,
  samplePhantom,
} from '@omnict/phantom';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import type { EncoderRecipe } from './recipe-schema';

/** File in an encoder's folder: the linear head that reads phrases from its features. */
export const PHRASE_HEAD_FILE = 'region-phrases.safetensors';

/** Images of each kind that are asked about. */
const IMAGES = { slice: 200, volume: 100 } as const;

/**
 * Measures what an encoder sees: its phrases of each patch are read by the head it was trained with, and
 * questions about phantoms that no recipe or dataset has are answered from them by rules.
 *
 * @param folder of the encoder @returns shares of right answers: all closed questions of each kind, and
 *   whether there is a small lesion in a volume
 */
export async function checkEncoder(
  { window, encoder: { imageSize }, stream: { depth } }: EncoderRecipe,
  folder: string,
): Promise<Record<string, number>> {
  const shape: Shape3D = [depth, imageSize, imageSize];
  const encoder = await loadVisionEncoder(folder, { size: shape });
  const head = await readSafetensors(join(folder, PHRASE_HEAD_FILE));
  const counts = new Map<string, { right: number; count: number }>();
  for (const modality of ['slice', 'volume'] as const) {
    for (let index = 0; index < IMAGES[modality]; index++) {
      const asked = await read(encoder, { head, shape, window, modality, index });
      for (const { draft, answer } of asked) {
        const isRight = answer === draft.answer;
        for (const group of [modality, `${modality}/${draft.skill}`]) {
          const { right, count } = counts.get(group) ?? { right: 0, count: 0 };
          counts.set(group, { right: right + (isRight ? 1 : 0), count: count + 1 });
        }
      }
    }
  }
  encoder.dispose();
  tf.dispose([...head.values()]);
  return Object.fromEntries([...counts].map(([group, { right, count }]) => [group, right / count]));
}

/** All closed questions about one phantom, and what the encoder's phrases answer. */
async function read(
  encoder: VisionEncoder,
  {
    head,
    shape,
    window,
    modality,
    index,
  }: {
    head: ReadonlyMap<string, tf.Tensor>;
    shape: Shape3D;
    window: readonly [number, number];
    modality: Modality;
    index: number;
  },
): Promise<{ draft: QuestionDraft; answer: string | null }[]> {
  const random = new Random(`check-encoder/${modality}/${index}`);
  const phantom = samplePhantom('check', random.fork('phantom'));
  const whole = phantomGrid([shape[0], 128, 128]);
  const isVolume = modality === 'volume';
  const grid = isVolume ? whole : phantomPlane(whole, phantom, random.fork('plane'));
  const rendered = renderPhantom(phantom, grid, random.fork('pixels'));
  const image = prepareVolume(rendered.volume, { window: [...window], size: shape, modality });
  const probabilities = tf.tidy(() => {
    const features = encodeImage(encoder, image, { modality, sce: true }); // [Ns, H', W', dv]
    const rows = tf.reshape(features, [-1, features.shape[3]]); // [Ns*H'*W', dv]
    const weight = head.get('weight') as tf.Tensor2D;
    const logits = tf.add(tf.matMul(rows, weight, false, true), head.get('bias') as tf.Tensor1D);
    return tf.reshape(tf.sigmoid(logits), [features.shape[0], -1]); // [Ns, H'*W'*K]
  });
  const [units, perUnit] = probabilities.shape as [number, number];
  const values = (await probabilities.data()) as Float32Array;
  probabilities.dispose();
  const view = regionView(
    Array.from({ length: units }, (_, unit) =>
      values.subarray(unit * perUnit, (unit + 1) * perUnit),
    ),
    {
      side: Math.sqrt(perUnit / (head.get('bias') as tf.Tensor).size),
      mask: {
        data: resampleNearest(rendered.mask.data, grid.shape, image.shape) as Uint8Array,
        shape: image.shape,
      },
    },
    (probability) => probability > 0.5,
  );
  return askQuestions({ phantom, rendered, modality }, random.fork('questions'))
    .filter(({ answers }) => answers !== undefined)
    .map((draft) => ({ draft, answer: answerFromRegions(view, draft) }));
}
