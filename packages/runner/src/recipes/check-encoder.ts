import { type Modality, Random, type Shape3D } from '@omnict/core';
import { loadVisionEncoder, type UnitEncoder, type VisionEncoder } from '@omnict/encoding';
import { prepareVolume, resampleNearest } from '@omnict/io';
import { encodeImage } from '@omnict/model';
import {
  answerFromRegions,
  askQuestions,
  phantomGrid,
  phantomPlane,
  type QuestionDraft,
  REGION_VOCABULARY,
  type RegionView,
  regionView,
  renderPhantom,
  samplePhantom,
} from '@omnict/phantom';
import * as tf from '@tensorflow/tfjs-core';
import { fitProbe, type PhraseProbe } from './phrase-probe';
import type { EncoderRecipe } from './recipe-schema';
import type { RecipeContext } from './run-recipe';

/** Images of each kind that are asked about. */
const IMAGES = { slice: 200, volume: 100 } as const;

/** Images of each kind that tell from which probability on a finding is said. */
const THRESHOLD_IMAGES = { slice: 60, volume: 30 } as const;

/** Findings weigh more in the probe's training, which raises their probabilities: all thresholds are high. */
const THRESHOLDS = [0.5, 0.7, 0.8, 0.86, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99] as const;

/** Probability from which on an organ is said. */
const ORGAN_THRESHOLD = 0.5;

/** What is to be read, and with what. */
interface Reader {
  encoder: VisionEncoder;
  probe: PhraseProbe;
  shape: Shape3D;
  window: readonly [number, number];
}

/** Probabilities of each unit's patches and phrases, and the closed questions about the image. */
interface SeenImage {
  units: Float32Array[];
  place: Pick<RegionView, 'side' | 'mask'>;
  drafts: QuestionDraft[];
}

/**
 * Measures what an encoder sees, by a probe: a small MLP reads phrases of each patch from its frozen features,
 * and questions about phantoms that no recipe or dataset has are answered from them by rules. From which
 * probability on a finding is said is chosen on phantoms of another stream.
 *
 * @param folder of the encoder @returns shares of right answers to closed questions: all of each kind of image
 *   (`volume`), and by skill (`volume/small lesion`)
 */
export async function checkEncoder(
  recipe: EncoderRecipe,
  folder: string,
  onStep: RecipeContext['progress'],
): Promise<Record<string, number>> {
  const { window, encoder: sizes, stream } = recipe;
  const shape: Shape3D = [stream.depth, sizes.imageSize, sizes.imageSize];
  const encoder = await loadVisionEncoder(folder, { size: shape });
  const probe = await fitProbe(encoder as UnitEncoder, recipe, onStep);
  const reader = { encoder, probe, shape, window };
  const answers = new Map<string, boolean[]>();
  for (const modality of ['slice', 'volume'] as const) {
    const threshold = await chooseThreshold(reader, modality);
    for (let index = 0; index < IMAGES[modality]; index++) {
      const image = await see(reader, { stream: 'check', modality, index });
      for (const { draft, isRight } of answer(image, threshold)) {
        for (const group of [modality, `${modality}/${draft.skill}`]) {
          const own = answers.get(group);
          if (own === undefined) answers.set(group, [isRight]);
          else own.push(isRight);
        }
      }
    }
  }
  encoder.dispose();
  probe.dispose();
  return Object.fromEntries([...answers].map(([group, own]) => [group, shareOfRight(own)]));
}

/** The threshold with most right answers. A volume has more patches that may err than a slice, so each has its own. */
async function chooseThreshold(reader: Reader, modality: Modality): Promise<number> {
  const images: SeenImage[] = [];
  for (let index = 0; index < THRESHOLD_IMAGES[modality]; index++) {
    images.push(await see(reader, { stream: 'threshold', modality, index }));
  }
  const shares = THRESHOLDS.map((threshold) =>
    shareOfRight(images.flatMap((image) => answer(image, threshold)).map(({ isRight }) => isRight)),
  );
  return THRESHOLDS[shares.indexOf(Math.max(...shares))] as number;
}

function shareOfRight(answers: readonly boolean[]): number {
  return answers.filter(Boolean).length / answers.length;
}

/** Renders one phantom and reads it. @param stream phantoms of other streams are others */
async function see(
  { encoder, probe, shape, window }: Reader,
  { stream, modality, index }: { stream: string; modality: Modality; index: number },
): Promise<SeenImage> {
  const random = new Random(`${stream}-encoder/${modality}/${index}`);
  const phantom = samplePhantom('check', random.fork('phantom'));
  const whole = phantomGrid([shape[0], 128, 128]);
  const isVolume = modality === 'volume';
  const grid = isVolume ? whole : phantomPlane(whole, phantom, random.fork('plane'));
  const rendered = renderPhantom(phantom, grid, random.fork('pixels'));
  const image = prepareVolume(rendered.volume, { window: [...window], size: shape, modality });
  const probabilities = tf.tidy(() => {
    const features = encodeImage(encoder, image, { modality, composition: 'compose' }); // [Ns, H', W', dv]
    const [units, rows, columns, size] = features.shape;
    const patches = tf.reshape(features, [units, rows * columns, size]) as tf.Tensor3D; // [Ns, P, dv]
    return tf.reshape(tf.sigmoid(probe.logits(patches)), [units, -1]); // [Ns, P*K]
  });
  const [units, perUnit] = probabilities.shape as [number, number];
  const values = (await probabilities.data()) as Float32Array;
  probabilities.dispose();
  const questions = askQuestions({ phantom, rendered, modality }, random.fork('questions'));
  return {
    units: Array.from({ length: units }, (_, unit) =>
      values.subarray(unit * perUnit, (unit + 1) * perUnit),
    ),
    place: {
      side: Math.sqrt(perUnit / REGION_VOCABULARY.phrases.length),
      mask: {
        data: resampleNearest(rendered.mask.data, grid.shape, image.shape) as Uint8Array,
        shape: image.shape,
      },
    },
    drafts: questions.filter(({ answers }) => answers !== undefined),
  };
}

/** Answers an image's questions from what is seen in it. */
function answer(
  { units, place, drafts }: SeenImage,
  threshold: number,
): { draft: QuestionDraft; isRight: boolean }[] {
  const view = regionView(
    units,
    place,
    (probability, phrase) =>
      probability > (phrase < REGION_VOCABULARY.organs ? ORGAN_THRESHOLD : threshold),
  );
  return drafts.map((draft) => ({
    draft,
    isRight: answerFromRegions(view, draft) === draft.answer,
  }));
}
