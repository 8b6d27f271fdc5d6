import { createHash } from 'node:crypto';

/** Terms of the standard (PS3.3): modalities, rescale types, image types. */
const TERMS = new Set(
  [
    'CT MR PT NM US CR DX MG XA RF IO PX OT SC SR KO PR SEG REG FID DOC ECG HD OP OPT RTIMAGE RTDOSE',
    'RTSTRUCT RTPLAN RTRECORD RTSEGANN ANN SM GM XC ES BI TG LS RG ST MA AU EPS HC ASMT PLAN BMD IVUS',
    'HU HU_MOD OD US MGML Z_EFF ED EDW PCT UNSPECIFIED',
    'ORIGINAL DERIVED PRIMARY SECONDARY AXIAL LOCALIZER VOLUME REFORMATTED MPR MIP MINIP AVERAGE RESAMPLED',
    'NONE MIXED MAX MIN MEAN STANDARD SOFT LUNG BONE BONEPLUS DETAIL EDGE CHEST ULTRA SMOOTH SHARP BRAIN',
  ].flatMap((line) => line.split(' ')),
);

/** Kernels of the makers: B30f, Br40d, I31f\\3, FC08, YA, and numbers. */
const KERNEL = /^(?:[BHIJQTU][a-z]?\d{2}[a-z]{0,2}|FC\d{2}|Y[A-D]|U[A-C]|[A-L])$/;

const NUMBER = /^[+-]?\d{1,4}(?:\.\d{1,6})?$/;

/**
 * A value of a DICOM file as an error or a warning may show it: a term that the standard or a maker
 * publishes, or a short number. Anything else, for anybody can write anything there, is shown by a
 * digest, which tells two apart.
 */
export function publicTerm(value: string): string {
  const parts = value.split('\\').map((part) => part.trim());
  if (parts.every(isPublic)) return parts.join('\\');
  return `[value ${createHash('sha256').update(value).digest('hex').slice(0, 6)}]`;
}

function isPublic(part: string): boolean {
  return part === '' || TERMS.has(part.toUpperCase()) || KERNEL.test(part) || NUMBER.test(part);
}
