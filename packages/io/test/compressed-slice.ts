import { dicomSlice, type SliceSpec } from './dicom-writer';

/** Compressions that tests can write. */
export type WrittenCompression = 'runLength' | 'jpegLs' | 'jpeg2000' | 'highThroughputJpeg2000';

/** An encoder object of the cornerstone codecs. */
interface Encoder {
  getDecodedBuffer(info: object): Uint8Array;
  setNearLossless?(value: number): void;
  setQuality?(isLossless: boolean, step: number): void;
  setDecompositions?(count: number): void;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}

const ENCODERS = {
  jpegLs: ['@cornerstonejs/codec-charls/wasmjs', 'JpegLSEncoder', '1.2.840.10008.1.2.4.80'],
  jpeg2000: ['@cornerstonejs/codec-openjpeg/wasmjs', 'J2KEncoder', '1.2.840.10008.1.2.4.90'],
  highThroughputJpeg2000: [
    '@cornerstonejs/codec-openjph',
    'HTJ2KEncoder',
    '1.2.840.10008.1.2.4.201',
  ],
} as const;

/** Bytes of one losslessly compressed CT slice. */
export async function compressedSlice(
  spec: SliceSpec,
  compression: WrittenCompression,
): Promise<Buffer> {
  const { rows = 4, columns = 5 } = spec;
  const stored = Int16Array.from(spec.stored ?? new Array<number>(rows * columns).fill(7));
  const frame =
    compression === 'runLength'
      ? runLength(stored)
      : await encoded(stored, { spec, compression, rows, columns });
  const transferSyntax =
    compression === 'runLength' ? '1.2.840.10008.1.2.5' : ENCODERS[compression][2];
  return dicomSlice({ ...spec, stored, encapsulated: { transferSyntax, frames: [frame] } });
}

async function encoded(
  stored: Int16Array,
  {
    spec,
    compression,
    rows,
    columns,
  }: {
    spec: SliceSpec;
    compression: keyof typeof ENCODERS;
    rows: number;
    columns: number;
  },
): Promise<Uint8Array> {
  const [module, className] = ENCODERS[compression];
  const { default: factory } = (await import(module)) as {
    default: (options: object) => Promise<Record<string, new () => Encoder>>;
  };
  const silent = (): void => undefined;
  const codec = await factory({ print: silent, printErr: silent });
  const encoder = new (codec[className] as new () => Encoder)();
  const target = encoder.getDecodedBuffer({
    width: columns,
    height: rows,
    bitsPerSample: 16,
    componentCount: 1,
    isSigned: spec.isSigned !== false,
    isUsingColorTransform: false,
  });
  target.set(new Uint8Array(stored.buffer));
  encoder.setNearLossless?.(0);
  encoder.setQuality?.(true, 0);
  encoder.setDecompositions?.(1);
  encoder.encode();
  const bytes = Uint8Array.from(encoder.getEncodedBuffer());
  encoder.delete();
  return bytes;
}

/** DICOM's run-length encoding without runs: literals of up to 128 bytes. */
function runLength(stored: Int16Array): Uint8Array {
  const bytes = new Uint8Array(stored.buffer);
  const planes = [1, 0].map((first) => bytes.filter((_, index) => index % 2 === first));
  const segments = planes.map((plane) => {
    const parts: number[] = [];
    for (let at = 0; at < plane.length; at += 128) {
      const part = plane.subarray(at, at + 128);
      parts.push(part.length - 1, ...part);
    }
    return Buffer.from(parts);
  });
  const header = Buffer.alloc(64);
  header.writeUInt32LE(2, 0);
  header.writeUInt32LE(64, 4);
  header.writeUInt32LE(64 + (segments[0] as Buffer).length, 8);
  return Buffer.concat([header, ...segments]);
}
