import type { ImagePart } from '@omnict/chat';
import { OmnictError } from '@omnict/nn';
import { type ImageFacts, measureImage } from './image-facts';
import { judgePictures } from './judge-pictures';

/** An image as stages need it; or why it cannot be used. */
export type ExaminedImage =
  | { facts: ImageFacts; maskProblem?: string | undefined; pictures: readonly ImagePart[] }
  | { problem: string };

/** Images whose facts are kept: questions about one image follow each other in most files. */
const KEPT_IMAGES = 32;

/** Examines images, each once while questions about it follow each other. */
export class ImageLibrary {
  private readonly kept = new Map<string, Promise<ExaminedImage>>();

  /** @param options.pictures also render what a model is shown */
  constructor(private readonly options: { pictures: boolean }) {}

  /** Facts and pictures of an image. */
  examine(image: string, mask?: string): Promise<ExaminedImage> {
    const key = `${image}\n${mask ?? ''}`;
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    const examined = this.read(image, mask);
    this.kept.set(key, examined);
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT_IMAGES && oldest !== undefined) this.kept.delete(oldest);
    return examined;
  }

  private async read(image: string, mask?: string): Promise<ExaminedImage> {
    try {
      const { facts, volume, maskProblem } = await measureImage(image, mask);
      const pictures = this.options.pictures ? await judgePictures(volume, facts) : [];
      return { facts, maskProblem, pictures };
    } catch (error) {
      if (!OmnictError.isInstance(error)) throw error;
      return { problem: error.message };
    }
  }
}
