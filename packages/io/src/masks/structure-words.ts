import { ORGAN_CLASS_LABELS, type OrganClass } from '@omnict/core';
import { TOTALSEGMENTATOR_LABELS } from './totalsegmentator-labels';

/** Words that name structures, and which. */
export interface StructureWords {
  /** Source of a regular expression. Groups `side` and `level` narrow what is meant. */
  words: string;
  /** Names of structures; those of one side end in `_left` or `_right`. */
  structures: readonly string[];
}

const ALL = Object.values(TOTALSEGMENTATOR_LABELS);
const both = (...names: string[]): string[] =>
  names.flatMap((name) => [`${name}_left`, `${name}_right`]);
const starting = (...starts: string[]): string[] =>
  ALL.filter((name) => starts.some((start) => name.startsWith(start)));
const classOf = (organ: OrganClass): string[] =>
  ORGAN_CLASS_LABELS[organ].map((label) => TOTALSEGMENTATOR_LABELS[label] as string);

const VERTEBRAE = starting('vertebrae_');
const ARTERIES = [
  'aorta',
  'brachiocephalic_trunk',
  ...both('subclavian_artery', 'common_carotid_artery', 'iliac_artery'),
];
const VEINS = [
  'pulmonary_vein',
  'superior_vena_cava',
  'inferior_vena_cava',
  'portal_vein_and_splenic_vein',
  ...both('brachiocephalic_vein', 'iliac_vena'),
];
const GLUTEI = both('gluteus_maximus', 'gluteus_medius', 'gluteus_minimus');
const MUSCLES = [...GLUTEI, ...both('autochthon', 'iliopsoas')];
const BONES = [
  'sacrum',
  'skull',
  'sternum',
  ...VERTEBRAE,
  ...starting('rib_'),
  ...both('humerus', 'scapula', 'clavicula', 'femur', 'hip'),
];

/** Vessels of an organ, which lie in or beside it and have no label of their own. */
const VESSELS = '(?: (?:arter(?:y|ies)|veins?|vessels?))?';

/** As entries below, one line each: words, then structures. */
const entry = (words: string, ...structures: string[]): StructureWords => ({ words, structures });

/**
 * Radiology's words for the 117 structures and for groups of them, the particular before the general:
 * words that one entry has matched are not searched again, so that a portal vein is no other vein, and a
 * general word adds nothing to a particular one, so that a lung's upper lobe is not the whole lung.
 *
 * ASSUMPTION: the paper does not say how questions choose masks; this table is ours. What TotalSegmentator
 * has no label for takes the nearest one that holds it: pulmonary arteries lie in the lungs, bile ducts in
 * the liver.
 */
