import { FormatError, raisedLimit } from '@omnict/core';
import dicomParser, { type DataSet, type Element } from 'dicom-parser';
import { open } from 'node:fs/promises';
import { readWhole } from '../read-whole';
import { PIXEL_DATA, parseWhole } from './data-set';
import { MAX_INFLATED_BYTES } from './parse-elements';
import type { SliceHeader } from './slice-header';

/**
 * Gets the bytes of frames; a file whose frames are wanted one after another is parsed once. Bytes are
 * good until the next frame is asked for: plain frames are read into one block, because new memory
 * costs more than the reading.
 */
export class FrameSource {
  #block = new Uint8Array(0);
  #path = '';
  #whole: DataSet | undefined;

  /** Bytes of a frame that lies plainly in its file. @throws FormatError when it is cut off */
  async plain({ file, frame }: SliceHeader): Promise<Uint8Array> {
    const { path, rows, columns, bitsAllocated, pixels } = file;
    const bytes = (rows * columns * bitsAllocated) / 8;
    const from = (pixels?.offset ?? 0) + frame * bytes;
    if (this.#block.length !== bytes) this.#block = new Uint8Array(bytes);
    const buffer = this.#block;
    const handle = await open(path);
    try {
      const { bytesRead } = await handle.read(buffer, 0, bytes, from);
      if (bytesRead === bytes) return buffer;
      throw cutOff(path, { bytes, from, there: bytesRead });
    } finally {
      await handle.close();
    }
  }

  /** Bytes of a frame in a deflated file. @throws FormatError when it is cut off */
  async inflated({ file, frame }: SliceHeader): Promise<Uint8Array> {
    const { byteArray, elements } = await this.#parsed(file.path, mostInflated(file));
    const bytes = (file.rows * file.columns * file.bitsAllocated) / 8;
    const from = (elements[PIXEL_DATA]?.dataOffset ?? 0) + frame * bytes;
    const part = byteArray.slice(from, from + bytes);
    if (part.length === bytes) return Uint8Array.from(part);
    throw cutOff(file.path, { bytes, from, there: part.length });
  }

  /** Bytes of a compressed frame, its fragments joined. @throws FormatError when there are none */
  async encoded({ file, frame }: SliceHeader): Promise<Uint8Array> {
    const dataSet = await this.#parsed(file.path);
    const element = dataSet.elements[PIXEL_DATA];
    const fragments = element?.fragments?.length ?? 0;
    if (element === undefined || fragments === 0) {
      throw new FormatError(
        `${file.path}: no compressed pixels; expected ${file.frames} frames; fetch the file again`,
      );
    }
    try {
      return framesOf(dataSet, { element, frame, frames: file.frames, fragments });
    } catch (error) {
      throw new FormatError(
        `${file.path}: frame ${frame + 1} of ${file.frames} is not in its ${fragments} fragments; expected all frames; fetch the file again`,
        { cause: error },
      );
    }
  }

  async #parsed(path: string, maxInflatedBytes?: number): Promise<DataSet> {
    if (path !== this.#path || this.#whole === undefined) {
      const options = maxInflatedBytes === undefined ? {} : { maxInflatedBytes };
      this.#whole = parseWhole(path, await readWhole(path), options).dataSet;
      this.#path = path;
    }
    return this.#whole;
  }
}

function framesOf(
  dataSet: DataSet,
  {
    element,
    frame,
    frames,
    fragments,
  }: { element: Element; frame: number; frames: number; fragments: number },
): Uint8Array {
  if (frames === 1) {
    return dicomParser.readEncapsulatedPixelDataFromFragments(dataSet, element, 0, fragments);
  }
  if (fragments === frames) {
    return dicomParser.readEncapsulatedPixelDataFromFragments(dataSet, element, frame, 1);
  }
  const hasTable = (element.basicOffsetTable?.length ?? 0) > 0;
  return hasTable
    ? dicomParser.readEncapsulatedImageFrame(dataSet, element, frame)
    : dicomParser.readEncapsulatedImageFrame(
        dataSet,
        element,
        frame,
        dicomParser.createJPEGBasicOffsetTable(dataSet, element),
      );
}

function cutOff(
  path: string,
  { bytes, from, there }: { bytes: number; from: number; there: number },
): FormatError {
  return new FormatError(
    `${path}: pixels are cut off; expected ${bytes} bytes from byte ${from} on, got ${there}; fetch the file again`,
  );
}

/** Elements beside the pixels of a deflated file: private ones and overlays can be large. */
const OTHER_ELEMENTS_BYTES = 2 ** 26;

/** What the frames claimed by a file's header and its other elements can take, within a limit on both. */
function mostInflated({ rows, columns, bitsAllocated, frames }: SliceHeader['file']): number {
  const pixels = frames * rows * columns * Math.ceil(bitsAllocated / 8);
  return Math.min(raisedLimit(MAX_INFLATED_BYTES), pixels + raisedLimit(OTHER_ELEMENTS_BYTES));
}
