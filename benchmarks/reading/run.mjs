/**
 * @file Ours and two Python pipelines in turns on the real files; prints medians.
 * Usage: node benchmarks/reading/run.mjs PYTHON DATA
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [python = 'python3', data = '../shared/data'] = process.argv.slice(2);
const here = fileURLToPath(new URL('.', import.meta.url));
const ROUNDS = 5;
const BATCH = 40;

const DICOM = `${data}/lidc-0314-dicom/dicom`;
const NIFTI = `${data}/lidc-0314-derived/lidc0314_half_LPS.nii.gz`;

const run = (command, args) =>
  JSON.parse(
    execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .split('\n')
      .at(-1),
  );
const ours = (task, workers, files) =>
  run(process.execPath, [`${here}ours.mjs`, task, workers, ...files]);
const peer = (name, workers, files) => run(python, [`${here}peer.py`, name, workers, ...files]);
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

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
