/** Rules that read a question, and a split in which no patient is on both sides. */
import { mapOrgan, splitRecords } from '@omnict/data';

console.log(mapOrgan('Is there a lesion in the liver?'));

const records = Array.from({ length: 20 }, (_, index) => ({
  id: `${index}`,
  image: `ct-${index}.nii.gz`,
  patient: `patient-${index % 5}`,
}));
const shares = { train: 0.6, validation: 0.2, test: 0.2 };
console.log(splitRecords(records, { shares, seed: 1 }).report);

// Prints:
// { value: 'liver', rule: 'liver' }
// {
//   records: { train: 12, validation: 4, test: 4 },
//   groups: { train: 3, validation: 1, test: 1 },
//   leaks: 0
// }
