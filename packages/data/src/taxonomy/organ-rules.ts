import { type OrganClass } from '@omnict/core';
import { DEFAULT_RULE, type RuleDecision } from './rule-decision';

/**
 * Phrases that name an organ class or something that only it has. A trailing `*` takes any ending.
 * ASSUMPTION: the paper maps organs with a language model and prints no table; these are radiology's
 * usual words for the thirteen classes of Tables 8 and 9.
 */
const PHRASES: Readonly<Record<Exclude<OrganClass, 'others'>, readonly string[]>> = {
  lungs: [
    'lung*',
    'pulmonary',
    'pleura*',
    'pneumothora*',
    'pneumon*',
    'emphysema*',
    'atelecta*',
    'hemithora*',
    'lingula*',
    'ground-glass',
    'ground glass',
    'honeycomb*',
    'air space',
    'airspace',
    'mosaic attenuation',
    'interlobular septal',
    'peribronch*',
    'tree-in-bud',
    'bronchiect*',
    'costophrenic',
    'upper lobe',
    'middle lobe',
    'lower lobe',
    'hydrothora*',
  ],
  heart: [
    'heart',
    'cardiac',
    'cardio*',
    'pericardi*',
    'myocardi*',
    'atrium',
    'atrial',
    'atria',
    'ventricular',
    'left ventricle',
    'right ventricle',
    'aortic valve',
    'mitral',
    'coronary',
  ],
  liver: [
    'liver',
    'hepatic',
    'hepato*',
    'hepatic vein*',
    'portal hypertension',
    'cirrho*',
    'gallbladder',
    'gall bladder',
    'cholecyst*',
    'gallstone*',
    'bile duct*',
    'biliary',
    'common bile duct',
    'intrahepatic',
    'steatosis',
  ],
  spleen: ['spleen', 'splenic', 'spleno*', 'splenules'],
  kidneys: [
    'kidney*',
    'renal',
    'nephro*',
    'hydronephro*',
    'pyelo*',
    'ureter*',
    'urolith*',
    'perinephric',
    'pararenal',
  ],
  pancreas: ['pancrea*', 'peripancrea*'],
  stomach: ['stomach', 'gastric', 'gastri*', 'pylor*', 'hiatal hernia*', 'hiatus hernia*'],
  bowel: [
    'bowel*',
    'colon',
    'colonic',
    'coli*',
    'intestin*',
    'duoden*',
    'jejun*',
    'ileum',
    'ileal',
    'ileus',
    'cecum',
    'cecal',
    'caecum',
    'appendic*',
    'appendix',
    'rectum',
    'rectal',
    'sigmoid',
    'diverticul*',
    'enteri*',
    'mesenteric stranding',
    'volvulus',
    'intussuscept*',
  ],
  esophagus: ['esophag*', 'oesophag*', 'paraesophageal'],
  trachea: ['trachea*', 'carina', 'main bronch*', 'mainstem bronch*', 'endotracheal'],
  vessels: [
    'vessel*',
    'aorta',
    'aortic',
    'vena cava',
    'ivc',
    'svc',
    'artery',
    'arteries',
    'arterial',
    'vein',
    'veins',
    'venous',
    'vascul*',
    'aneurysm*',
    'pulmonary arter*',
    'pulmonary vein*',
    'pulmonary embol*',
    'thromb*',
    'portal vein*',
    'renal arter*',
    'renal vein*',
    'iliac arter*',
    'splenic arter*',
    'splenic vein*',
    'hepatic arter*',
    'mesenteric arter*',
    'celiac',
    'atheroscler*',
    'arterial wall calcification',
    'dissection',
    'aortic arch',
  ],
  spine: [
    'spine',
    'spinal',
    'vertebra*',
    'intervertebral',
    'disc',
    'discs',
    'disk',
    'sacrum',
    'sacral',
    'scolio*',
    'spondyl*',
    'kyphosis',
    'lumbar',
    'thoracic spine',
    'cervical spine',
    'paraspinal',
    'spinous process*',
  ],
};

/** Longest phrases first, so that `pulmonary artery` is a vessel and not a lung. */
const ORGAN_OF_PHRASE = new Map(
  (Object.entries(PHRASES) as [OrganClass, readonly string[]][])
    .flatMap(([organ, phrases]) => phrases.map((phrase) => [phrase, organ] as const))
    .sort(([a], [b]) => b.length - a.length),
);

const ANY_PHRASE = new RegExp(
  `\\b(?:${[...ORGAN_OF_PHRASE.keys()].map((phrase) => phrase.replace('*', '\\w*')).join('|')})\\b`,
  'gi',
);

/** Which class the matched words name; words met before are remembered. */
const organOfWords = new Map<string, OrganClass>();

function lookUp(words: string): OrganClass {
  const known = organOfWords.get(words);
  if (known !== undefined) return known;
  for (const [phrase, organ] of ORGAN_OF_PHRASE) {
    const fits = phrase.endsWith('*') ? words.startsWith(phrase.slice(0, -1)) : words === phrase;
    if (!fits) continue;
    organOfWords.set(words, organ);
    return organ;
  }
  return 'others';
}

/**
 * The organ class that a text is about: the one named most often, of equals the one named first.
 *
 * @param texts tried one after the other; the first that names an organ decides, so give the
 *   question first, then the answer, then anything else that is known
 * @returns `others` by the default rule when no text names an organ
 */
export function mapOrgan(...texts: readonly (string | undefined)[]): RuleDecision<OrganClass> {
  for (const text of texts) {
    const decision = text === undefined ? null : organNamed(text);
    if (decision !== null) return decision;
  }
  return { value: 'others', rule: DEFAULT_RULE };
}

function organNamed(text: string): RuleDecision<OrganClass> | null {
  const found = new Map<OrganClass, { times: number; words: string }>();
  for (const [match] of text.matchAll(ANY_PHRASE)) {
    const words = match.toLowerCase();
    const organ = lookUp(words);
    const before = found.get(organ);
    if (before === undefined) found.set(organ, { times: 1, words });
    else before.times++;
  }
  let best: RuleDecision<OrganClass> | null = null;
  let most = 0;
  for (const [value, { times, words }] of found) {
    if (times > most) [best, most] = [{ value, rule: words }, times];
  }
  return best;
}
