const vertebrae = (letter: string, from: number): string[] =>
  Array.from({ length: from }, (_, i) => `vertebrae_${letter}${from - i}`);

const ribs = (side: string): string[] =>
  Array.from({ length: 12 }, (_, i) => `rib_${side}_${i + 1}`);

const leftRight = (name: string): string[] => [`${name}_left`, `${name}_right`];

const NAMES = [
  ...['spleen', 'kidney_right', 'kidney_left', 'gallbladder', 'liver', 'stomach', 'pancreas'],
  ...['adrenal_gland_right', 'adrenal_gland_left', 'lung_upper_lobe_left', 'lung_lower_lobe_left'],
  ...['lung_upper_lobe_right', 'lung_middle_lobe_right', 'lung_lower_lobe_right', 'esophagus'],
  ...['trachea', 'thyroid_gland', 'small_bowel', 'duodenum', 'colon', 'urinary_bladder'],
  ...['prostate', 'kidney_cyst_left', 'kidney_cyst_right', 'sacrum', 'vertebrae_S1'],
  ...vertebrae('L', 5),
  ...vertebrae('T', 12),
  ...vertebrae('C', 7),
  ...['heart', 'aorta', 'pulmonary_vein', 'brachiocephalic_trunk', 'subclavian_artery_right'],
  ...['subclavian_artery_left', 'common_carotid_artery_right', 'common_carotid_artery_left'],
  ...['brachiocephalic_vein_left', 'brachiocephalic_vein_right', 'atrial_appendage_left'],
  ...['superior_vena_cava', 'inferior_vena_cava', 'portal_vein_and_splenic_vein'],
  ...leftRight('iliac_artery'),
  ...leftRight('iliac_vena'),
  ...leftRight('humerus'),
  ...leftRight('scapula'),
  ...leftRight('clavicula'),
  ...leftRight('femur'),
  ...leftRight('hip'),
  'spinal_cord',
  ...leftRight('gluteus_maximus'),
  ...leftRight('gluteus_medius'),
  ...leftRight('gluteus_minimus'),
  ...leftRight('autochthon'),
  ...leftRight('iliopsoas'),
  ...['brain', 'skull'],
  ...ribs('left'),
  ...ribs('right'),
  ...['sternum', 'costal_cartilages'],
];

/**
 * Structure of each label value 1 to 117 of TotalSegmentator v2's task `total`.
 *
 * @see https://github.com/wasserth/TotalSegmentator (class details)
 */
export const TOTALSEGMENTATOR_LABELS: Readonly<Record<number, string>> = Object.fromEntries(
  NAMES.map((name, index) => [index + 1, name]),
);

const NAMES_V1 = [
  ...['spleen', 'kidney_right', 'kidney_left', 'gallbladder', 'liver', 'stomach', 'aorta'],
  ...['inferior_vena_cava', 'portal_vein_and_splenic_vein', 'pancreas', 'adrenal_gland_right'],
  ...['adrenal_gland_left', 'lung_upper_lobe_left', 'lung_lower_lobe_left'],
  ...['lung_upper_lobe_right', 'lung_middle_lobe_right', 'lung_lower_lobe_right'],
  ...vertebrae('L', 5),
  ...vertebrae('T', 12),
  ...vertebrae('C', 7),
  ...['esophagus', 'trachea', 'heart_myocardium', 'heart_atrium_left', 'heart_ventricle_left'],
  ...['heart_atrium_right', 'heart_ventricle_right', 'pulmonary_artery', 'brain'],
  ...leftRight('iliac_artery'),
  ...leftRight('iliac_vena'),
  ...['small_bowel', 'duodenum', 'colon'],
  ...ribs('left'),
  ...ribs('right'),
  ...leftRight('humerus'),
  ...leftRight('scapula'),
  ...leftRight('clavicula'),
  ...leftRight('femur'),
  ...leftRight('hip'),
  ...['sacrum', 'face'],
  ...leftRight('gluteus_maximus'),
  ...leftRight('gluteus_medius'),
  ...leftRight('gluteus_minimus'),
  ...leftRight('autochthon'),
  ...leftRight('iliopsoas'),
  'urinary_bladder',
];

/** Structure of each label value 1 to 104 of TotalSegmentator v1's task `total`. */
export const TOTALSEGMENTATOR_V1_LABELS: Readonly<Record<number, string>> = Object.fromEntries(
  NAMES_V1.map((name, index) => [index + 1, name]),
);
