import type { NrrdHeader } from '../nrrd/nrrd-header';

/** A segment of a NRRD segmentation, as 3D Slicer writes it. */
export interface NrrdSegment {
  name: string;
  /** Value of its voxels. */
  value: number;
  /** Layer that it lies in, from 0. */
  layer: number;
}

/** Segments named in a header; none for a plain label map. */
export function segmentsOf({ pairs }: NrrdHeader): NrrdSegment[] {
  const numbers = [...pairs.keys()].flatMap((key) => /^Segment(\d+)_Name$/.exec(key)?.[1] ?? []);
  return numbers.map((number) => ({
    name: pairs.get(`Segment${number}_Name`) as string,
    value: Number(pairs.get(`Segment${number}_LabelValue`) ?? 1),
    layer: Number(pairs.get(`Segment${number}_Layer`) ?? number),
  }));
}
