import { IMAGING_MODALITIES, type QuestionRecord } from '@omnict/core';
import { mapImaging } from '../../taxonomy/imaging-rules';
import type { Finding } from '../decision';
import type { ImageFacts } from '../image/image-facts';
import { normalized, planesIn, polarity } from '../words';

/** Questions about how the image was made. */
const ABOUT_IMAGING =
  /\b(?:modality|imaging|kind of (?:image|scan)|type of (?:image|scan|study)|is this an?|was an?)\b/i;
const ABOUT_PLANE =
  /\b(?:plane|axial|coronal|sagg?itt?al|transverse|cross[- ]section\w*|slice|view)\b/i;

/** Words that begin a second thing asked about. */
const QUALIFIED = /\b(?:of|in|with|without|at|through|from|showing)\b/i;

/** What a text claims about an image, when it claims something. */
interface Claim {
  claimed: string[];
  denied: string[];
}

/**
 * Consistency of question and answer with the kind of image: a text that says the image is an MRI, or
 * a sagittal slice, cannot be about an axial CT.
 */
export function textFindings(record: QuestionRecord, facts: ImageFacts): Finding[] {
  return [...imagingFindings(record), ...planeFindings(record, facts), ...optionFindings(record)];
}

function imagingFindings(record: QuestionRecord): Finding[] {
  if (!ABOUT_IMAGING.test(record.question)) return [];
  const named = (text: string): string[] => {
    const all = IMAGING_MODALITIES.filter((name) => name !== 'other' && mentions(text, name));
    return all;
  };
  const { claimed, denied } = claimOf(record, named);
  const wrong = claimed.length > 0 && !claimed.includes('CT') ? claimed[0] : undefined;
  if (wrong !== undefined) return [drop('imaging', `text says ${wrong}, image is filed as CT`)];
  return denied.includes('CT') ? [drop('imaging', 'text says that it is no CT')] : [];
}

function planeFindings(record: QuestionRecord, { plane }: ImageFacts): Finding[] {
  if (plane === undefined || !ABOUT_PLANE.test(record.question)) return [];
  const { claimed, denied } = claimOf(record, planesIn);
  const isWrong = claimed.length > 0 && !claimed.includes(plane);
  if (isWrong) return [drop('plane', `text says ${claimed[0]}, image is ${plane}`)];
  return denied.includes(plane) ? [drop('plane', `text says that it is not ${plane}`)] : [];
}

/** Options that say the same leave no single key. */
function optionFindings({ options = [] }: QuestionRecord): Finding[] {
  const seen = new Map<string, string>();
  for (const option of options) {
    const same = seen.get(normalized(option));
    if (same !== undefined) return [drop('options', `'${same}' and '${option}' are the same`)];
    seen.set(normalized(option), option);
  }
  return [];
}

/** "Is it an MRI?" "No" denies; "Which modality?" "MRI" claims; "CT or MRI?" "CT" claims CT. */
function claimOf({ question, answer }: QuestionRecord, named: (text: string) => string[]): Claim {
  const inQuestion = named(question);
  const inAnswer = named(answer);
  const said = polarity(answer);
  if (inAnswer.length > 0 && said !== 'no') return { claimed: inAnswer, denied: [] };
  // With two names a yes or no says nothing about either: "Is it CT or MRI?" "Yes".
  if (said === undefined || inQuestion.length !== 1) return { claimed: [], denied: [] };
  if (said === 'yes') return { claimed: inQuestion, denied: [] };
  // "Is it a CT of the abdomen?" "No": another region, perhaps, and a CT all the same.
  return { claimed: [], denied: QUALIFIED.test(question) ? [] : inQuestion };
}

function mentions(text: string, name: string): boolean {
  return text
    .split(/\b(?:or|and|vs|versus)\b|[,;/]/i)
    .some((part) => mapImaging(part)?.value === name);
}

function drop(rule: string, detail: string): Finding {
  return { rule, detail, weight: 'drop' };
}
