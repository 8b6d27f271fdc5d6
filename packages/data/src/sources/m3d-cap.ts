import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RowError } from '../problem';
import { decodeUtf8 } from '../rows/source-row';
import { M3D_VALUES, m3dKeys, m3dPaths } from './m3d-paths';
import type { SourceAdapter } from './source-adapter';

/** Request for a report; the published loaders draw one of many wordings. */
const REQUEST = 'Write a radiology report of this CT volume.';

/** M3D-Cap: Radiopaedia volumes with their reports, each report in a text file of its own. */
export const M3D_CAP: SourceAdapter = {
  name: 'm3d-cap',
  title: 'M3D-Cap',
  licence: 'Apache-2.0 (images: Radiopaedia, non-commercial)',
  origin: 'Radiopaedia',
  files: [{ glob: '{,M3D_Cap/}M3D_Cap.json', split: 'train' }],
  expected: [{ taskType: 'report-generation', train: 116065, test: 100 }],
  read: async (row, { images }) => {
    const { section = 'train' } = row.row;
    if (section !== 'train' && section !== 'validation' && section !== 'test') {
      return { skip: 'subset of another section' };
    }
    const image = row.text('image');
    return [
      {
        id: `${section}-${image}`,
        image: m3dPaths(image),
        modality: 'volume',
        values: M3D_VALUES,
        imaging: 'CT',
        question: REQUEST,
        answer: reportOf(await readText(m3dPaths(row.text('text')), images)),
        taskType: 'report-generation',
        split: section,
        ...m3dKeys(image),
      },
    ];
  },
};

async function readText(paths: readonly string[], folder: string): Promise<string> {
  for (const path of paths) {
    const bytes = await readFile(join(folder, path)).catch(() => null);
    if (bytes === null) continue;
    const text = decodeUtf8(bytes);
    if (text !== null) return text;
    throw new RowError('encoding', `${path} is not UTF-8; expected UTF-8 text; convert the file`);
  }
  throw new RowError('missing-text', `${paths[0]} not found; expected the report; check the path`);
}

/** The findings of a case's text, else its discussion, else all of it: as M3D's preparation does. */
function reportOf(text: string): string {
  for (const heading of ['study_findings:', 'discussion:']) {
    const start = text.indexOf(heading);
    const report = start < 0 ? '' : text.slice(start + heading.length).trim();
    if (report !== '') return report;
  }
  const report = text.trim();
  if (report === '') throw new RowError('missing-text', 'the report is blank; expected text');
  return report;
}
