/** Depth, height, width: slices first, as every volume and grid in this repository is ordered. */
export type Shape3D = readonly [depth: number, height: number, width: number];

/** Where a voxel grid lies in the patient, as ITK describes it. */
export interface VolumeGeometry {
  /** `[D, H, W]` in voxels. */
  shape: Shape3D;
  /** Voxel size `[z, y, x]` in mm, along the array axes. */
  spacing: readonly [z: number, y: number, x: number];
  /** Centre of voxel `[0, 0, 0]`, patient coordinates `[x, y, z]` in mm, LPS. */
  origin: readonly [x: number, y: number, z: number];
  /**
   * 3 x 3 row-major matrix as in ITK: column 0 is the LPS direction of the array's x axis (W),
   * column 1 that of y (H), column 2 that of z (D).
   */
  direction: readonly number[];
}

/** A CT image in Hounsfield units; voxel `[z, y, x]` is `data[(z * H + y) * W + x]`. */
export interface Volume extends VolumeGeometry {
  data: Float32Array | Int16Array;
  unit: 'HU';
  /**
   * True for images stored as intensities of 0 to 1, which are no HU: they are spread over [-1000, 1000],
   * and preparation applies no other window to them.
   */
  isIntensity?: boolean;
}

/** A label map on a voxel grid; 0 is background. */
export interface OrganMask extends VolumeGeometry {
  data: Uint8Array;
  /** Name of each label value present, TotalSegmentator's names where they apply. */
  labels: Readonly<Record<number, string>>;
  /** True where only slices with something in them were kept: what lies outside is background. */
  isPartial?: boolean;
}

/** What a model sees: one independent slice, or a volume. */
export type Modality = 'slice' | 'volume';
