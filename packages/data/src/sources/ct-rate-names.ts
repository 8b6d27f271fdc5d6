import { RowError } from '../problem';

/** Parts of a CT-RATE volume's name, `train_1_a_1.nii.gz`: split, patient, scan, reconstruction. */
const VOLUME_NAME = /^(train|valid|test)_(\d+)_([a-z]+)_(\d+)(?:\.nii\.gz|\.npy|\.npz)?$/;

/**
 * Where a CT-RATE volume lies, and keys of its patient and scan. 3D-RAD says `test` where CT-RATE
 * says `valid`; ASSUMPTION: the numbers are the same, as patterns and counts suggest.
 *
 * @throws RowError when the name is of another form
 */
export function ctRateVolume(name: string): { image: string[]; patient: string; scan: string } {
  const match = VOLUME_NAME.exec(name.trim());
  if (match === null) {
    throw new RowError(
      'wrong-type',
      `volume name '${name.slice(0, 60)}'; expected SPLIT_PATIENT_SCAN_RECONSTRUCTION as in train_1_a_1.nii.gz; correct the row`,
    );
  }
  const [, listed = '', patient, scan, reconstruction] = match;
  const split = listed === 'test' ? 'valid' : listed;
  const key = `${split}_${patient}`;
  const path = `${key}/${key}_${scan}/${key}_${scan}_${reconstruction}.nii.gz`;
  return {
    image: [
      `dataset/${split}_fixed/${path}`,
      `${split}_fixed/${path}`,
      `dataset/${split}/${path}`,
      `${split}/${path}`,
      name,
      `${name.replace(/\.nii\.gz$/, '')}.npy`,
    ],
    patient: `ct-rate/${key}`,
    scan: `ct-rate/${key}_${scan}`,
  };
}
