import { Niivue } from '@niivue/niivue';

/** Ways to look at an image. */
export type View = 'multi' | 'axial' | 'coronal' | 'sagittal' | 'render';

/** Colours of organ classes, told apart by colour-blind readers as far as thirteen can be. */
const COLOURS: readonly (readonly [number, number, number])[] = [
  [86, 180, 233],
  [213, 94, 0],
  [0, 158, 115],
  [204, 121, 167],
  [230, 159, 0],
  [240, 228, 66],
  [0, 114, 178],
  [170, 170, 90],
  [150, 110, 200],
  [120, 200, 200],
  [220, 60, 60],
  [225, 225, 225],
  [128, 128, 128],
];

/** Shows a CT and its organs by NiiVue. */
export class Viewer {
  private readonly niivue = new Niivue({
    backColor: [0, 0, 0, 1],
    crosshairColor: [0.42, 0.72, 0.93, 0.8],
    crosshairWidth: 0.5,
    show3Dcrosshair: true,
    isRadiologicalConvention: true, // the patient's right on the left, as radiologists look
    isColorbar: false,
    dragAndDropEnabled: false,
    multiplanarForceRender: true,
    logLevel: 'error',
  });
  private opacity = 0.45;
  /** Labels of the whole mask. */
  private labels: Uint8Array | undefined;

  constructor(private readonly organs: Readonly<Record<string, readonly number[]>>) {}

  /** Takes a canvas. */
  attach(canvas: HTMLCanvasElement): Promise<unknown> {
    return this.niivue.attachToCanvas(canvas);
  }

  /** CSS colour of an organ class. */
  colourOf(organ: string): string {
    return `rgb(${this.colour(organ).join(' ')})`;
  }

  /** Shows an image, and its mask where there is one. @param window HU of black and white */
  async show(
    image: string,
    {
      mask,
      isSlice,
      window: [low, high],
    }: {
      mask: string | undefined;
      isSlice: boolean;
      window: readonly [number, number];
    },
  ): Promise<void> {
    const address = (id: string): string => `${location.origin}/api/views/${id}/view.nii`;
    await this.niivue.loadVolumes([
      { url: address(image), colormap: 'gray', cal_min: low, cal_max: high },
      ...(mask === undefined ? [] : [{ url: address(mask), opacity: this.opacity }]),
    ]);
    this.colourMask();
    this.look(isSlice ? 'axial' : 'multi');
  }

  /** Chooses planes. */
  look(view: View): void {
    const { sliceTypeMultiplanar, sliceTypeAxial, sliceTypeCoronal } = this.niivue;
    const { sliceTypeSagittal, sliceTypeRender } = this.niivue;
    const types = {
      multi: sliceTypeMultiplanar,
      axial: sliceTypeAxial,
      coronal: sliceTypeCoronal,
      sagittal: sliceTypeSagittal,
      render: sliceTypeRender,
    };
    this.niivue.setSliceType(types[view]);
  }

  /** Sets the HU shown as black and white. */
  window([low, high]: readonly [number, number]): void {
    const [image] = this.niivue.volumes;
    if (image === undefined) return;
    image.cal_min = low;
    image.cal_max = high;
    this.niivue.updateGLVolume();
  }

  /** Sets how much the mask covers the image. */
  cover(opacity: number): void {
    this.opacity = opacity;
    if (this.niivue.volumes.length > 1) this.niivue.setOpacity(1, opacity);
  }

  /** Draws these organs of the mask, and no others. @param labels drawn in place of whole classes */
  mark(organs: readonly string[], labels?: readonly number[]): void {
    const mask = this.niivue.volumes[1];
    if (mask?.img === undefined || this.labels === undefined) return;
    const names = Object.keys(this.organs);
    const others = names.indexOf('others');
    const codes = new Uint8Array(256);
    for (const label of labels ?? organs.flatMap((organ) => this.organs[organ] ?? [])) {
      const organ = names.findIndex((name) => this.organs[name]?.includes(label));
      codes[label] = codeOf(organ < 0 ? others : organ);
    }
    for (const [index, label] of this.labels.entries()) mask.img[index] = codes[label] as number;
    this.niivue.updateGLVolume();
  }

  /** Gives codes their organs' colours; the codes between are clear, since NiiVue blends neighbours. */
  private colourMask(): void {
    const mask = this.niivue.volumes[1];
    this.labels = mask?.img === undefined ? undefined : Uint8Array.from(mask.img);
    const names = Object.keys(this.organs);
    const table = { R: [], G: [], B: [], A: [], I: [], labels: [] } as {
      [channel in 'R' | 'G' | 'B' | 'A' | 'I']: number[];
    } & { labels: string[] };
    for (let code = 0; code <= codeOf(names.length); code++) {
      const organ = names.findIndex((_, index) => codeOf(index) === code);
      const [red, green, blue] = this.colour(names[organ] ?? '');
      table.I.push(code);
      table.R.push(red);
      table.G.push(green);
      table.B.push(blue);
      table.A.push(organ < 0 ? 0 : 255);
      table.labels.push(names[organ] ?? '');
    }
    mask?.setColormapLabel(table);
  }

  private colour(organ: string): readonly [number, number, number] {
    const index = Object.keys(this.organs).indexOf(organ);
    return COLOURS[index] ?? [128, 128, 128];
  }
}

/** Value of an organ class in the mask that is drawn. */
function codeOf(organ: number): number {
  return 2 * organ + 2;
}
