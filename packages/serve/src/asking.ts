import type { AnswerStream, AskRequest, ImageAnswer, OpenOmniCT } from '@omnict/model';
import { ApiError } from './api-error';
import type { Limits } from './limits';
import type { Upload, UploadStore } from './upload-store';

/** A question whose image and mask are uploads. */
export interface UploadQuestion extends Omit<AskRequest, 'image' | 'mask'> {
  image: Upload | undefined;
  mask?: Upload | undefined;
}

/** Asks one model for all clients: one question after another, a bounded number waiting. */
export class Asking {
  private count = 0;

  constructor(
    private readonly omnict: OpenOmniCT,
    private readonly limits: Limits,
  ) {}

  /** Questions that are answered or wait. */
  get open(): number {
    return this.count;
  }

  /** Asks; uploads in use stay where they are. @throws ApiError when too many questions wait */
  ask({ image, mask, ...request }: UploadQuestion): AnswerStream<ImageAnswer> {
    if (this.count >= this.limits.waiting) {
      throw new ApiError(429, `${this.count} questions wait already; ask again in a moment`, {
        code: 'rate_limit_exceeded',
      });
    }
    this.count++;
    const used = [image, mask].filter((upload) => upload !== undefined);
    for (const upload of used) upload.uses++;
    const answer = this.omnict.ask({
      ...request,
      image: image === undefined ? null : image.path,
      mask: mask?.path,
    });
    const done = (): void => {
      this.count--;
      for (const upload of used) upload.uses--;
    };
    answer.result.then(done, done);
    return answer;
  }
}

/** Finds or keeps the files that references name: ids of uploads, or data URLs. */
export async function uploadOf(
  references: readonly { reference: string; name: string }[],
  store: UploadStore,
): Promise<Upload | undefined> {
  const [first] = references;
  if (first === undefined) return undefined;
  if (references.length === 1 && !isAddress(first.reference)) return store.get(first.reference);
  const contents = references.map(({ reference }) => dataOf(reference));
  return store.addOnce(
    contents,
    first.name === '' ? `image.${endingOf(first.reference)}` : first.name,
  );
}

function isAddress(reference: string): boolean {
  return reference.includes(':');
}

/** Bytes of a data URL. Other addresses are not fetched: the server asks nobody for a client. */
function dataOf(reference: string): Uint8Array {
  const [, base64, data] = /^data:[^,]{0,200}?(;base64)?,(.*)$/s.exec(reference) ?? [];
  if (data === undefined || base64 === undefined) {
    throw new ApiError(
      400,
      `an image is '${reference.slice(0, 40)}'; expected a data URL in base64, or the id of an upload: other addresses are not fetched`,
      { code: 'invalid_image_url', param: 'messages' },
    );
  }
  return Buffer.from(data, 'base64');
}

/** Ending of a data URL's file: its content says what it is, where the reader can tell. */
function endingOf(reference: string): string {
  const type = /^data:([^;,]*)/.exec(reference)?.[1] ?? '';
  if (/png/.test(type)) return 'png';
  if (/jpe?g/.test(type)) return 'jpg';
  if (/nrrd/.test(type)) return 'nrrd';
  if (/nifti/.test(type)) return 'nii';
  return /gzip/.test(type) ? 'nii.gz' : '';
}
