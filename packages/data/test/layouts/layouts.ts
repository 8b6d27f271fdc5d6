import {
  llavaMed,
  medevalCt,
  medpixClinqa,
  omniMedVqa,
  pubmedVision,
  radfigVqa,
  rocov2,
  slake,
  vqaRad,
} from './slices';
import { ctRate, m3dCap, m3dVqa, threeDRad } from './volumes';

/** Writes each data set's layout into a folder. */
export const LAYOUTS: Readonly<Record<string, (folder: string) => void>> = {
  'm3d-cap': m3dCap,
  'm3d-vqa': m3dVqa,
  'ct-rate': ctRate,
  '3d-rad': threeDRad,
  rocov2,
  'pubmed-vision': pubmedVision,
  'radfig-vqa': radfigVqa,
  omnimedvqa: omniMedVqa,
  'llava-med': llavaMed,
  'medpix-clinqa': medpixClinqa,
  'vqa-rad': vqaRad,
  slake,
  'medeval-ct': medevalCt,
};
