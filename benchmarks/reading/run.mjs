/**
 * @file Ours and two Python pipelines in turns on the real files; prints medians.
 * Usage: npm run bench -- reading [DATA]
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { median, runPeer } from '../peers.mjs';

const [data = '../shared/data'] = process.argv.slice(2);
const here = fileURLToPath(new URL('.', import.meta.url));
const ROUNDS = 5;
const BATCH = 40;

const DICOM = `${data}/lidc-0314-dicom/dicom`;
const NIFTI = `${data}/lidc-0314-derived/lidc0314_half_LPS.nii.gz`;

for (const path of [DICOM, NIFTI]) {
  if (existsSync(path)) continue;
  throw new Error(`reading: '${path}' is not there; give the folder that holds it as the argument`);
}

const ours = (task, workers, files) =>
  runPeer(process.execPath, [`${here}ours.mjs`, task, workers, ...files]);
const peer = (name, workers, files) =>
  runPeer('python3', [`${here}peer.py`, name, workers, ...files]);

/** Runs all contestants in turns, so that what else the machine does falls on each. */
function compare(title, contestants, rounds) {
  const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, contestant] of Object.entries(contestants)) results[name].push(contestant());
  }
  const parts = Object.entries(results).map(([name, all]) => {
    const seconds = median(all.map((result) => result.seconds));
    const megabytes = median(all.map((result) => result.megabytes));
    return `${name} ${seconds.toFixed(3)} s, ${megabytes.toFixed(0)} MB`;
  });
  console.log(`${title}: ${parts.join(' | ')}`);
}

for (const [name, file] of Object.entries({
  'DICOM 40 x 512 x 512': DICOM,
  'NIfTI.gz 137 x 256 x 256': NIFTI,
})) {
  compare(
    `one file, ${name}`,
    {
      OmniCT: () => ours('prepare', '1', [file]),
      scipy: () => peer('scipy', '1', [file]),
      MONAI: () => peer('monai', '1', [file]),
    },
    ROUNDS,
  );
}
const batch = Array.from({ length: BATCH }, (_, index) => (index % 2 === 0 ? DICOM : NIFTI));
compare(
  `batch of ${BATCH}, two workers`,
  {
    OmniCT: () => ours('prepare', '2', batch),
    scipy: () => peer('scipy', '2', batch),
    MONAI: () => peer('monai', '2', batch),
  },
  3,
);
compare(
  'NIfTI.gz read alone, 5 times',
  {
    OmniCT: () => ours('read', '1', Array(5).fill(NIFTI)),
    gunzip: () => ours('gunzip', '1', Array(5).fill(NIFTI)),
    nibabel: () => peer('read', '1', Array(5).fill(NIFTI)),
  },
  ROUNDS,
);
