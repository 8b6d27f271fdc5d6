/** Pixels of one decoded frame, before bits that do not count are dropped. */
export interface DecodedFrame {
  /** Little-endian samples, one or two bytes each. */
  bytes: Uint8Array;
  width: number;
  height: number;
  bitsPerSample: number;
  components: number;
}

/** A decoder object of the cornerstone codecs: OpenJPEG, OpenJPH and CharLS share this interface. */
interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
  };
  delete(): void;
}

type DecoderClass = new () => Decoder;
type Factory = (options: {
  print: () => void;
  printErr: () => void;
}) => Promise<Record<string, DecoderClass>>;

/** Compressions decoded by WebAssembly, and where their decoders are. */
const DECODERS = {
  jpeg2000: { module: '@cornerstonejs/codec-openjpeg/decodewasmjs', className: 'J2KDecoder' },
  highThroughputJpeg2000: { module: '@cornerstonejs/codec-openjph', className: 'HTJ2KDecoder' },
  jpegLs: { module: '@cornerstonejs/codec-charls/decodewasmjs', className: 'JpegLSDecoder' },
} as const;

/** Name of a compression decoded by WebAssembly. */
export type WasmCompression = keyof typeof DECODERS;

const loaded = new Map<WasmCompression, Promise<DecoderClass>>();

/** Decodes one frame. @throws what the decoder throws, numbers among it */
export async function decodeByWasm(
  compression: WasmCompression,
  encoded: Uint8Array,
): Promise<DecodedFrame> {
  let pending = loaded.get(compression);
  if (pending === undefined) {
    pending = load(compression);
    loaded.set(compression, pending);
  }
  const decoder = new (await pending)();
  try {
    decoder.getEncodedBuffer(encoded.length).set(encoded);
    decoder.decode();
    const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo();
    // A copy: the decoder's memory is taken for the next frame.
    const bytes = decoder.getDecodedBuffer().slice();
    return { bytes, width, height, bitsPerSample, components: componentCount };
  } catch (error) {
    loaded.delete(compression); // a trap leaves the decoder's memory in an unknown state
    throw error;
  } finally {
    decoder.delete();
  }
}

async function load(compression: WasmCompression): Promise<DecoderClass> {
  const { module, className } = DECODERS[compression];
  const { default: factory } = (await import(module)) as { default: Factory };
  const silent = (): void => undefined; // what decoders print names no file and no remedy
  const codec = await factory({ print: silent, printErr: silent });
  return codec[className] as DecoderClass;
}
