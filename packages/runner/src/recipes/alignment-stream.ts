import { type Modality, Random, type Shape3D } from '@omnict/core';
import type { VisionEncoder } from '@omnict/encoding';
import { prepareVolume, resampleNearest } from '@omnict/io';
import { encodeImage, type OmniCT, scePartsOf } from '@omnict/model';
import {
  phantomGrid,
  phantomPlane,
  REGION_VOCABULARY,
  renderPhantom,
  samplePhantom,
} from '@omnict/phantom';
import type { AlignmentImage } from './alignment';
import { regionMap } from './region-map';
import { CROWDED } from './phantom-pool';

/** How a stream's images are made. */
export interface AlignmentStreamOptions {
  /** Names the stream: streams of other names share no phantom, nor does any dataset. */
  name: string;
  modality: Modality;
  /** Images kept at a time. */
  size: number;
  /** Share of the phantoms that are crowded with lesions. */
  crowded: number;
}

/** An endless stream of encoded phantoms with what is where, through a pool of constant size. */
export class AlignmentStream {
  readonly modality: Modality;
  private readonly images: AlignmentImage[] = [];
  private drawn = 0;

  constructor(
    private readonly omnict: Pick<OmniCT, 'config' | 'layouts'>,
    private readonly encoder: VisionEncoder,
    private readonly options: AlignmentStreamOptions,
  ) {
    this.modality = options.modality;
  }

  /** All images in the pool. */
  get all(): readonly AlignmentImage[] {
    return this.images;
  }

  /** Draws new images in place of the oldest; fills an empty pool first. */
  async renew(count: number): Promise<void> {
    const { size } = this.options;
    const missing = size - this.images.length;
    for (let i = 0; i < Math.max(count, missing); i++) {
      this.images[this.drawn % size] = await this.next();
    }
  }

  private async next(): Promise<AlignmentImage> {
    const { name, modality, crowded } = this.options;
    const { config, layouts } = this.omnict;
    const { window, size } = config.prepare;
    const random = new Random(`alignment-stream/${name}/${modality}/${this.drawn++}`);
    const lesions = random.uniform() < crowded ? CROWDED : {};
    const phantom = samplePhantom('stream', random.fork('phantom'), lesions);
    const whole = phantomGrid([size[0], 128, 128]);
    const isVolume = modality === 'volume';
    const grid = isVolume ? whole : phantomPlane(whole, phantom, random.fork('plane'));
    const { volume, mask, findings } = renderPhantom(phantom, grid, random.fork('pixels'));
    const image = prepareVolume(volume, { window: [...window], size: [...size], modality });
    const prepared = (data: Uint8Array): Uint8Array =>
      resampleNearest(data, grid.shape, image.shape as Shape3D) as Uint8Array;
    const { featureGrid, slicesPerUnit } = layouts[modality];
    const { composition } = scePartsOf(config.model);
    const features = encodeImage(this.encoder, image, { modality, composition });
    const values = (await features.data()) as Float32Array;
    features.dispose();
    return {
      modality,
      features: {
        bytes: Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
        dtype: 'F32',
      },
      map: regionMap(
        {
          labels: prepared(mask.data),
          findings: prepared(findings),
          shape: image.shape as Shape3D,
        },
        {
          vocabulary: REGION_VOCABULARY,
          grid: featureGrid,
          slicesPerUnit,
          middleOnly: isVolume && composition === 'sample' && this.encoder.takes === 'units',
        },
      ),
    };
  }
}
