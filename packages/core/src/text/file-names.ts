import { createHash } from 'node:crypto';

/** Files that hold what is known of patients, by extension: images and records. */
const DATA =
  '(?:nii(?:\\.gz)?|hdr|img|nrrd|nhdr|mha|mhd|mgz|npy|npz|png|jpe?g|tiff?|bmp|gif|webp|dcm|dicom|ima|jsonl|csv|tsv|parquet)';

/** Longest path that is looked for: keeps the time linear. */
const MOST = 512;

/**
 * Where a text names a file: at its start, as our errors do; by an absolute path, with blanks where an
 * extension tells its end; by a name with an extension. Places in code stay: they name no patient.
 */
const NAMES = [
  new RegExp(`^[^\\n:]{1,${MOST}}\\.${DATA}(?=: )`, 'giu'),
  new RegExp(`(?<![\\w./~^-])(?:[A-Za-z]:)?[\\\\/][^\\n:'"]{1,${MOST}}?\\.${DATA}\\b`, 'giu'),
  new RegExp(
    `(?<![\\w./~^:-])(?:[A-Za-z]:)?[\\\\/][^\\s:'"()<>,;]{2,${MOST}}(?![^\\s:'"()<>,;])(?!:\\d)`,
    'gu',
  ),
  new RegExp(`[^\\s'"()<>,;:=]{1,${MOST}}\\.${DATA}\\b`, 'giu'),
];

const CODE = /\.(?:[cm]?[jt]sx?|node|wasm)$|^\/(?:usr|lib|proc|dev)\//;
const NAMED = /^file-[0-9a-f]{12}/;

/** Name of a file that tells nothing but which of several it is. */
export function fileDigestName(path: string): string {
  const extension = new RegExp(`\\.${DATA}$`, 'iu').exec(path)?.[0].toLowerCase() ?? '';
  return `file-${createHash('sha256').update(path).digest('hex').slice(0, 12)}${extension}`;
}

/**
 * A text with digests in the place of file names: names of hospital files often are those of patients.
 * For whatever leaves the user's own terminal: trackers, journals, reports.
 *
 * @param onName told of each file that was named, for the one local file that keeps the map
 */
export function withoutFileNames(
  text: string,
  onName: (digestName: string, path: string) => void = () => undefined,
): string {
  return NAMES.reduce(
    (result, pattern) =>
      result.replace(pattern, (path) => {
        if (NAMED.test(path) || CODE.test(path)) return path;
        const name = fileDigestName(path);
        onName(name, path);
        return name;
      }),
    text,
  );
}
