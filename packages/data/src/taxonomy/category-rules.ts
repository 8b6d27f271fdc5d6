import type { ClinicalCategory, QuestionRecord } from '@omnict/core';
import { DEFAULT_RULE, firstMatch, type RuleDecision } from './rule-decision';

/**
 * Rules in the order they are tried: what a question wants decides, the hardest demand first.
 * ASSUMPTION: the paper names the four categories and gives no table; Sec. 3.1 and Fig. 3 say that
 * they rise from recognizing anatomy to expert reasoning.
 */
const RULES: readonly (readonly [ClinicalCategory, RegExp])[] = [
  [
    'CRD', // reasoning: causes, diagnoses, what to do, what changed between examinations
    /\b(?:diagnos\w*|differential|treat\w*|therap\w*|manage\w*|recommend\w*|prognos\w*|next step|follow-up|followup|complication\w*|cause\w*|etiolog\w*|most likely|likely to|suggest\w*|indicat\w*|consistent with|concerning for|risk\w*|malignan\w*|benign|stage|staging|grade|grading|progress\w*|compared (?:to|with)|prior (?:scan|exam\w*|study)|history|why|explain\w*|clinical significance|surgery|biopsy)\b/i,
  ],
  [
    'GIR', // recognition: how the image was made and which anatomy it shows
    /\b(?:modality|what (?:type|kind) of (?:image|scan|imaging|study)|plane|axial|coronal|sagittal|sequence|phase|contrast|window|weighted|how was (?:this|the) (?:image|scan)|imaging (?:technique|method)|which (?:organ|part of the body|body part)|what (?:organ|part of the body|body part|organ system)|(?:organ|anatom\w*) (?:is|are|can be|shown|seen|visible)|cross[- ]section|is this (?:a|an) (?:ct|mri|x-?ray)|does the (?:picture|image) contain)\b/i,
  ],
  [
    'AII', // interpretation: where, how large, how many, what it looks like in detail
    /\b(?:where|location|located|which (?:side|lobe|segment|part|region|level|area)|what (?:side|lobe|segment|part|region|level|area)|left or right|size|large|largest|larger|bigger|biggest|small|smallest|diameter|length|width|volume|thick\w*|measure\w*|distance|how (?:many|much|big|large|long|wide)|number of|count|density|attenuation|hounsfield|enhanc\w*|shape|margin\w*|border\w*|characteri\w*|appearance|texture|pattern|extent|distribut\w*|describe|description|report|caption|summari[sz]e|colou?r|intensity|symmetr\w*|relation\w*)\b/i,
  ],
  [
    'MAI', // identification: is something abnormal, and what is it
    /\b(?:abnormal\w*|normal|lesion\w*|mass|masses|nodule\w*|tumou?r\w*|cancer|metasta\w*|cyst\w*|stone\w*|fracture\w*|effusion\w*|edema|hernia\w*|patholog\w*|disease\w*|finding\w*|opaci\w*|consolidation|calcif\w*|infarct\w*|hemorrhag\w*|bleed\w*|inflam\w*|infection|enlarged|dilat\w*|evidence of|any sign\w*|present|presence|is there|are there)\b/i,
  ],
];

/**
 * The clinical category of a question (Sec. 3.1) by what it asks for. Reports and descriptions
 * interpret the whole image: AII.
 */
export function mapCategory(
  record: Pick<QuestionRecord, 'question' | 'taskType'>,
): RuleDecision<ClinicalCategory> {
  if (record.taskType === 'report-generation' || record.taskType === 'description') {
    return { value: 'AII', rule: record.taskType };
  }
  return firstMatch(record.question, RULES) ?? { value: 'MAI', rule: DEFAULT_RULE };
}