export const STRUCTURE_WORDS: readonly StructureWords[] = [
  // What only looks like a structure.
  entry('T[12][- ]?(?:weighted|w|hyperintens\\w*|hypointens\\w*|signal)'),
  entry('p?T[1-4][ab]?N[0-3x]\\w*|stage T[1-4]\\w*'),
  entry('heart ?burn|(?:liver|lung|bone|brain) windows?'),
  // Abdomen.
  entry('(?:hepatic|splenic) flexure', 'colon'),
  entry('portal(?:[- ]venous)? phase|arterial phase|venous phase'),
  entry('gall ?bladders?|cholecyst\\w*|gall ?stones?|cholelith\\w*', 'gallbladder'),
  entry('portal hypertension|cirrho\\w*', 'liver', 'portal_vein_and_splenic_vein'),
  entry(
    'portal[- ]veins?|portal venous|splenic veins?|portosplenic',
    'portal_vein_and_splenic_vein',
  ),
  entry('splen(?:ic|o)[- ]?arter\\w*', 'spleen'),
  entry('spleens?|splenic|spleno\\w*|splenules?|splenunculi', 'spleen'),
  entry(
    `livers?|hepatic${VESSELS}|hepato\\w*|intrahepatic|steato\\w*|bile ducts?|biliary|common bile duct|choledoch\\w*`,
    'liver',
  ),
  entry(
    '(?:(?<side>left|right|bilateral) )?(?:adrenals?|suprarenals?)(?: glands?)?',
    ...both('adrenal_gland'),
  ),
  entry(
    '(?:(?<side>left|right|bilateral) )?(?:renal|kidney) cysts?',
    ...both('kidney', 'kidney_cyst'),
  ),
  entry('renal failure', ...classOf('kidneys')),
  entry(
    `(?:(?<side>left|right|bilateral) )?(?:kidneys?|renal|nephr\\w*|hydronephro\\w*|pyelo\\w*|perinephric|pararenal)${VESSELS}`,
    ...classOf('kidneys'),
  ),
  entry('pancrea\\w*|peripancreatic', 'pancreas'),
  entry(
    `stomachs?|gastric${VESSELS}|gastri\\w*|pylor\\w*|hiatal hernias?|hiatus hernias?`,
    'stomach',
  ),
  entry('duoden\\w*', 'duodenum'),
  entry('small (?:bowels?|intestines?)|jejun\\w*|ile(?:um|al)|intussuscept\\w*', 'small_bowel'),
  entry(
    'colons?|colonic|coli(?:tis|c)|large (?:bowels?|intestines?)|c(?:ae|e)c(?:um|al)|append(?:ix|ic\\w*)|rect(?:um|al|o\\w*)|sigmoid|diverticul\\w*|volvulus',
    'colon',
  ),
  entry('bowels?|intestin\\w*|enteri\\w*|ileus', ...classOf('bowel')),
  entry('(?:urinary )?bladders?|vesical|cyst(?:itis|ectomy)', 'urinary_bladder'),
  entry('prostat\\w*', 'prostate'),
  // Chest.
  entry('(?:o)?esophag\\w*|para(?:o)?esophageal', 'esophagus'),
  entry('trache\\w*|endotracheal|carina\\w*|main(?:stem)? bronch\\w*', 'trachea'),
  entry('thyroid\\w*|goit(?:re|er)s?', 'thyroid_gland'),
  entry('pulmonary veins?', 'pulmonary_vein'),
  entry('pulmonary (?:arter\\w*|embol\\w*|trunk|hypertension)', 'heart', ...classOf('lungs')),
  entry(
    '(?:(?<side>left|right|bilateral) )upper (?:lung )?lobes?|(?:(?<side2>left|right|bilateral) )upper lung|upper (?:lung )?lobes?',
    ...both('lung_upper_lobe'),
  ),
  entry(
    '(?:(?<side>left|right|bilateral) )lower (?:lung )?lobes?|(?:(?<side2>left|right|bilateral) )lower lung|lower (?:lung )?lobes?',
    ...both('lung_lower_lobe'),
  ),
  entry('(?:right )?middle (?:lung )?lobe', 'lung_middle_lobe_right'),
  entry('lingul\\w*', 'lung_upper_lobe_left'),
  entry(
    '(?:(?<side>left|right|bilateral) )?(?:lungs?|pulmonary|pleur\\w*|pneumo\\w*|emphysema\\w*|atelecta\\w*|hemithora\\w*|honeycomb\\w*|ground[- ]glass|bronchi\\w*|costophrenic|hydrothora\\w*|air ?space)',
    ...classOf('lungs'),
  ),
  entry('left atrial appendage|atrial appendages?', 'atrial_appendage_left'),
  entry(
    `aortic valves?|mitral|tricuspid|coronar\\w*${VESSELS}|hearts?|cardi(?!a\\b)\\w*|pericard\\w*|myocard\\w*|atri(?:um|al|a)|ventric(?:ular|les?)|cardiomegaly`,
    ...classOf('heart'),
  ),
  // Vessels.
  entry('ascending aorta|aort(?:a|ic|ae)(?: arch| dissections?| aneurysms?)?', 'aorta'),
  entry('superior ven(?:a|ae) cav(?:a|ae)|svc', 'superior_vena_cava'),
  entry('inferior ven(?:a|ae) cav(?:a|ae)|ivc', 'inferior_vena_cava'),
  entry('ven(?:a|ae) cav(?:a|ae)|caval', 'superior_vena_cava', 'inferior_vena_cava'),
  entry('(?:brachiocephalic|innominate) (?:trunk|artery)', 'brachiocephalic_trunk'),
  entry(
    '(?:(?<side>left|right|bilateral) )?(?:brachiocephalic|innominate) veins?',
    ...both('brachiocephalic_vein'),
  ),
  entry(
    '(?:(?<side>left|right|bilateral) )?subclavian(?: arter(?:y|ies))?',
    ...both('subclavian_artery'),
  ),
  entry(
    '(?:(?<side>left|right|bilateral) )?(?:common )?carotids?(?: arter(?:y|ies))?',
    ...both('common_carotid_artery'),
  ),
  entry(
    '(?:(?<side>left|right|bilateral) )?(?:common |external |internal )?iliac (?:arter(?:y|ies)|aneurysms?)',
    ...both('iliac_artery'),
  ),
  entry(
    '(?:(?<side>left|right|bilateral) )?(?:common |external |internal )?iliac (?:veins?|vena)',
    ...both('iliac_vena'),
  ),
  entry('(?:(?<side>left|right|bilateral) )?iliac vessels?', ...both('iliac_artery', 'iliac_vena')),
  entry('vessels?|vascul\\w*|thromb\\w*|venous thromb\\w*', ...classOf('vessels')),
  entry('arter(?:y|ies|ial)|aneurysms?|atheroscler\\w*', ...ARTERIES),
  entry('veins?|venous', ...VEINS),
  // Bones, muscles, head.
  entry('spinal (?:cord|canal)|myelo\\w*|cord compression|conus medullaris', 'spinal_cord'),
  entry(
    '(?:vertebra\\w* )?(?<level>[CTL][0-9]{1,2}(?: ?[-/] ?[CTLS]?[0-9]{1,2})?|S1)(?: (?:vertebra\\w*|discs?|disks?|level|body))*',
    ...VERTEBRAE,
  ),
  entry('lumbar(?: spine| vertebra\\w*)?', ...starting('vertebrae_L')),
  entry('thoracic (?:spine|vertebra\\w*)|dorsal spine', ...starting('vertebrae_T')),
  entry('cervical(?: spine| vertebra\\w*)', ...starting('vertebrae_C')),
  entry('sacr(?:um|al|oili\\w*)', 'sacrum'),
  entry(
    'spin(?:e|al)|vertebra\\w*|intervertebral|discs?|disks?|scolio\\w*|spondyl\\w*|kyphosis',
    ...classOf('spine'),
  ),
  entry(
    '(?:(?<side>left|right|bilateral) )?(?:(?<level>[0-9]{1,2})(?:st|nd|rd|th) )?ribs?',
    ...starting('rib_'),
  ),
  entry('costal cartilages?|costochondral', 'costal_cartilages'),
  entry('stern(?:um|al)|manubrium|xiphoid', 'sternum'),
  entry('(?:(?<side>left|right|bilateral) )?(?:humer(?:us|i|al)|shoulders?)', ...both('humerus')),
  entry(
    '(?:(?<side>left|right|bilateral) )?scapul\\w*|(?:(?<side2>left|right) )?shoulder blades?',
    ...both('scapula'),
  ),
  entry(
    '(?:(?<side>left|right|bilateral) )?clavic\\w*|(?:(?<side2>left|right) )?collar ?bones?',
    ...both('clavicula'),
  ),
  entry(
    '(?:(?<side>left|right|bilateral) )?(?:fem(?:ur|urs|ora|oral)|thigh ?bones?)',
    ...both('femur'),
  ),
  entry('pelvic bones?|pelvi(?:c|s) fractures?', 'sacrum', ...both('hip')),
  entry(
    '(?:(?<side>left|right|bilateral) )?(?:hips?(?: bones?)?|acetabul\\w*|ili(?:um|ac bone|ac crest)|isch(?:ium|ial)|pub(?:is|ic bone))',
    ...both('hip'),
  ),
  entry('(?:(?<side>left|right|bilateral) )?gluteus maximus', ...both('gluteus_maximus')),
  entry('(?:(?<side>left|right|bilateral) )?gluteus medius', ...both('gluteus_medius')),
  entry('(?:(?<side>left|right|bilateral) )?gluteus minimus', ...both('gluteus_minimus')),
  entry('(?:(?<side>left|right|bilateral) )?glute(?:al|us|i)(?: muscles?)?', ...GLUTEI),
  entry('(?:(?<side>left|right|bilateral) )?(?:ilio)?psoas(?: muscles?)?', ...both('iliopsoas')),
  entry(
    '(?:(?<side>left|right|bilateral) )?(?:autochthon\\w*|erector spinae|(?:paraspinal|paravertebral|back) muscles?)',
    ...both('autochthon'),
  ),
  entry('muscl\\w*|sarcopenia', ...MUSCLES),
  entry('brains?|cerebr\\w*|cerebell\\w*|intracranial', 'brain'),
  entry('skulls?|calvari\\w*|crani(?:um|al)', 'skull'),
  entry('bones?|osseous|skelet\\w*|osteo\\w*', ...BONES),
];
