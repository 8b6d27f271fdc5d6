import { UnsupportedError, type VolumeGeometry } from '@omnict/core';
import { readWhole } from '../read-whole';
import { headerData } from '../header-data';
import type { RawImage } from '../nifti/read-nifti';
import { type Values, valuesOf } from '../stored-values';
import { cross } from '../vectors';
import { type NrrdAxes, nrrdAxes } from './nrrd-axes';
import { type NrrdHeader, nrrdType, parseNrrdHeader } from './nrrd-header';

const ENCODINGS: Readonly<Record<string, 'raw' | 'deflate' | 'text'>> = {
  raw: 'raw',
  gzip: 'deflate',
  gz: 'deflate',
  ascii: 'text',
  text: 'text',
  txt: 'text',
};

/** An image on one grid, or several layers of one. */
export interface NrrdLayers {
  layers: Values[];
  geometry: VolumeGeometry;
  header: NrrdHeader;
  warnings: string[];
}

/**
 * Reads NRRD: raw, gzip or text, attached or detached.
 *
 * @throws FormatError when it is damaged or claims more than it holds, UnsupportedError for colour and
 *   other lists of values a voxel
 */
export async function readNrrd(path: string): Promise<{ image: RawImage; warnings: string[] }> {
  const { layers, geometry, warnings } = await readNrrdLayers(path);
  const [data] = layers;
  if (data !== undefined && layers.length === 1) {
    return { image: { ...geometry, data, warnings: [] }, warnings };
  }
  throw new UnsupportedError(
    `${path}: ${layers.length} values a voxel; expected one grey 3D image; convert it`,
  );
}

/** Reads a NRRD whose list axis, if it has one, holds layers of one grid. @throws as readNrrd */
export async function readNrrdLayers(path: string): Promise<NrrdLayers> {
  const content = await readWhole(path);
  const header = parseNrrdHeader(path, content);
  const { fields } = header;
  const axes = nrrdAxes(path, header);
  const type = nrrdType(path, fields.get('type') ?? '');
  const name = (fields.get('encoding') ?? '').toLowerCase();
  const encoding = ENCODINGS[name];
  if (encoding === undefined) {
    throw new UnsupportedError(
      `${path}: encoding '${name}'; expected ${Object.keys(ENCODINGS).join(', ')}; save it again`,
    );
  }
  const bytes = await headerData({
    path,
    content,
    start: header.dataStart,
    dataFile: fields.get('data file') ?? fields.get('datafile'),
    encoding,
    type,
    count: axes.sizes.reduce((product, size) => product * size, 1),
    skip: { lines: numberOf(fields, 'line skip'), bytes: numberOf(fields, 'byte skip') },
  });
  // Text was written as little-endian; other data say their order.
  const littleEndian = encoding === 'text' || fields.get('endian')?.toLowerCase() !== 'big';
  const values = valuesOf(bytes, { type, littleEndian });
  return {
    layers: layersOf(values, axes),
    geometry: geometryOf(axes),
    header,
    warnings: axes.warnings,
  };
}

function numberOf(fields: ReadonlyMap<string, string>, name: string): number {
  const value = Number(fields.get(name) ?? fields.get(name.replace(' ', '')) ?? 0);
  return Number.isSafeInteger(value) && value >= -1 ? value : 0;
}

function geometryOf({ sizes, spatial, steps, origin }: NrrdAxes): VolumeGeometry {
  const lengths = steps.map((step) => Math.hypot(...step));
  const units = steps.map((step, axis) => step.map((value) => value / (lengths[axis] as number)));
  // One plane: its normal is the third axis.
  const [x, y, z = cross(x as number[], y as number[])] = units as [number[], number[], number[]?];
  const [width, height, depth = 1] = spatial.map((axis) => sizes[axis] as number);
  return {
    shape: [depth, height as number, width as number],
    spacing: [lengths[2] ?? 1, lengths[1] as number, lengths[0] as number],
    origin,
    direction: [0, 1, 2].flatMap((row) => [x[row], y[row], z[row]] as number[]),
  };
}

/** Layers lie one after another when their axis is the slowest, voxel by voxel when it is the fastest. */
function layersOf(values: Values, { sizes, list }: NrrdAxes): Values[] {
  if (list === undefined) return [values];
  const count = sizes[list] as number;
  const inner = sizes.slice(0, list).reduce((product, size) => product * size, 1);
  const outer = values.length / (inner * count);
  return Array.from({ length: count }, (_, layer) => {
    const output = values.slice(0, inner * outer);
    for (let block = 0; block < outer; block++) {
      const from = (block * count + layer) * inner;
      output.set(values.subarray(from, from + inner), block * inner);
    }
    return output;
  });
}
