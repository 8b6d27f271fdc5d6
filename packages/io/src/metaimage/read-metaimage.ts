import { FormatError, UnsupportedError } from '@omnict/core';
import { readWhole } from '../read-whole';
import { headerData } from '../header-data';
import type { RawImage } from '../nifti/read-nifti';
import { type StoredType, valuesOf } from '../stored-values';
import { areOrthogonal } from '../vectors';

const TYPES: Readonly<Record<string, StoredType>> = {
  MET_CHAR: 'int8',
  MET_UCHAR: 'uint8',
  MET_SHORT: 'int16',
  MET_USHORT: 'uint16',
  MET_INT: 'int32',
  MET_UINT: 'uint32',
  MET_LONG: 'int32',
  MET_ULONG: 'uint32',
  MET_LONG_LONG: 'int64',
  MET_ULONG_LONG: 'uint64',
  MET_FLOAT: 'float32',
  MET_DOUBLE: 'float64',
};

/** Millimetres of MetaIO's units of length; `?` is its unknown. */
const UNIT_MM: Readonly<Record<string, number>> = { mm: 1, um: 1e-3, cm: 10, '?': 1 };

/** Fields that MetaIO knows under several names. */
const ALIASES = {
  origin: ['offset', 'position', 'origin'],
  matrix: ['transformmatrix', 'rotation', 'orientation'],
  spacing: ['elementspacing', 'elementsize'],
  bigEndian: ['binarydatabyteordermsb', 'elementbyteordermsb'],
} as const;

/** The last field of a header: attached data follow it. */
const DATA_FILE = /^\s*ElementDataFile\s*=\s*([^\r\n]+?)[ \t]*\r?(?:\n|$)/im;

/** Headers are some hundred bytes. */
const MAX_HEADER_BYTES = 65_536;

/**
 * Reads MetaImage (`.mha`, `.mhd`): raw, zlib or text, attached or detached.
 *
 * @throws FormatError when it is damaged or claims more than it holds, UnsupportedError for colour,
 *   time and data in several files
 * @see https://itk.org/Wiki/ITK/MetaIO/Documentation
 */
export async function readMetaImage(
  path: string,
): Promise<{ image: RawImage; warnings: string[] }> {
  const content = await readWhole(path);
  const text = content.toString('latin1', 0, MAX_HEADER_BYTES);
  const dataFile = DATA_FILE.exec(text);
  if (dataFile === null) {
    throw new FormatError(
      `${path}: header says not where its data are; expected 'ElementDataFile' in its first ${MAX_HEADER_BYTES} bytes; export the image again`,
    );
  }
  const fields = fieldsOf(text.slice(0, dataFile.index));
  const [width, height, depth] = sizesOf(path, fields);
  const type = TYPES[fields.get('elementtype')?.toUpperCase() ?? ''];
  if (type === undefined || Number(fields.get('elementnumberofchannels') ?? 1) !== 1) {
    throw new UnsupportedError(
      `${path}: voxels of type ${fields.get('elementtype') ?? 'missing'} with ${fields.get('elementnumberofchannels') ?? 1} channels; expected one grey value of ${Object.keys(TYPES).join(', ')}; convert it`,
    );
  }
  const isText = isTrue(fields.get('binarydata') ?? 'True') === false;
  const name = dataFile[1] as string;
  const bytes = await headerData({
    path,
    content,
    start: dataFile.index + dataFile[0].length,
    dataFile: /^local$/i.test(name) ? undefined : name,
    encoding: isText ? 'text' : isTrue(fields.get('compresseddata')) ? 'deflate' : 'raw',
    type,
    count: width * height * depth,
    skip: { lines: 0, bytes: Number(fields.get('headersize') ?? 0) },
  });
  const littleEndian = isText || !isTrue(aliased(fields, ALIASES.bigEndian));
  const { geometry, warnings } = geometryOf(path, fields);
  return {
    image: {
      ...geometry,
      data: valuesOf(bytes, { type, littleEndian }),
      shape: [depth, height, width],
      warnings: [],
    },
    warnings,
  };
}

