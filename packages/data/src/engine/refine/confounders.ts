import { normalized } from '../words';

/**
 * Answers of one kind: each excludes the others where one of them is right. ASSUMPTION: the paper
 * prints no list; these are radiology's usual terms.
 */
const CLASSES: readonly (readonly string[])[] = [
  ['left', 'right', 'bilateral', 'midline'],
  ['left side', 'right side', 'both sides', 'midline'],
  ['axial', 'coronal', 'sagittal', 'oblique'],
  ['CT', 'MRI', 'X-ray', 'ultrasound', 'PET', 'fluoroscopy', 'scintigraphy'],
  ['non-contrast', 'arterial phase', 'portal venous phase', 'delayed phase', 'excretory phase'],
  ['hypodense', 'isodense', 'hyperdense', 'fat density', 'calcified', 'gas density'],
  ['upper third', 'middle third', 'lower third', 'the whole length'],
  ['solid', 'cystic', 'ground-glass', 'part-solid', 'cavitary', 'calcified'],
  // Places of one level of detail.
  ['liver', 'spleen', 'pancreas', 'stomach', 'colon', 'small bowel', 'gallbladder', 'left kidney'],
  ['left kidney', 'right kidney', 'left adrenal gland', 'right adrenal gland', 'spleen', 'liver'],
  ['kidneys', 'liver', 'spleen', 'pancreas', 'stomach', 'lungs', 'heart', 'bowel'],
  ['lungs', 'heart', 'trachea', 'esophagus', 'aorta', 'thoracic spine', 'liver'],
  ['left lung', 'right lung', 'heart', 'trachea', 'esophagus', 'aorta'],
  [
    'right upper lobe',
    'right middle lobe',
    'right lower lobe',
    'left upper lobe',
    'left lower lobe',
    'lingula',
  ],
  ['right lobe', 'left lobe', 'caudate lobe', 'quadrate lobe'],
  ['head of the pancreas', 'neck of the pancreas', 'body of the pancreas', 'tail of the pancreas'],
  [
    'ascending colon',
    'transverse colon',
    'descending colon',
    'sigmoid colon',
    'cecum',
    'rectum',
    'duodenum',
    'jejunum',
    'terminal ileum',
  ],
  [
    'abdominal aorta',
    'inferior vena cava',
    'portal vein',
    'splenic vein',
    'superior mesenteric artery',
    'celiac trunk',
    'left renal vein',
  ],
  ['aorta', 'inferior vena cava', 'superior vena cava', 'pulmonary artery', 'portal vein'],
  [
    'right upper quadrant',
    'left upper quadrant',
    'right lower quadrant',
    'left lower quadrant',
    'epigastrium',
    'pelvis',
  ],
];

/** Findings as specific as each other that seldom come together, organ by organ. */
const FINDINGS: readonly (readonly string[])[] = [
  [
    'pneumonia',
    'pulmonary edema',
    'lung cancer',
    'pulmonary fibrosis',
    'sarcoidosis',
    'lung abscess',
    'pneumothorax',
  ],
  ['pericardial effusion', 'coronary artery calcification', 'atrial thrombus', 'heart tumor'],
  [
    'hepatic cyst',
    'hemangioma',
    'hepatocellular carcinoma',
    'liver metastases',
    'liver abscess',
    'focal nodular hyperplasia',
    'cholangiocarcinoma',
  ],
  ['cirrhosis', 'hepatic steatosis', 'hemochromatosis', 'Budd-Chiari syndrome', 'hepatitis'],
  ['gallstones', 'gallbladder polyps', 'gallbladder carcinoma', 'porcelain gallbladder'],
  ['splenic infarct', 'splenic laceration', 'splenic cyst', 'splenic abscess', 'lymphoma'],
  [
    'renal cyst',
    'renal cell carcinoma',
    'kidney stones',
    'pyelonephritis',
    'angiomyolipoma',
    'renal infarct',
  ],
  ['acute pancreatitis', 'pancreatic adenocarcinoma', 'pancreatic pseudocyst', 'insulinoma'],
  ['gastric cancer', 'gastric ulcer', 'hiatal hernia', 'gastric volvulus', 'gastritis'],
  [
    'appendicitis',
    'diverticulitis',
    "Crohn's disease",
    'intussusception',
    'volvulus',
    'ischemic colitis',
    'colon cancer',
    'ulcerative colitis',
    'blind loop syndrome',
  ],
  ['esophageal cancer', 'achalasia', 'esophageal varices', 'esophageal perforation'],
  ['tracheal stenosis', 'tracheal diverticulum', 'tracheomalacia', 'tracheal tumor'],
  [
    'aortic aneurysm',
    'aortic dissection',
    'pulmonary embolism',
    'portal vein thrombosis',
    'vasculitis',
    'arteriovenous malformation',
  ],
  ['compression fracture', 'disc herniation', 'spondylolisthesis', 'bone metastases', 'discitis'],
];

const ALL_CLASSES = [...CLASSES, ...FINDINGS];

const COUNT = /^\d{1,2}$/;
const SIZE = /^(\d+(?:\.\d+)?)( ?)(mm|cm)$/;

/** Factors between sizes that no two readers mix up: about three standard errors of a caliper. */
const SIZE_FACTORS = [0.5, 1.6, 2.2, 0.7, 3];

/** Terms of findings, for knowing what other questions say about the same image. */
export const FINDING_TERMS: readonly string[] = FINDINGS.flat();

/**
 * Wrong answers of the same kind as the right one: the rest of its class, other counts or sizes.
 *
 * @returns empty when the answer's kind is not known
 */
export function sameKindAnswers(answer: string): readonly string[] {
  const key = normalized(answer);
  if (COUNT.test(key)) {
    const count = Number(key);
    return [1, -1, 2, -2, 3, 4]
      .map((step) => count + step)
      .filter((other) => other > 0)
      .map(String);
  }
  const [, number, blank, unit] = SIZE.exec(key) ?? [];
  if (number !== undefined && Number(number) > 0) {
    const digits = number.split('.')[1]?.length ?? 0;
    const sizes = SIZE_FACTORS.map((factor) => (factor * Number(number)).toFixed(digits));
    return sizes.filter((size) => Number(size) > 0).map((size) => `${size}${blank}${unit}`);
  }
  const own = ALL_CLASSES.find((members) => members.some((member) => normalized(member) === key));
  return (own ?? [])
    .filter((member) => normalized(member) !== key)
    .map((member) => inCaseOf(answer, member));
}

/** Capitals must not tell the key: wrong answers begin as it does, names and abbreviations aside. */
function inCaseOf(answer: string, member: string): string {
  const first = member.charAt(0);
  if (first !== first.toLowerCase() || !/^\p{L}/u.test(answer)) return member;
  const isCapitalized = /^\p{Lu}(?!\p{Lu})/u.test(answer);
  return isCapitalized ? first.toUpperCase() + member.slice(1) : member;
}

/** True for an answer that is a finding, not a place, side or kind of image. */
export function isFinding(answer: string): boolean {
  const key = normalized(answer);
  return FINDING_TERMS.some((term) => normalized(term) === key);
}
