import type { ImagePart } from '@omnict/chat';
import { readVolume } from '@omnict/io';
import { OmnictError } from '@omnict/core';
import { type ImageFacts, measureImage } from './image-facts';
import { judgePictures } from './judge-pictures';

/** What is known of an image; or why it cannot be used. */
export type ExaminedImage =
  { facts: ImageFacts; maskProblem?: string | undefined } | { problem: string };

/** Facts are small: those of many images are kept. */
const KEPT_FACTS = 10_000;

/** Pictures are not: enough for the questions about one image that follow each other. */
const KEPT_PICTURES = 16;

/** Examines images, each once while it is remembered. */
export class ImageLibrary {
  private readonly examined = new Map<string, Promise<ExaminedImage>>();
  private readonly rendered = new Map<string, Promise<readonly ImagePart[]>>();

  /** Measures an image, and where organs lie when there is a mask. */
  examine(image: string, mask?: string): Promise<ExaminedImage> {
    const key = `${image}\n${mask ?? ''}`;
    return remembered(this.examined, { key, most: KEPT_FACTS, make: () => examine(image, mask) });
  }

  /** What a model is shown of an image. */
  pictures(image: string, facts: ImageFacts): Promise<readonly ImagePart[]> {
    const make = async (): Promise<readonly ImagePart[]> =>
      judgePictures((await readVolume(image)).volume, facts);
    return remembered(this.rendered, { key: image, most: KEPT_PICTURES, make });
  }
}

async function examine(image: string, mask?: string): Promise<ExaminedImage> {
  try {
    const { facts, maskProblem } = await measureImage(image, mask);
    return { facts, maskProblem };
  } catch (error) {
    if (!OmnictError.isInstance(error)) throw error;
    return { problem: error.message };
  }
}

function remembered<T>(
  kept: Map<string, Promise<T>>,
  { key, most, make }: { key: string; most: number; make: () => Promise<T> },
): Promise<T> {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make();
  kept.set(key, made);
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
  return made;
}
