import { ConfigError } from '@omnict/core';
import { CT_RATE } from './ct-rate';
import { LLAVA_MED } from './llava-med';
import { M3D_CAP } from './m3d-cap';
import { M3D_VQA } from './m3d-vqa';
import { MEDEVAL_CT } from './medeval-ct';
import { MEDPIX_CLINQA } from './medpix-clinqa';
import { OMNI_MED_VQA } from './omni-med-vqa';
import { PUBMED_VISION } from './pubmed-vision';
import { RADFIG_VQA } from './radfig-vqa';
import { ROCOV2 } from './rocov2';
import { SLAKE } from './slake';
import type { SourceAdapter } from './source-adapter';
import { THREE_D_RAD } from './three-d-rad';
import { VQA_RAD } from './vqa-rad';

/** The data sets of Table 7, in its order, and the released rows. */
export const SOURCES: readonly SourceAdapter[] = [
  M3D_CAP,
  M3D_VQA,
  CT_RATE,
  THREE_D_RAD,
  ROCOV2,
  PUBMED_VISION,
  RADFIG_VQA,
  OMNI_MED_VQA,
  LLAVA_MED,
  MEDPIX_CLINQA,
  VQA_RAD,
  SLAKE,
  MEDEVAL_CT,
];

/** The adapter of a name. @throws ConfigError listing the names */
export function sourceByName(name: string): SourceAdapter {
  const source = SOURCES.find((candidate) => candidate.name === name);
  if (source !== undefined) return source;
  throw new ConfigError(
    `source '${name}' is unknown; expected one of ${SOURCES.map((known) => known.name).join(', ')}; choose one`,
  );
}
