import { type VisionEncoder } from '@omnict/encoding';
import { type Modality, type Volume, type VolumeGeometry } from '@omnict/core';
import {
  matchMask,
  prepareMask,
  prepareVolume,
  readMask,
  type ReadOptions,
  readVolume,
} from '@omnict/io';
import { stat } from 'node:fs/promises';
import type { OmniCT } from '../assemble';
import { scePartsOf } from '../ablated-parts';
import { encodeImage } from '../image-features';
import type { OrganRegion } from '../organ-plan';
import { preparationOf } from '../towers';

/** HU of air: what an image shows that is not there. */
const AIR_HU = -1000;

/** Images of which features and masks are kept: the last ones asked about. */
const KEPT_IMAGES = 4;

/** Which image to open: a path, voxels at hand, or null for none. */
export interface ImageRequest {
  image: string | Volume | null;
  /** Default: one plane is a slice, all else a volume. */
  modality?: Modality | undefined;
  read?: ReadOptions | undefined;
}

/** An image as the model sees it. */
export interface OpenedImage {
  /** Equal for equal requests. */
  name: string;
  modality: Modality;
  geometry: VolumeGeometry;
  /** Absent for a model without vision. */
  features: Float32Array | undefined;
  /** Remarks of the reader. */
  warnings: readonly string[];
}

/** A label map brought onto its image, prepared as the image was. */
export interface OpenedMask {
  mask: OrganRegion['mask'];
  warnings: readonly string[];
}

interface KeptImage {
  opened: Promise<OpenedImage>;
  masks: Map<string, Promise<OpenedMask>>;
}

/** Reads, prepares and encodes images, and keeps what it computed of the last ones. */
export class OpenedImages {
  private readonly kept = new Map<string, KeptImage>();
  private readonly names = new WeakMap<Volume, string>();
  private volumes = 0;

  constructor(
    private readonly config: OmniCT['config'],
    private readonly loadEncoder: (modality: Modality) => Promise<VisionEncoder>,
  ) {}

  /** Opens an image. @throws errors of the reader and of the encoder's loader */
  async open(request: ImageRequest): Promise<OpenedImage> {
    return (await this.keptImage(request)).opened;
  }

  /** Opens a label map of an image. @throws errors of the reader; ShapeError when it is another image's */
  async openMask(request: ImageRequest, path: string): Promise<OpenedMask> {
    const { opened, masks } = await this.keptImage(request);
    const { geometry, modality } = await opened;
    const key = await fileKey(path);
    const known = masks.get(key) ?? this.readMask(path, geometry, modality);
    masks.set(key, known);
    known.catch(() => masks.delete(key));
    return known;
  }

  private async keptImage(request: ImageRequest): Promise<KeptImage> {
    const name = await this.nameOf(request);
    const known = this.kept.get(name) ?? { opened: this.read(name, request), masks: new Map() };
    this.kept.delete(name);
    this.kept.set(name, known); // the last one used is the last one dropped
    known.opened.catch(() => this.kept.delete(name));
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT_IMAGES && oldest !== undefined) this.kept.delete(oldest);
    return known;
  }

  private async nameOf({ image, modality, read }: ImageRequest): Promise<string> {
    const place = typeof image === 'string' ? await fileKey(image) : this.volumeName(image);
    const { ctRate, ...options } = { ...this.config.prepare.read, ...read };
    return JSON.stringify([place, modality, options, ctRate !== undefined]);
  }

  private volumeName(volume: Volume | null): string | null {
    if (volume === null) return null;
    const name = this.names.get(volume) ?? `volume ${++this.volumes}`;
    this.names.set(volume, name);
    return name;
  }

  private async read(name: string, request: ImageRequest): Promise<OpenedImage> {
    const { volume, warnings } = await this.volumeOf(request);
    const { shape, spacing, origin, direction } = volume;
    const modality = request.modality ?? (shape[0] === 1 ? 'slice' : 'volume');
    const features = this.config.model.vision ? await this.encode(volume, modality) : undefined;
    return { name, modality, geometry: { shape, spacing, origin, direction }, features, warnings };
  }

  private async volumeOf({
    image,
    modality = 'slice',
    read,
  }: ImageRequest): Promise<{ volume: Volume; warnings: readonly string[] }> {
    if (image === null) return { volume: air(modality), warnings: [] };
    if (typeof image !== 'string') return { volume: image, warnings: [] };
    return readVolume(image, { ...this.config.prepare.read, ...read });
  }

  private async encode(volume: Volume, modality: Modality): Promise<Float32Array> {
    const { prepare, model } = this.config;
    const prepared = prepareVolume(volume, preparationOf(prepare, modality));
    const encoder = await this.loadEncoder(modality);
    const { composition } = scePartsOf(model);
    const features = encodeImage(encoder, prepared, { modality, composition });
    const values = (await features.data()) as Float32Array;
    features.dispose();
    return values;
  }

  private async readMask(
    path: string,
    image: VolumeGeometry,
    modality: Modality,
  ): Promise<OpenedMask> {
    const warnings: string[] = [];
    const onWarning = (warning: string): number => warnings.push(warning);
    const mask = matchMask(await readMask(path, { image, onWarning }), image);
    return { mask: prepareMask(mask, preparationOf(this.config.prepare, modality)), warnings };
  }
}

/** A path, and what shows that other content took its place. */
async function fileKey(path: string): Promise<string> {
  const facts = await stat(path).catch(() => undefined); // the reader says what is wrong with it
  return `${path}\n${facts?.mtimeMs ?? ''}\n${facts?.size ?? ''}`;
}

/** Preparation resamples: how large it is does not matter. */
function air(modality: Modality): Volume {
  const depth = modality === 'slice' ? 1 : 4;
  return {
    data: new Float32Array(depth * 4 * 4).fill(AIR_HU),
    shape: [depth, 4, 4],
    spacing: [1, 1, 1],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    unit: 'HU',
  };
}