function fieldsOf(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).map((line) => /^\s*([^=]+?)\s*=\s*(.*?)\s*$/.exec(line));
  return new Map(
    lines.flatMap((line) =>
      line === null ? [] : [[(line[1] as string).toLowerCase(), line[2] as string]],
    ),
  );
}

function sizesOf(path: string, fields: ReadonlyMap<string, string>): [number, number, number] {
  const sizes = list(fields.get('dimsize'));
  const isUsable = sizes.every((size) => Number.isSafeInteger(size) && size > 0);
  if (!isUsable || sizes.length < 2 || sizes.length !== Number(fields.get('ndims'))) {
    throw new FormatError(
      `${path}: header says no usable size: NDims ${fields.get('ndims') ?? 'missing'}, DimSize ${fields.get('dimsize') ?? 'missing'}; expected a whole number for each axis; export the image again`,
    );
  }
  if (sizes.slice(3).some((size) => size !== 1)) {
    throw new UnsupportedError(
      `${path}: ${sizes.join(' x ')} voxels; expected one 3D image; split time points first`,
    );
  }
  return [sizes[0] as number, sizes[1] as number, sizes[2] ?? 1];
}

/** Rows of the matrix are the directions of the axes: ITK's direction is its transpose. */
function geometryOf(
  path: string,
  fields: ReadonlyMap<string, string>,
): { geometry: Pick<RawImage, 'spacing' | 'origin' | 'direction'>; warnings: string[] } {
  const axes = Number(fields.get('ndims'));
  const origin = list(aliased(fields, ALIASES.origin));
  const spacing = list(aliased(fields, ALIASES.spacing));
  const matrix = list(aliased(fields, ALIASES.matrix));
  const along = (row: number, axis: number): number => {
    if (row >= axes || axis >= axes || matrix.length === 0) return row === axis ? 1 : 0;
    return matrix[axis * axes + row] ?? NaN;
  };
  const direction = [0, 1, 2].flatMap((row) => [0, 1, 2].map((axis) => along(row, axis)));
  const place = [0, 1, 2].map((axis) => origin[axis] ?? 0) as [number, number, number];
  const size = [2, 1, 0].map((axis) => spacing[axis] ?? 1) as [number, number, number];
  const lengths = [0, 1, 2].map((axis) =>
    Math.hypot(...[0, 3, 6].map((row) => direction[row + axis] as number)),
  );
  const isSound = [...place, ...size, ...direction].every(Number.isFinite);
  if (
    !isSound ||
    size.some((step) => step <= 0) ||
    lengths.some((length) => Math.abs(length - 1) > 0.01)
  ) {
    throw new FormatError(
      `${path}: spacing, offset or transform matrix is unusable; expected finite numbers, spacings above 0 and unit vectors; export the image again`,
    );
  }
  const columns = [0, 1, 2].map((axis) => [0, 3, 6].map((row) => direction[row + axis] as number));
  if (!areOrthogonal(columns)) {
    throw new UnsupportedError(
      `${path}: the grid is sheared; expected axes at right angles; resample the image onto such a grid`,
    );
  }
  const warnings = spacing.length === 0 ? ['the file says no spacing: voxels of 1 mm assumed'] : [];
  const unit = (fields.get('distanceunits') ?? 'mm').toLowerCase();
  const scale = UNIT_MM[unit];
  if (scale === undefined) {
    throw new UnsupportedError(
      `${path}: lengths are in ${unit}; expected ${Object.keys(UNIT_MM).join(', ')}; export the image in mm`,
    );
  }
  if (scale !== 1) warnings.push(`lengths are in ${unit}: they were converted to mm`);
  return {
    geometry: {
      spacing: size.map((step) => step * scale) as [number, number, number],
      origin: place.map((value) => value * scale) as [number, number, number],
      direction,
    },
    warnings,
  };
}

function aliased(
  fields: ReadonlyMap<string, string>,
  names: readonly string[],
): string | undefined {
  return names.map((name) => fields.get(name)).find((value) => value !== undefined);
}

function list(text: string | undefined): number[] {
  return text === undefined || text === '' ? [] : text.split(/\s+/).map(Number);
}

function isTrue(text: string | undefined): boolean {
  return /^(true|1)$/i.test(text ?? '');
}
