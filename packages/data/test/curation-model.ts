/** @file A model for curations, scripted: honest by default, and a liar about some records. */
import type { Script, ScriptedRequest } from '../../chat/test/scripted-server';

const field = (text: string, name: string): string =>
  new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';

/** Decides by the digest of a question whether to lie about it: the same every time. */
function isChosen(text: string, share: number): boolean {
  let hash = 0;
  for (const character of text) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return (hash % 1000) / 1000 < share;
}

/**
 * Answers the engine's prompts.
 *
 * @param lies share of requests that get a reply that fits its schema and is wrong
 */
export function curationModel({ lies = 0 }: { lies?: number } = {}): Script {
  return (request) => {
    const isLie = isChosen(request.text, lies);
    switch (request.schemaName) {
      case 'select':
        return { reply: { is_ct: !isLie, quality: 'good', reason: 'axial CT' } };
      case 'verify':
        return {
          reply: {
            modality_fits: true,
            organ_fits: !isLie,
            answer_supported: 'unclear',
            reason: 'as far as can be seen',
          },
        };
      case 'map':
        return {
          reply: {
            category: isLie ? 'GIR' : 'CRD',
            organ: 'others',
            task_type: 'free-form-qa',
            reason: 'asks for a decision',
          },
        };
      case 'refine':
        return { reply: rewrite(request, isLie) };
      case 'refine_check':
        return { reply: check(request, isLie) };
      default:
        return { status: 400, message: 'unknown prompt' };
    }
  };
}

function rewrite({ text }: ScriptedRequest, isLie: boolean): object {
  const question = field(text, 'Question');
  const answer = field(text, 'Correct answer');
  const count = Number(/Give (\d+) more wrong options/.exec(text)?.[1] ?? 0);
  const wrong = Array.from({ length: count }, (_, index) => `alternative ${index + 1}`);
  return isLie
    ? { question: `Is there no ${answer}?`, wrong_options: [answer, ...wrong], reason: 'a lie' }
    : {
        question: question.replace(/[?.]*$/, ' on this CT image?'),
        wrong_options: wrong,
        reason: '',
      };
}

function check({ text }: ScriptedRequest, isLie: boolean): object {
  const answer = field(text, 'Its correct answer');
  const options = field(text, 'Options').split(/(?=\b[A-Z]\. )/);
  const right = options.find((option) => option.slice(3).trim() === answer)?.charAt(0);
  const honest = right === undefined ? [] : [right];
  return { same_question: !isLie, correct_options: honest, reason: isLie ? 'a lie' : 'the same' };
}
