/** Name of each label value in a file. */
export type LabelNames = ReadonlyMap<number, string>;

/** NIfTI extension code that TotalSegmentator files its table of labels under. */
const EXTENSION_CODE = 0;

/** Extensions begin with their length and code, and are padded to 16 bytes. */
const EXTENSION_HEAD_BYTES = 8;
const EXTENSION_STEP = 16;

/**
 * Names in the label table that TotalSegmentator and Connectome Workbench leave in a NIfTI
 * extension; empty when there is none.
 */
export function labelNamesOf(extension: Buffer): LabelNames {
  const label = /<Label\s[^>]*?Key="(\d+)"[^>]*>(?:<!\[CDATA\[)?([^\]<]+)/g;
  const matches = extension.toString('utf8').matchAll(label);
  return new Map([...matches].map(([, key, name]) => [Number(key), (name as string).trim()]));
}

/** The same table as an extension, whole with its head. */
export function labelExtension(labels: Readonly<Record<number, string>>): Buffer {
  const rows = Object.entries(labels).map(
    ([value, name]) =>
      `<Label Key="${value}" Red="1" Green="1" Blue="1" Alpha="1"><![CDATA[${name}]]></Label>`,
  );
  const text = `<?xml version="1.0" encoding="UTF-8"?><CaretExtension><VolumeInformation Index="0"><LabelTable>${rows.join('\n')}</LabelTable></VolumeInformation></CaretExtension>`;
  const content = Buffer.from(text, 'utf8');
  const length =
    Math.ceil((EXTENSION_HEAD_BYTES + content.length) / EXTENSION_STEP) * EXTENSION_STEP;
  const extension = Buffer.alloc(length);
  extension.writeInt32LE(length, 0);
  extension.writeInt32LE(EXTENSION_CODE, 4);
  content.copy(extension, EXTENSION_HEAD_BYTES);
  return extension;
}
