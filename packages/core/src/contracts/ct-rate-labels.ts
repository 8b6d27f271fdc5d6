/**
 * The 18 abnormalities of CT-RATE, in the column order of its table of labels. Some third-party files list
 * them alphabetically: read them by name.
 *
 * @see Hamamci et al. (2024), arXiv 2403.17834; https://huggingface.co/datasets/ibrahimhamamci/CT-RATE
 *   (multi_abnormality_labels)
 */
export const CT_RATE_LABELS = [
  'Medical material',
  'Arterial wall calcification',
  'Cardiomegaly',
  'Pericardial effusion',
  'Coronary artery wall calcification',
  'Hiatal hernia',
  'Lymphadenopathy',
  'Emphysema',
  'Atelectasis',
  'Lung nodule',
  'Lung opacity',
  'Pulmonary fibrotic sequela',
  'Pleural effusion',
  'Mosaic attenuation pattern',
  'Peribronchial thickening',
  'Consolidation',
  'Bronchiectasis',
  'Interlobular septal thickening',
] as const;

/** One of CT-RATE's 18 abnormalities. */
export type CtRateLabel = (typeof CT_RATE_LABELS)[number];
